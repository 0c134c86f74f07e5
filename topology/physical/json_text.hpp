#pragma once

#include <string>
#include <string_view>

namespace tt_run::topology {

/// `text` as a JSON string, quotes included: valid JSON and YAML on one line, whatever the bytes. Those that
/// are no UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

}  // namespace tt_run::topology
