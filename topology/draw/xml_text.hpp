#pragma once

#include <string>
#include <string_view>

namespace tt_run::topology::draw {

/// As text of an element, or a value between quotes, of XML or HTML: `&`, `<`, `>` and `"` are escaped,
/// control characters are blanks.
std::string xml_text(std::string_view text);
/// The same with line ends kept.
std::string xml_lines(std::string_view text);

}  // namespace tt_run::topology::draw
