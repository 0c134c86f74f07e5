#pragma once

#include <string>
#include <string_view>

namespace tt_run::topology {

/// `text` as a JSON string, quotes included. Bytes that are no ASCII go through as they are.
std::string json_text(std::string_view text);

}  // namespace tt_run::topology
