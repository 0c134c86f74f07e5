#include "tt_run/device/visible_devices.hpp"

#include <numeric>

#include "device/runtime.hpp"
#include "tt_run/device/mesh_device.hpp"

namespace tt_run::device {

std::size_t get_num_devices() {
    return Runtime::get().system().visible_devices;
}

std::vector<std::int32_t> get_device_ids() {
    std::vector<std::int32_t> ids(get_num_devices());
    std::iota(ids.begin(), ids.end(), 0);
    return ids;
}

std::vector<std::int32_t> get_pcie_device_ids() {
    const LocalSystem& system = Runtime::get().system();
    std::vector<std::int32_t> ids;
    for (std::size_t k = 0; k < system.visible_devices; ++k) {
        if (!system.cluster || system.cluster->asic(system.visible[k]).has_pcie) {
            ids.push_back(static_cast<std::int32_t>(k));
        }
    }
    return ids;
}

}  // namespace tt_run::device
