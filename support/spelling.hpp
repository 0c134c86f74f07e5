#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tt_run::support {

/// The candidate that `word` was most likely meant to be: the fewest letters inserted, removed, replaced or
/// swapped with their neighbour, and few enough for the word's length; of equals, the first. Empty if none is
/// near.
std::optional<std::string> nearest_spelling(std::string_view word,
                                            std::span<const std::string_view> candidates);

}  // namespace tt_run::support
