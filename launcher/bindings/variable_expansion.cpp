#include "launcher/bindings/variable_expansion.hpp"

#include <algorithm>
#include <optional>

namespace tt_run::launcher {

namespace {

bool is_name_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t name_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_name_letter(text[length])) {
        ++length;
    }
    return length;
}

/// What `{...}` stands for; nothing if it stays as it is written.
std::optional<std::string> braced_value(std::string_view inside, const support::Variables& variables) {
    const std::string_view name = inside.substr(0, name_length(inside));
    const std::string_view rest = inside.substr(name.size());
    const auto found = variables.find(name);
    if (name.empty() || (!rest.empty() && !rest.starts_with(":-"))) {
        return std::nullopt;
    }
    if (!rest.empty()) {
        return found == variables.end() || found->second.empty() ? std::string(rest.substr(2))
                                                                 : found->second;
    }
    return found == variables.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string expand_variables(std::string_view text, const support::Variables& variables) {
    std::string expanded;
    std::size_t at = 0;
    std::size_t close = 0;  // the first brace that closes behind `at`, once one was looked for
    for (std::size_t dollar; (dollar = text.find('$', at)) != std::string_view::npos;) {
        expanded += text.substr(at, dollar - at);
        std::size_t end = dollar + 1;
        std::optional<std::string> value;
        if (end < text.size() && text[end] == '{') {
            close = close < end ? std::min(text.find('}', end), text.size()) : close;
            if (close != text.size()) {
                value = braced_value(text.substr(end + 1, close - end - 1), variables);
                end = close + 1;
            }
        } else {
            end += name_length(text.substr(end));
            const auto found = variables.find(text.substr(dollar + 1, end - dollar - 1));
            value = found == variables.end() ? std::nullopt : std::optional(found->second);
        }
        // What stays gives back only its `$`, so that a name inside broken braces still counts.
        expanded += value ? *value : "$";
        at = value ? end : dollar + 1;
    }
    return expanded += text.substr(at);
}

}  // namespace tt_run::launcher
