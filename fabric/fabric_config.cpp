#include "fabric/fabric_config.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tt_run::fabric {

namespace {

constexpr std::array<std::string_view, 9> kConfigs{
    "DISABLED",          "FABRIC_1D_NEIGHBOR_EXCHANGE", "FABRIC_1D",          "FABRIC_1D_RING", "FABRIC_2D",
    "FABRIC_2D_TORUS_X", "FABRIC_2D_TORUS_Y",           "FABRIC_2D_TORUS_XY", "CUSTOM",
};
constexpr std::array<std::string_view, 3> kReliabilities{"STRICT_INIT", "RELAXED_INIT", "DYNAMIC_RECONFIG"};
constexpr std::array<std::string_view, 3> kLongReliabilities{"STRICT_SYSTEM_HEALTH_SETUP_MODE",
                                                             "RELAXED_SYSTEM_HEALTH_SETUP_MODE",
                                                             "DYNAMIC_RECONFIGURATION_SETUP_MODE"};
constexpr std::array<std::string_view, 3> kTensixConfigs{"DISABLED", "MUX", "UDM"};
constexpr std::array<std::string_view, 4> kManagerModes{"DEFAULT", "INIT_FABRIC", "TERMINATE_FABRIC",
                                                        "ENABLED"};
constexpr std::array<std::string_view, 2> kUdmModes{"DISABLED", "ENABLED"};

template <class Enum, std::size_t count>
std::optional<Enum> find_name(const std::array<std::string_view, count>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt : std::optional(static_cast<Enum>(found - names.begin()));
}

}  // namespace

std::string_view name_of(FabricConfig config) {
    return kConfigs[static_cast<std::size_t>(config)];
}

std::optional<FabricConfig> parse_fabric_config(std::string_view name) {
    constexpr std::string_view kDynamic = "FABRIC_2D_DYNAMIC";
    if (name.starts_with(kDynamic)) {
        return find_name<FabricConfig>(kConfigs, "FABRIC_2D" + std::string(name.substr(kDynamic.size())));
    }
    return find_name<FabricConfig>(kConfigs, name);
}

const std::array<std::string_view, 9>& fabric_config_names() {
    return kConfigs;
}

bool is_1d(FabricConfig config) {
    return config == FabricConfig::line || config == FabricConfig::ring ||
           config == FabricConfig::neighbor_exchange;
}

bool is_2d(FabricConfig config) {
    return config >= FabricConfig::mesh && config <= FabricConfig::torus_xy;
}

bool uses_wraps(FabricConfig config, std::size_t dimension) {
    switch (config) {
        case FabricConfig::neighbor_exchange:
        case FabricConfig::ring:
        case FabricConfig::torus_xy:
            return true;
        case FabricConfig::torus_x:
            return dimension == 1;
        case FabricConfig::torus_y:
            return dimension == 0;
        default:
            return false;
    }
}

support::Result<std::string_view> topology_name(FabricConfig config) {
    switch (config) {
        case FabricConfig::neighbor_exchange:
            return "NeighborExchange";
        case FabricConfig::line:
            return "Linear";
        case FabricConfig::ring:
            return "Ring";
        case FabricConfig::mesh:
            return "Mesh";
        case FabricConfig::torus_x:
        case FabricConfig::torus_y:
        case FabricConfig::torus_xy:
            return "Torus";
        default:
            return std::unexpected(
                support::Error(fmt::format("fabric config {} has no topology", name_of(config))));
    }
}

std::string_view name_of(FabricReliability mode) {
    return kReliabilities[static_cast<std::size_t>(mode)];
}

std::optional<FabricReliability> parse_fabric_reliability(std::string_view name) {
    const auto found = find_name<FabricReliability>(kReliabilities, name);
    return found ? found : find_name<FabricReliability>(kLongReliabilities, name);
}

std::string_view name_of(FabricTensixConfig config) {
    return kTensixConfigs[static_cast<std::size_t>(config)];
}

std::optional<FabricTensixConfig> parse_fabric_tensix_config(std::string_view name) {
    return find_name<FabricTensixConfig>(kTensixConfigs, name);
}

std::string_view name_of(FabricManagerMode mode) {
    return kManagerModes[static_cast<std::size_t>(mode)];
}

std::optional<FabricManagerMode> parse_fabric_manager_mode(std::string_view name) {
    return find_name<FabricManagerMode>(kManagerModes, name);
}

std::string_view name_of(FabricUdmMode mode) {
    return kUdmModes[static_cast<std::size_t>(mode)];
}

std::optional<FabricUdmMode> parse_fabric_udm_mode(std::string_view name) {
    return find_name<FabricUdmMode>(kUdmModes, name);
}

support::Result<std::string> FabricSwitch::set(const FabricSettings& settings, bool device_open) {
    const auto refuse = [](std::string why) { return std::unexpected(support::Error(std::move(why))); };
    if (device_open) {
        return refuse("the fabric config can only be set before any device is opened");
    }
    if (settings.config == FabricConfig::custom) {
        return refuse("fabric config CUSTOM is for tests of routers; it has no topology to route by");
    }
    if (settings.reliability == FabricReliability::dynamic_reconfigure) {
        return refuse("fabric reliability mode DYNAMIC_RECONFIG is not supported");
    }
    if (settings.config == FabricConfig::disabled) {
        const bool ignored = settings.num_planes.has_value();
        settings_ = FabricSettings{};
        return ignored ? std::string("num_planes is ignored when the fabric is DISABLED") : std::string();
    }
    if (settings_.config != FabricConfig::disabled && settings_.config != settings.config) {
        return refuse(fmt::format("fabric config {} would override {}; set DISABLED first",
                                  name_of(settings.config), name_of(settings_.config)));
    }
    if (settings.num_planes == 0U) {
        return refuse("num_planes is 0; a fabric has at least one routing plane");
    }
    if (settings.udm == FabricUdmMode::enabled && !is_2d(settings.config)) {
        return refuse(fmt::format("UDM mode needs a 2D fabric config, not {}", name_of(settings.config)));
    }
    settings_ = settings;
    return std::string();
}

}  // namespace tt_run::fabric
