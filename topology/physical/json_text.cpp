#include "topology/physical/json_text.hpp"

#include <fmt/format.h>

#include "support/utf8.hpp"

namespace tt_run::topology {

namespace {

/// YAML does not allow them, or folds them as it does lines.
bool is_escaped(char32_t value) {
    return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029 ||
           value == 0xFEFF || value == 0xFFFE || value == 0xFFFF;
}

}  // namespace

std::string json_text(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
        const auto [value, size] = support::first_code_point(text).value_or(support::CodePoint{0xFFFD, 0});
        if (size == 0) {
            out += "\xEF\xBF\xBD";
        } else if (is_escaped(value)) {
            out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(value));
        } else {
            out += value == '"' || value == '\\' ? "\\" : "";
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return out + "\"";
}

}  // namespace tt_run::topology
