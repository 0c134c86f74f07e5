#include "topology/mgd/id_pattern.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <regex>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "support/text.hpp"

namespace tt_run::topology {

namespace {

using Ids = std::vector<std::uint32_t>;
using IdsOrReason = std::expected<Ids, std::string>;

/// Steps (states of the expression times ids) that matching may take.
constexpr std::size_t kMostSteps = 20'000'000;
/// How far counted repetitions, multiplied with one another, may blow an expression up.
constexpr std::size_t kMostRepeats = 1'000;

std::optional<std::uint32_t> parse_id(std::string_view text) {
    const auto number = support::parse_integer(text);
    if (!number || *number < 0 || *number > std::numeric_limits<std::uint32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(*number);
}

/// One item of a list: `3` or `4-6`, both ends included.
std::expected<std::pair<std::uint32_t, std::uint32_t>, std::string> parse_range(std::string_view item) {
    const auto unexpected = [](std::string reason) { return std::unexpected(std::move(reason)); };
    if (item.empty()) {
        return unexpected("has an empty item; items are ids such as `3` and ranges such as `4-6`");
    }
    const std::size_t dash = item.find('-');
    const std::string_view low = support::trim(item.substr(0, dash));
    const std::string_view high = dash == std::string_view::npos ? low : support::trim(item.substr(dash + 1));
    if (low.empty() || high.empty()) {
        return unexpected(fmt::format("has `{}`, a range with one end; a range is `first-last`", item));
    }
    if (low.find_first_not_of("0123456789") != std::string_view::npos ||
        high.find_first_not_of("0123456789") != std::string_view::npos) {
        return unexpected(fmt::format("has `{}`, neither one id nor one range", item));
    }
    const auto first = parse_id(low);
    const auto last = parse_id(high);
    if (!first || !last) {
        return unexpected(fmt::format("has `{}`, too large for an id", item));
    }
    if (*first > *last) {
        return unexpected(fmt::format("has `{}`, a range that runs backwards", item));
    }
    return std::pair{*first, *last};
}

IdsOrReason expand_list(std::string_view pattern, std::span<const std::uint32_t> domain) {
    Ids selected;
    std::vector<bool> taken(domain.size(), false);
    for (const std::string_view item : support::split(pattern, ',')) {
        const auto range = parse_range(support::trim(item));
        if (!range) {
            return std::unexpected(range.error());
        }
        auto id = std::lower_bound(domain.begin(), domain.end(), range->first);
        for (; id != domain.end() && *id <= range->second; ++id) {
            const auto k = static_cast<std::size_t>(id - domain.begin());
            if (!taken[k]) {
                taken[k] = true;
                selected.push_back(*id);
            }
        }
    }
    return selected;
}

/// The product of the numbers in braces, which is what `(a{50}){50}` multiplies its states by.
std::size_t repeats_of(std::string_view pattern) {
    std::size_t product = 1;
    for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
         open = pattern.find('{', open + 1)) {
        std::size_t largest = 1;
        std::size_t number = 0;
        for (std::size_t k = open + 1; k < pattern.size() && pattern[k] != '}'; ++k) {
            const bool is_digit = pattern[k] >= '0' && pattern[k] <= '9';
            number = is_digit
                         ? std::min<std::size_t>(number * 10 + static_cast<std::size_t>(pattern[k] - '0'),
                                                 kMostRepeats + 1)
                         : 0;
            largest = std::max(largest, number);
        }
        product = std::min(product * largest, kMostRepeats + 1);
    }
    return product;
}

/// `\1`: libstdc++ 12 lets its number overflow before it refuses it.
bool has_back_reference(std::string_view pattern) {
    for (std::size_t k = 0; k + 1 < pattern.size(); ++k) {
        if (pattern[k] == '\\') {
            ++k;
            if (pattern[k] >= '1' && pattern[k] <= '9') {
                return true;
            }
        }
    }
    return false;
}

IdsOrReason expand_expression(std::string_view pattern, std::span<const std::uint32_t> domain) {
    constexpr const char* kNeither =
        "is neither a list such as `0,2,4-6` nor a regular expression (back references are refused)";
    if (has_back_reference(pattern)) {
        return std::unexpected(kNeither);
    }
    const std::size_t repeats = repeats_of(pattern);
    if (repeats > kMostRepeats || repeats * pattern.size() * domain.size() > kMostSteps) {
        return std::unexpected("takes too long to match; use shorter repetitions, or a list such as `0,4-7`");
    }
    try {
        auto flags = std::regex::ECMAScript | std::regex::nosubs;
#ifdef __GLIBCXX__
        // Without it `(1|1|1|1)*` takes time exponential in the length of an id. Refuses back references.
        flags |= std::regex_constants::__polynomial;
#endif
        const std::regex expression(std::string(pattern), flags);  // libstdc++ 12 looks one beyond a last `(`
        Ids selected;
        for (const std::uint32_t id : domain) {
            const std::string text = fmt::format("{}", id);
            if (std::regex_match(text, expression)) {
                selected.push_back(id);
            }
        }
        return selected;
    } catch (const std::regex_error&) {
        return std::unexpected(kNeither);
    }
}

}  // namespace

IdsOrReason expand_pattern(std::string_view pattern, std::span<const std::uint32_t> domain) {
    pattern = support::trim(pattern);
    if (pattern.empty()) {
        return std::unexpected("is empty; it is a list such as `0,2,4-6`, or a regular expression");
    }
    if (pattern.size() > kLongestIdPattern) {
        return std::unexpected(fmt::format("has more than {} characters", kLongestIdPattern));
    }
    const bool is_list = pattern.find_first_not_of("0123456789,- \t") == std::string_view::npos;
    return is_list ? expand_list(pattern, domain) : expand_expression(pattern, domain);
}

}  // namespace tt_run::topology
