#include "tt_run/device/mesh_device.hpp"

#include <algorithm>
#include <mutex>

#include "python/bindings.hpp"
#include "python/mesh_id.hpp"
#include "tt_run/device/visible_devices.hpp"

namespace tt_run::python {

using namespace device;

namespace {

using DevicePtr = std::shared_ptr<MeshDevice>;

enum class Arch { wormhole_b0, blackhole };

/// Devices that Python opened, for the end of the process.
class OpenDevices {
  public:
    static OpenDevices& all() {
        static OpenDevices* const all = new OpenDevices;
        return *all;
    }
    DevicePtr add(DevicePtr device) {
        const std::lock_guard lock(mutex_);
        std::erase_if(devices_, [](const auto& weak) { return weak.expired(); });
        devices_.push_back(device);
        return device;
    }
    std::vector<DevicePtr> still_open() {
        const std::lock_guard lock(mutex_);
        std::vector<DevicePtr> open;
        for (const auto& weak : devices_) {
            if (DevicePtr device = weak.lock(); device && device->is_open()) {
                open.push_back(std::move(device));
            }
        }
        return open;
    }

  private:
    std::mutex mutex_;
    std::vector<std::weak_ptr<MeshDevice>> devices_;
};

DevicePtr open_mesh_device(const std::optional<MeshShape>& mesh_shape, std::size_t l1_small_size,
                           std::size_t trace_region_size, std::uint32_t num_command_queues, const py::object&,
                           const std::optional<MeshCoordinate>& offset, const std::vector<std::int32_t>& ids,
                           std::size_t worker_l1_size) {
    return OpenDevices::all().add(MeshDevice::create(
        {mesh_shape, offset, ids, l1_small_size, trace_region_size, num_command_queues, worker_l1_size}));
}

DevicePtr open_device(std::int32_t device_id, std::size_t l1_small_size, std::size_t trace_region_size,
                      const py::object&, std::uint32_t num_command_queues, std::size_t worker_l1_size) {
    MeshDeviceConfig config;
    config.l1_small_size = l1_small_size;
    config.trace_region_size = trace_region_size;
    config.num_command_queues = num_command_queues;
    config.worker_l1_size = worker_l1_size;
    return OpenDevices::all().add(MeshDevice::create_unit_mesh(device_id, config));
}

/// Waits where Ctrl-C still leaves the device as it was, then closes; a failure of its queues is no reason
/// not to.
void close_device(MeshDevice& device) {
    std::exception_ptr failure;
    if (device.is_open()) {
        try {
            device.synchronize();
        } catch (const std::runtime_error&) {
            failure = std::current_exception();
        }
    }
    device.close();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

/// What of a mesh device is this process's.
struct DeviceView {
    DevicePtr device;
};

CoreCoord extent_of(CoreGrid grid) {
    return {grid.x, grid.y};
}

/// The least rectangle around the devices that this rank drives.
MeshCoordinateRange local_range(const MeshDevice& device) {
    const std::vector<MeshCoordinate> local = device.local_coordinates();
    if (local.empty()) {
        throw std::runtime_error("this rank drives none of the mesh's devices");
    }
    std::vector<std::uint32_t> low(local.front().begin(), local.front().end());
    std::vector<std::uint32_t> high = low;
    for (const MeshCoordinate& coordinate : local) {
        for (std::size_t dim = 0; dim < low.size(); ++dim) {
            low[dim] = std::min(low[dim], coordinate[static_cast<std::int32_t>(dim)]);
            high[dim] = std::max(high[dim], coordinate[static_cast<std::int32_t>(dim)]);
        }
    }
    return {MeshCoordinate(low), MeshCoordinate(high)};
}

void bind_device_class(py::module_& module) {
    py::class_<MeshDevice, DevicePtr> type(module, "MeshDevice", "A grid of devices used as one.");
    py::class_<DeviceView>(module, "MeshDeviceView", "What of a mesh device is this process's.")
        .def("shape", [](const DeviceView& view) { return view.device->shape(); })
        .def("num_devices", [](const DeviceView& view) { return view.device->num_devices(); })
        .def(
            "get_local_mesh_coord_range", [](const DeviceView& view) { return local_range(*view.device); },
            "The least rectangle around the devices that this rank drives.")
        .def(
            "is_local",
            [](const DeviceView& view, const MeshCoordinate& coord) { return view.device->is_local(coord); },
            py::arg("coord"))
        .def(
            "get_fabric_node_id",
            [](const DeviceView& view, const MeshCoordinate& coord) {
                return view.device->get_fabric_node_id(coord);
            },
            py::arg("coord"));
    type.def_property_readonly("shape", &MeshDevice::shape)
        .def("get_num_devices", &MeshDevice::num_devices)
        .def("get_device_ids", &MeshDevice::get_device_ids, "Row by row; -1 for devices of other ranks.")
        .def("get_device_id", &MeshDevice::get_device_id, py::arg("coord"))
        .def("id", &MeshDevice::id)
        .def(
            "get_system_mesh_id",
            [](const MeshDevice& device) {
                return device.get_fabric_node_id(MeshCoordinate::from_linear_index(device.shape(), 0))
                    .mesh_id;
            },
            "The number of its mesh in the job, which rank bindings give.")
        .def("arch",
             [](const MeshDevice& device) {
                 return device.arch() == "blackhole" ? Arch::blackhole : Arch::wormhole_b0;
             })
        .def("is_open", &MeshDevice::is_open)
        .def(
            "create_submesh",
            [](MeshDevice& device, const MeshShape& shape, const std::optional<MeshCoordinate>& offset) {
                return OpenDevices::all().add(device.create_submesh(shape, offset));
            },
            py::arg("submesh_shape"), py::arg("offset") = py::none(), Unlocked(),
            "Devices of this one, used apart. RuntimeError unless it has as many dimensions and lies inside.")
        .def(
            "create_submeshes",
            [](MeshDevice& device, const MeshShape& shape) {
                std::vector<DevicePtr> submeshes = device.create_submeshes(shape);
                for (const DevicePtr& submesh : submeshes) {
                    OpenDevices::all().add(submesh);
                }
                return submeshes;
            },
            py::arg("submesh_shape"), Unlocked(),
            "As many of this shape as this one holds, row by row. RuntimeError unless every extent divides.")
        .def("get_submeshes", &MeshDevice::get_submeshes)
        .def("reshape", &MeshDevice::reshape, py::arg("new_shape"), Unlocked(),
             "The same devices in another grid. RuntimeError for another number of devices, while submeshes "
             "or buffers "
             "live, and for grids whose neighbours would not be neighbours.")
        .def(
            "compute_with_storage_grid_size",
            [](const MeshDevice& device) { return extent_of(device.compute_with_storage_grid_size()); },
            "Columns (x) and rows (y) of worker cores on each device.")
        .def("dram_grid_size", [](const MeshDevice& device) { return extent_of(device.dram_grid_size()); })
        .def_property_readonly("core_grid", &MeshDevice::compute_with_storage_grid_size)
        .def("get_view", [](const DevicePtr& device) { return DeviceView{device}; })
        .def("get_fabric_node_id", &MeshDevice::get_fabric_node_id, py::arg("coord"))
        .def("is_local", &MeshDevice::is_local, py::arg("coord"), "Whether this rank drives the device.")
        .def("l1_size_per_core", &MeshDevice::l1_size_per_core, "Bytes.")
        .def("num_hw_cqs", &MeshDevice::num_command_queues)
        .def(
            "enable_program_cache", [](MeshDevice&) {},
            "Nothing is compiled for emulated chips: does nothing.")
        .def(
            "disable_and_clear_program_cache", [](MeshDevice&) {}, "Does nothing.")
        .def("num_program_cache_entries", [](MeshDevice&) { return 0; })
        .def("__repr__", [](const MeshDevice& device) {
            std::string extents;
            for (const std::uint32_t extent : device.shape()) {
                extents += (extents.empty() ? "" : "x") + std::to_string(extent);
            }
            return py::str("MeshDevice({} grid, {} devices)").format(extents, device.num_devices());
        });
    type.def(
            "create_sub_device_manager",
            [](MeshDevice& device, const std::vector<SubDevice>& sub_devices, std::size_t local_l1_size) {
                return device.create_sub_device_manager(sub_devices, local_l1_size);
            },
            py::arg("sub_devices"), py::arg("local_l1_size") = 0, Unlocked(),
            "RuntimeError for cores outside the grid or in two sub-devices.")
        .def("load_sub_device_manager", &MeshDevice::load_sub_device_manager,
             py::arg("sub_device_manager_id"), Unlocked(), "RuntimeError while buffers live on a sub-device.")
        .def("clear_loaded_sub_device_manager", &MeshDevice::clear_loaded_sub_device_manager, Unlocked(),
             "RuntimeError while buffers, those of sockets too, live on a sub-device.")
        .def("remove_sub_device_manager", &MeshDevice::remove_sub_device_manager,
             py::arg("sub_device_manager_id"), Unlocked())
        .def("get_sub_device_ids", [](const MeshDevice& device) {
            std::vector<SubDeviceId> ids;
            for (const std::uint32_t id : device.get_sub_device_ids()) {
                ids.push_back({id});
            }
            return ids;
        });
}

void bind_sub_devices(py::module_& module) {
    py::class_<SubDevice>(module, "SubDevice",
                          "Cores that work together, apart from those of other sub-devices.")
        .def(py::init([](const std::vector<CoreRangeSet>& cores) {
                 SubDevice sub_device;
                 for (const CoreRangeSet& set : cores) {
                     sub_device.cores.ranges.insert(sub_device.cores.ranges.end(), set.ranges.begin(),
                                                    set.ranges.end());
                 }
                 return sub_device;
             }),
             py::arg("cores"));
    py::class_<SubDeviceId>(module, "SubDeviceId")
        .def(py::init([](std::uint32_t id) { return SubDeviceId{id}; }), py::arg("id"))
        .def("__int__", [](SubDeviceId id) { return id.value; })
        .def("__hash__", [](SubDeviceId id) { return id.value; })
        .def(py::self == py::self)
        .def("__repr__", [](SubDeviceId id) { return py::str("SubDeviceId({})").format(id.value); });
    py::implicitly_convertible<py::int_, SubDeviceId>();
}

/// A mark in a queue, and whose queue it is.
struct Event {
    DevicePtr device;
    MeshEvent mark;
};

void bind_queues(py::module_& module) {
    module.def(
        "synchronize_device",
        [](MeshDevice& device, std::optional<std::uint32_t> queue, const std::vector<SubDeviceId>&) {
            device.synchronize(queue);
        },
        py::arg("device"), py::arg("cq_id") = py::none(),
        py::arg("sub_device_ids") = std::vector<SubDeviceId>(), Unlocked(),
        "Waits for all that is queued, receives too, on one queue or (None) on all. Raises what failed "
        "there.");
    py::class_<Event>(module, "MeshEvent", "A mark in a command queue.");
    module.def(
        "record_event",
        [](const DevicePtr& device, std::uint32_t queue) {
            return Event{device, device->mesh_command_queue(queue).record_event()};
        },
        py::arg("device"), py::arg("cq_id"), Unlocked(), "Marks what is queued there so far.");
    module.def(
        "wait_for_event",
        [](std::uint32_t queue, const Event& event) {
            event.device->mesh_command_queue(queue).wait_for_event(event.mark);
        },
        py::arg("cq_id"), py::arg("event"), Unlocked(),
        "What is queued there from now on waits for the event.");
    module.def(
        "event_synchronize", [](const Event& event) { event.mark.synchronize(); }, py::arg("event"),
        Unlocked(), "Waits until the queue has come past the event.");
}

void bind_end(py::module_& module) {
    module.def(
        "_has_pending_work",
        [] {
            const auto devices = OpenDevices::all().still_open();
            return std::any_of(devices.begin(), devices.end(), [](const DevicePtr& device) {
                for (std::uint32_t queue = 0; queue < device->num_command_queues(); ++queue) {
                    if (!device->mesh_command_queue(queue).record_event().query()) {
                        return true;
                    }
                }
                return false;
            });
        },
        Unlocked());
    module.def(
        "_close_open_devices",
        [] {
            for (const DevicePtr& device : OpenDevices::all().still_open()) {
                close_device(*device);
            }
        },
        Unlocked());
}

}  // namespace

void bind_mesh_device(py::module_& module) {
    py::enum_<Arch>(module, "Arch")
        .value("WORMHOLE_B0", Arch::wormhole_b0)
        .value("BLACKHOLE", Arch::blackhole);
    bind_sub_devices(module);
    bind_device_class(module);
    module.def("open_mesh_device", &open_mesh_device, py::arg("mesh_shape") = py::none(),
               py::arg("l1_small_size") = 0, py::arg("trace_region_size") = 0,
               py::arg("num_command_queues") = 1, py::arg("dispatch_core_config") = py::none(),
               py::arg("offset") = py::none(), py::arg("physical_device_ids") = std::vector<std::int32_t>(),
               py::arg("worker_l1_size") = 0, Unlocked(),
               "Opens a part of this rank's mesh, by default all of it. Collective: every rank of the job "
               "must. Sizes "
               "are bytes, 0 for the default.\n\n"
               "RuntimeError for a shape that does not fit even if turned, an offset outside, a device open "
               "already, and "
               "for a wrong environment, variable by variable.");
    module.def("open_device", &open_device, py::arg("device_id"), py::arg("l1_small_size") = 0,
               py::arg("trace_region_size") = 0, py::arg("dispatch_core_config") = py::none(),
               py::arg("num_command_queues") = 1, py::arg("worker_l1_size") = 0, Unlocked(),
               "One device as a mesh of 1 x 1, by its number among those that this process sees.");
    const char* const close =
        "Waits for what is queued, then gives the devices back. Raises what failed in a queue.";
    module.def("close_device", &close_device, py::arg("device"), Unlocked(), close);
    module.def("close_mesh_device", &close_device, py::arg("mesh_device"), Unlocked(), close);
    module.def("get_num_devices", &device::get_num_devices, Unlocked(),
               "How many devices this process sees.");
    module.def("get_device_ids", &device::get_device_ids, Unlocked(), "Their numbers, from 0.");
    module.def("get_pcie_device_ids", &device::get_pcie_device_ids, Unlocked(),
               "Those with a PCIe connection of their own: of an N300's two chips, one.");
    module.def(
        "get_num_pcie_devices", [] { return device::get_pcie_device_ids().size(); }, Unlocked(),
        "How many have a PCIe connection of their own.");
    bind_queues(module);
    bind_end(module);
}

}  // namespace tt_run::python
