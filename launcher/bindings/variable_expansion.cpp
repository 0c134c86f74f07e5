#include "launcher/bindings/variable_expansion.hpp"

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
    while (!text.empty()) {
        const std::size_t dollar = text.find('$');
        expanded += text.substr(0, dollar);
        if (dollar == std::string_view::npos) {
            break;
        }
        text.remove_prefix(dollar);
        std::size_t written = 1;
        std::optional<std::string> value;
        if (text.size() > 1 && text[1] == '{') {
            const std::size_t close = text.find('}');
            if (close != std::string_view::npos) {
                written = close + 1;
                value = braced_value(text.substr(2, close - 2), variables);
            }
        } else {
            written += name_length(text.substr(1));
            const auto found = variables.find(text.substr(1, written - 1));
            value = found == variables.end() ? std::nullopt : std::optional(found->second);
        }
        // What stays gives back only its `$`, so that a name inside broken braces still counts.
        expanded += value ? *value : "$";
        text.remove_prefix(value ? written : 1);
    }
    return expanded;
}

}  // namespace tt_run::launcher
