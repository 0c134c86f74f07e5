#include "support/utf8.hpp"

#include <algorithm>

namespace tt_run::support {

namespace {

/// The code points that a sequence of so many bytes is for begin here; fewer bytes would do for lesser ones.
constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};

bool is_surrogate(char32_t value) {
    return value >= 0xD800 && value <= 0xDFFF;
}

/// C0, DEL, C1, and the two that end lines and paragraphs.
bool is_control(char32_t value) {
    return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029;
}

/// Calls `accept` with each; whether the whole of `text` is UTF-8 and all are accepted.
template <class Accept>
bool all_code_points(std::string_view text, Accept accept) {
    while (!text.empty()) {
        const std::optional<CodePoint> first = first_code_point(text);
        if (!first || !accept(first->value)) {
            return false;
        }
        text.remove_prefix(first->size);
    }
    return true;
}

}  // namespace

std::optional<CodePoint> first_code_point(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) {
        return CodePoint{lead, 1};
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC0 || lead >= 0xF8 || text.size() < size) {
        return std::nullopt;
    }
    char32_t value = lead & (0x7FU >> size);
    for (const char byte : text.substr(1, size - 1)) {
        const auto next = static_cast<unsigned char>(byte);
        if ((next & 0xC0U) != 0x80U) {
            return std::nullopt;
        }
        value = value << 6U | (next & 0x3FU);
    }
    const bool is_character = value >= kLeast[size] && value <= 0x10FFFF && !is_surrogate(value);
    return is_character ? std::optional(CodePoint{value, size}) : std::nullopt;
}

bool is_utf8(std::string_view text) {
    return all_code_points(text, [](char32_t) { return true; });
}

bool is_plain_text(std::string_view text) {
    return all_code_points(text, [](char32_t value) { return !is_control(value); });
}

}  // namespace tt_run::support
