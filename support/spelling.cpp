#include "support/spelling.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace tt_run::support {

namespace {

constexpr std::size_t kLongestWord = 64;

char folded(char letter) {
    return letter == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

/// Optimal string alignment distance, with letter case and `_` against `-` free of charge.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = folded(a[i - 1]) == folded(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                folded(a[i - 2]) == folded(b[j - 1])) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string> nearest_spelling(std::string_view word,
                                            std::span<const std::string_view> candidates) {
    if (word.empty() || word.size() > kLongestWord) {
        return std::nullopt;
    }
    const std::size_t allowed = std::max<std::size_t>(1, word.size() / 3);
    std::optional<std::string> nearest;
    std::size_t best = allowed + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t found = candidate.size() > kLongestWord ? best : distance(word, candidate);
        if (found < best) {
            best = found;
            nearest = std::string(candidate);
        }
    }
    return nearest;
}

}  // namespace tt_run::support
