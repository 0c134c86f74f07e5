#include "topology/mgd/mgd_yaml_fields.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "support/text.hpp"
#include "topology/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::Span;
using support::Spanned;
using support::YamlEntry;
using support::YamlNode;

Diagnostic MgdYamlFields::problem(const Span& span, std::string message) const {
    return Diagnostic(kMgdYaml, span, std::move(message));
}

void MgdYamlFields::warn_of_unknown_keys(const YamlNode& map, std::initializer_list<std::string_view> known,
                                         std::string_view what) {
    const std::vector<std::string_view> words(known);
    for (const YamlEntry& entry : map.entries) {
        if (std::find(words.begin(), words.end(), entry.key.value) != words.end()) {
            continue;
        }
        Diagnostic warning(kMgdUnknownField, entry.key.span,
                           fmt::format("`{}` is no key of {}; it is skipped", entry.key.value, what));
        if (const auto near = support::nearest_spelling(entry.key.value, words)) {
            warning.help(fmt::format("did you mean `{}`?", *near));
        }
        sink_.report(std::move(warning));
    }
}

const YamlNode* MgdYamlFields::require(const YamlNode& map, std::string_view key, std::string_view what) {
    const YamlNode* value = map.find(key);
    if (value == nullptr || value->is_null()) {
        sink_.report(problem(map.span, fmt::format("{} has no `{}`; it must have one", what, key)));
        return nullptr;
    }
    return value;
}

/// The items of a list of maps; reports what is neither.
std::vector<const YamlNode*> MgdYamlFields::maps_in(const YamlNode& root, std::string_view key) {
    std::vector<const YamlNode*> maps;
    const YamlNode* list = require(root, key, "this file");
    if (list == nullptr) {
        return maps;
    }
    if (!list->is_sequence()) {
        sink_.report(problem(list->span,
                             fmt::format("`{}` is {}; it must be a list of maps", key, name_of(list->kind))));
        return maps;
    }
    for (const YamlNode& item : list->items) {
        if (item.is_mapping()) {
            maps.push_back(&item);
        } else {
            sink_.report(problem(item.span, fmt::format("`{}` holds {} here; each entry must be a map", key,
                                                        name_of(item.kind))));
        }
    }
    return maps;
}

std::optional<Spanned<std::string>> MgdYamlFields::text(const YamlNode& map, std::string_view key,
                                                        std::string_view what) {
    const YamlNode* value = require(map, key, what);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_scalar()) {
        sink_.report(
            problem(value->span, fmt::format("`{}` is {}; it must be text", key, name_of(value->kind))));
        return std::nullopt;
    }
    return Spanned<std::string>{value->text, value->span};
}

std::optional<Spanned<std::int32_t>> MgdYamlFields::number(const YamlNode& value, std::string_view what,
                                                           std::int32_t least) {
    const auto parsed = value.is_scalar() ? support::parse_integer(value.text) : std::nullopt;
    if (!parsed || *parsed < least || *parsed > std::numeric_limits<std::int32_t>::max()) {
        const std::string seen =
            value.is_scalar() ? fmt::format("`{}`", value.text) : std::string(name_of(value.kind));
        sink_.report(problem(value.span, fmt::format("{} is {}; it must be a whole number of at least {}",
                                                     what, seen, least)));
        return std::nullopt;
    }
    return Spanned<std::int32_t>{static_cast<std::int32_t>(*parsed), value.span};
}

std::optional<Grid> MgdYamlFields::grid(const YamlNode& value, std::string_view key) {
    if (!value.is_sequence() || value.items.size() != 2) {
        sink_.report(
            problem(value.span, fmt::format("`{}` must be a list of two numbers, [rows, columns]", key)));
        return std::nullopt;
    }
    const auto rows = number(value.items[0], fmt::format("the first of `{}`", key), 1);
    const auto columns = number(value.items[1], fmt::format("the second of `{}`", key), 1);
    return rows && columns ? std::optional(Grid{*rows, *columns}) : std::nullopt;
}

}  // namespace tt_run::topology
