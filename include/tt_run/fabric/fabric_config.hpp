#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tt_run/export.hpp"

namespace tt_run::fabric {

/// What of the chips' network is switched on. Names are those of tt-metal; its numbers changed once, so
/// nothing here or in any file of ours uses numbers.
enum class FabricConfig : std::uint8_t {
    disabled,           ///< DISABLED: a chip reaches itself only
    neighbor_exchange,  ///< FABRIC_1D_NEIGHBOR_EXCHANGE: adjacent chips of one mesh
    line,               ///< FABRIC_1D: along a row or a column of one mesh
    ring,               ///< FABRIC_1D_RING: the same with wraps, or round the edge of a mesh without any
    mesh,               ///< FABRIC_2D: any chip to any chip, through other meshes too
    torus_x,            ///< FABRIC_2D_TORUS_X: the same, rows wrap (dimension 1)
    torus_y,            ///< FABRIC_2D_TORUS_Y: columns wrap (dimension 0)
    torus_xy,           ///< FABRIC_2D_TORUS_XY: both
    custom,             ///< CUSTOM: for tests of routers; nothing can be routed under it
};
TT_RUN_API std::string_view name_of(FabricConfig config);
/// Any name above, and FABRIC_2D_DYNAMIC with its tori, which were folded into FABRIC_2D.
TT_RUN_API std::optional<FabricConfig> parse_fabric_config(std::string_view name);
/// Every name, in order.
TT_RUN_API const std::array<std::string_view, 9>& fabric_config_names();

/// What to do at open about links that should be there and are not.
enum class FabricReliability : std::uint8_t {
    strict,              ///< STRICT_INIT: refuse to open
    relaxed,             ///< RELAXED_INIT: route with what is left, and say what was lost
    dynamic_reconfigure  ///< DYNAMIC_RECONFIG: named upstream, supported by nobody
};
TT_RUN_API std::string_view name_of(FabricReliability mode);
/// The short names, and upstream's long ones such as STRICT_SYSTEM_HEALTH_SETUP_MODE.
TT_RUN_API std::optional<FabricReliability> parse_fabric_reliability(std::string_view name);

/// Whether worker cores are set aside to merge traffic. Changes nothing in an emulated fabric.
enum class FabricTensixConfig : std::uint8_t { disabled, mux, udm };
TT_RUN_API std::string_view name_of(FabricTensixConfig config);
TT_RUN_API std::optional<FabricTensixConfig> parse_fabric_tensix_config(std::string_view name);

/// Who starts and ends the routers. Changes nothing in an emulated fabric.
enum class FabricManagerMode : std::uint8_t { default_mode, init_fabric, terminate_fabric, enabled };
TT_RUN_API std::string_view name_of(FabricManagerMode mode);
TT_RUN_API std::optional<FabricManagerMode> parse_fabric_manager_mode(std::string_view name);

enum class FabricUdmMode : std::uint8_t { disabled, enabled };
TT_RUN_API std::string_view name_of(FabricUdmMode mode);
TT_RUN_API std::optional<FabricUdmMode> parse_fabric_udm_mode(std::string_view name);

/// The arguments of `set_fabric_config`.
struct FabricSettings {
    FabricConfig config = FabricConfig::disabled;
    FabricReliability reliability = FabricReliability::strict;
    std::optional<std::uint32_t> num_planes;  ///< at most so many routing planes; all that live if not given
    FabricTensixConfig tensix = FabricTensixConfig::disabled;
    FabricManagerMode manager = FabricManagerMode::default_mode;
    FabricUdmMode udm = FabricUdmMode::disabled;
    bool operator==(const FabricSettings&) const = default;
};

}  // namespace tt_run::fabric
