// Which fabric is asked for. What is asked of it once it is open is fabric_questions.cpp.
#include "tt_run/device/fabric.hpp"

#include <mutex>

#include "device/runtime.hpp"
#include "fabric/traffic.hpp"
#include "support/require.hpp"
#include "tt_run/device/fabric_router.hpp"
#include "tt_run/device/warnings.hpp"

namespace tt_run::device {

namespace {

std::mutex switch_mutex;

fabric::FabricSwitch& the_switch() {
    static fabric::FabricSwitch one;
    return one;
}

FabricRouterConfig& the_routers() {
    static FabricRouterConfig one;
    return one;
}

bool has_open_device() {
    return Runtime::is_started() && Runtime::get().has_open_device();
}

}  // namespace

void set_fabric_config(const FabricSettings& settings) {
    const bool device_open = has_open_device();
    const std::lock_guard lock(switch_mutex);
    const auto warning = the_switch().set(settings, device_open);
    TT_RUN_REQUIRE(warning.has_value(), "{}", warning.error().message());
    if (!warning->empty()) {
        warn(*warning);
    }
    if (settings.config == FabricConfig::disabled) {
        the_routers() = {};
    }
}

void set_fabric_router_config(const FabricRouterConfig& config) {
    const bool device_open = has_open_device();
    const std::lock_guard lock(switch_mutex);
    TT_RUN_REQUIRE(!device_open, "the fabric's routers can only be set before any device is opened");
    const std::uint32_t payload = config.max_packet_payload_size_bytes.value_or(16);
    TT_RUN_REQUIRE(payload != 0 && payload % 16 == 0,
                   "a packet carries a multiple of 16 bytes, and at least those, not {}", payload);
    the_routers() = config;
}

FabricRouterConfig get_fabric_router_config() {
    const std::lock_guard lock(switch_mutex);
    return the_routers();
}

void set_fabric_config(FabricConfig config, FabricReliability reliability,
                       std::optional<std::uint32_t> num_planes) {
    FabricSettings settings;
    settings.config = config;
    settings.reliability = reliability;
    settings.num_planes = num_planes;
    set_fabric_config(settings);
}

FabricSettings get_fabric_settings() {
    const std::lock_guard lock(switch_mutex);
    return the_switch().settings();
}

FabricConfig get_fabric_config() {
    return get_fabric_settings().config;
}

std::string_view get_fabric_topology() {
    const auto name = fabric::topology_name(get_fabric_config());
    TT_RUN_REQUIRE(name.has_value(), "{}", name.error().message());
    return *name;
}

std::size_t get_tt_fabric_packet_header_size_bytes() {
    get_fabric_topology();
    return fabric::packet_format(get_fabric_config()).header_bytes;
}

std::size_t get_tt_fabric_max_payload_size_bytes() {
    get_fabric_topology();
    return get_fabric_router_config().max_packet_payload_size_bytes.value_or(
        fabric::packet_format(get_fabric_config()).max_payload_bytes);
}

}  // namespace tt_run::device
