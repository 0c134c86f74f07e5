#include "launcher/bindings/yaml_map.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "launcher/bindings/yaml_number.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/spelling.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::Spanned;
using support::YamlNode;

namespace {

/// YAML 1.1, which the existing tt-run reads, takes these plain words for truth values.
constexpr std::array<std::string_view, 8> kTruthWords{"y", "n", "yes", "no", "on", "off", "true", "false"};

bool is_number_letter(char c) {
    return (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':' || c == '-' || c == '+';
}

/// Whether YAML 1.1 reads a plain scalar as something other than text: a truth value, a number, a date.
bool is_text_in_yaml(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (std::find(kTruthWords.begin(), kTruthWords.end(), lower) != kTruthWords.end()) {
        return false;
    }
    if (lower.starts_with("0x") || lower.starts_with("0b")) {
        return lower.find_first_not_of("0123456789abcdef_", 2) != std::string::npos;
    }
    const std::size_t exponent = lower.find('e');
    const std::string_view digits = std::string_view(lower).substr(0, exponent);
    const bool has_digit = digits.find_first_of("0123456789") != std::string_view::npos;
    return !has_digit || !std::all_of(digits.begin(), digits.end(), is_number_letter);
}

}  // namespace

std::optional<std::int32_t> whole_number(const YamlNode& node, std::int32_t least) {
    const auto value = yaml_integer(node);
    if (!value || *value < least || *value > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*value);
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && name.find('=') == std::string_view::npos &&
           name.find('\0') == std::string_view::npos;
}

YamlMap::YamlMap(const YamlNode& node, std::string what, support::DiagnosticSink& sink)
    : node_(node), what_(std::move(what)), sink_(sink) {
    if (!node.is_mapping()) {
        sink_.report(Diagnostic(kWrongType, node.span,
                                fmt::format("{} must be a map, not {}", what_, name_of(node.kind))));
    }
}

const YamlNode* YamlMap::find(std::string_view key) {
    asked_.emplace(key);
    const YamlNode* value = node_.find(key);
    return value != nullptr && !value->is_null() ? value : nullptr;
}

const YamlNode* YamlMap::require(std::string_view key) {
    const YamlNode* value = find(key);
    if (value == nullptr && is_map()) {
        const auto empty =
            std::find_if(node_.entries.begin(), node_.entries.end(),
                         [&](const support::YamlEntry& entry) { return entry.key.value == key; });
        const bool is_there = empty != node_.entries.end();
        sink_.report(
            Diagnostic(kMissingKey, is_there ? empty->key.span : node_.span,
                       fmt::format("{} needs `{}`{}", what_, key, is_there ? ", which is empty here" : ""))
                .help(is_there ? "write its value behind it" : fmt::format("add `{}:` with its value", key)));
    }
    return value;
}

std::optional<Spanned<std::int32_t>> YamlMap::integer(std::string_view key, std::int32_t least) {
    return integer_of(find(key), key, least);
}

std::optional<Spanned<std::int32_t>> YamlMap::required_integer(std::string_view key, std::int32_t least) {
    return integer_of(require(key), key, least);
}

std::optional<Spanned<std::int32_t>> YamlMap::integer_of(const YamlNode* value, std::string_view key,
                                                         std::int32_t least) {
    if (value == nullptr) {
        return std::nullopt;
    }
    if (const auto number = whole_number(*value, least)) {
        return Spanned<std::int32_t>{*number, value->span};
    }
    if (value->is_scalar()) {
        sink_.report(Diagnostic(
            kBadNumber, value->span,
            fmt::format("`{}` is `{}`; it must be a whole number of at least {}", key, value->text, least)));
    } else {
        report_type(*value, key, "a whole number");
    }
    return std::nullopt;
}

std::optional<Spanned<std::string>> YamlMap::text(std::string_view key) {
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_scalar()) {
        report_type(*value, key, "text");
        return std::nullopt;
    }
    return value->text.empty() ? std::nullopt : std::optional(Spanned<std::string>{value->text, value->span});
}

std::vector<EnvironmentEntry> YamlMap::environment(std::string_view key) {
    std::vector<EnvironmentEntry> entries;
    const YamlNode* value = find(key);
    if (value == nullptr) {
        return entries;
    }
    if (!value->is_mapping()) {
        report_type(*value, key, "a map from names to values");
        return entries;
    }
    for (const support::YamlEntry& entry : value->entries) {
        const std::string& name = entry.key.value;
        if (!is_variable_name(name)) {
            sink_.report(Diagnostic(kBadVariableName, entry.key.span,
                                    fmt::format("`{}` cannot be the name of an environment variable", name)));
        }
        if (!entry.value.is_scalar()) {
            sink_.report(Diagnostic(kWrongType, entry.value.span,
                                    fmt::format("the value of `{}` must be text, not {}", name,
                                                name_of(entry.value.kind)))
                             .help(entry.value.is_null() ? "write '' for an empty value, or remove the line"
                                                         : "write it in quotes"));
            continue;
        }
        if (!entry.value.quoted && !is_text_in_yaml(entry.value.text)) {
            sink_.report(
                Diagnostic(
                    kPlainScalar, entry.value.span,
                    fmt::format("`{}` is taken as the text \"{}\"; YAML itself does not read it as text",
                                entry.value.text, entry.value.text))
                    .help("put it in quotes: the existing tt-run refuses it without"));
        }
        entries.push_back({entry.key, {entry.value.text, entry.value.span}});
    }
    return entries;
}

void YamlMap::finish() {
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    for (const support::YamlEntry& entry : node_.entries) {
        if (asked_.contains(entry.key.value)) {
            continue;
        }
        Diagnostic diagnostic(kUnknownKey, entry.key.span,
                              fmt::format("{} has no key `{}`; this has no effect", what_, entry.key.value));
        if (const auto near = support::nearest_spelling(entry.key.value, known)) {
            diagnostic.help(fmt::format("did you mean `{}`?", *near));
        }
        sink_.report(std::move(diagnostic));
    }
}

void YamlMap::report_type(const YamlNode& value, std::string_view key, std::string_view wanted) {
    sink_.report(Diagnostic(kWrongType, value.span,
                            fmt::format("`{}` must be {}, not {}", key, wanted, name_of(value.kind))));
}

}  // namespace tt_run::launcher
