#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tt_run/export.hpp"

namespace tt_run::fabric {

/// Where a link leaves a chip: north is towards row 0, west towards column 0. Z is off the grid: express
/// links, and links to other meshes that no side has room for (or that the descriptor puts there).
enum class RoutingDirection : std::uint8_t { north, east, south, west, z, centre };
/// `N`, `E`, `S`, `W`, `Z`, and `C` for a chip and itself.
TT_RUN_API std::string_view name_of(RoutingDirection direction);
TT_RUN_API std::optional<RoutingDirection> parse_direction(std::string_view name);

}  // namespace tt_run::fabric
