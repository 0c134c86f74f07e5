#include "tt_run/device/fabric.hpp"

#include <mutex>
#include <numeric>

#include "device/runtime.hpp"
#include "support/require.hpp"
#include "tt_run/device/warnings.hpp"

namespace tt_run::device {

namespace {

std::mutex switch_mutex;

fabric::FabricSwitch& the_switch() {
    static fabric::FabricSwitch one;
    return one;
}

fabric::NodeAt node_of(const fabric::ControlPlane& plane, FabricNodeId id) {
    const auto node = plane.system().find({topology::MeshId{id.mesh_id}, topology::ChipId{id.chip_id}});
    TT_RUN_REQUIRE(node.has_value(), "the job has no chip {}", id.text());
    return *node;
}

/// Null if the fabric is DISABLED.
const fabric::ControlPlane* open_plane() {
    TT_RUN_REQUIRE(Runtime::is_started(), "the fabric opens with the first device; none was opened yet");
    return Runtime::get().control_plane();
}

}  // namespace

void set_fabric_config(const FabricSettings& settings) {
    const bool device_open = Runtime::is_started() && Runtime::get().has_open_device();
    const std::lock_guard lock(switch_mutex);
    const auto warning = the_switch().set(settings, device_open);
    TT_RUN_REQUIRE(warning.has_value(), "{}", warning.error().message());
    if (!warning->empty()) {
        warn(*warning);
    }
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

std::vector<std::uint32_t> get_forwarding_link_indices(FabricNodeId from, FabricNodeId to) {
    const fabric::ControlPlane* const plane = open_plane();
    std::vector<std::uint32_t> indices;
    if (plane != nullptr) {
        indices.resize(plane->forwarding_links(node_of(*plane, from), node_of(*plane, to)).size());
        std::iota(indices.begin(), indices.end(), 0U);
    }
    return indices;
}

std::optional<std::string> why_unreachable(FabricNodeId from, FabricNodeId to) {
    const fabric::ControlPlane* const plane = open_plane();
    if (plane == nullptr) {
        return from == to ? std::nullopt
                          : std::optional<std::string>("the fabric is DISABLED; a chip reaches itself only");
    }
    const auto reached = plane->reaches(node_of(*plane, from), node_of(*plane, to));
    return reached ? std::nullopt : std::optional(reached.error().message());
}

}  // namespace tt_run::device
