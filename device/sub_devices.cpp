// Sub-devices of a mesh device.

#include <algorithm>
#include <numeric>

#include "device/mesh_device_state.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

void require_no_buffers(const MeshDeviceState& state) {
    TT_RUN_REQUIRE(state.live_sub_device_buffers == 0,
                   "{} buffers still live on sub-devices of the loaded manager",
                   state.live_sub_device_buffers);
}

std::size_t index_of(const MeshDeviceState& state, SubDeviceManagerId id) {
    const auto found = std::ranges::find(state.managers, id, &SubDeviceManager::id);
    TT_RUN_REQUIRE(found != state.managers.end(), "there is no sub-device manager {}", id);
    return static_cast<std::size_t>(found - state.managers.begin());
}

}  // namespace

SubDeviceManagerId MeshDevice::create_sub_device_manager(std::vector<SubDevice> sub_devices,
                                                         std::size_t local_l1_size) {
    TT_RUN_REQUIRE(!sub_devices.empty(), "a sub-device manager needs at least one sub-device");
    TT_RUN_REQUIRE(local_l1_size <= memory_view(BufferType::l1).bytes_per_bank,
                   "{} bytes of local L1 are more than a core has for buffers", local_l1_size);
    const CoreGrid grid = compute_with_storage_grid_size();
    std::vector<CoreCoord> used;
    for (const SubDevice& sub_device : sub_devices) {
        for (const CoreRange& range : sub_device.cores.ranges) {
            TT_RUN_REQUIRE(range.start.x <= range.end.x && range.start.y <= range.end.y &&
                               range.end.x < grid.x && range.end.y < grid.y,
                           "cores ({}, {}) to ({}, {}) are not inside the compute grid of {} x {}",
                           range.start.x, range.start.y, range.end.x, range.end.y, grid.x, grid.y);
            for (std::size_t y = range.start.y; y <= range.end.y; ++y) {
                for (std::size_t x = range.start.x; x <= range.end.x; ++x) {
                    TT_RUN_REQUIRE(std::ranges::find(used, CoreCoord{x, y}) == used.end(),
                                   "core ({}, {}) is in two sub-devices", x, y);
                    used.push_back({x, y});
                }
            }
        }
    }
    const SubDeviceManagerId id = state_->next_manager_id++;
    state_->managers.push_back({id, std::move(sub_devices)});
    return id;
}

void MeshDevice::load_sub_device_manager(SubDeviceManagerId id) {
    const std::size_t index = index_of(*state_, id);
    require_no_buffers(*state_);
    state_->loaded_manager = index;
}

void MeshDevice::clear_loaded_sub_device_manager() {
    require_no_buffers(*state_);
    state_->loaded_manager = 0;
}

void MeshDevice::remove_sub_device_manager(SubDeviceManagerId id) {
    const std::size_t index = index_of(*state_, id);
    TT_RUN_REQUIRE(index != 0 && index != state_->loaded_manager,
                   "sub-device manager {} is loaded and cannot be removed", id);
    state_->managers.erase(state_->managers.begin() + static_cast<std::ptrdiff_t>(index));
    state_->loaded_manager -= state_->loaded_manager > index ? 1 : 0;
}

std::vector<SubDeviceId> MeshDevice::get_sub_device_ids() const {
    std::vector<SubDeviceId> ids(state_->managers[state_->loaded_manager].sub_devices.size());
    std::iota(ids.begin(), ids.end(), SubDeviceId{0});
    return ids;
}

CoreRangeSet MeshDevice::sub_device_cores(SubDeviceId id) const {
    const auto& sub_devices = state_->managers[state_->loaded_manager].sub_devices;
    TT_RUN_REQUIRE(id < sub_devices.size(), "there is no sub-device {} among {}", id, sub_devices.size());
    return sub_devices[id].cores;
}

}  // namespace tt_run::device
