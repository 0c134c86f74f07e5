#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tt_run::support {

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;  ///< bytes
};

/// What `text` begins with; nothing if it is empty or its first bytes are no UTF-8: cut short, longer than
/// they need to be, a surrogate, or beyond U+10FFFF.
std::optional<CodePoint> first_code_point(std::string_view text);

bool is_utf8(std::string_view text);

/// UTF-8 on one line, without a character that a terminal or an editor would obey.
bool is_plain_text(std::string_view text);

}  // namespace tt_run::support
