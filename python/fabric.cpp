#include "tt_run/device/fabric.hpp"

#include "python/bindings.hpp"
#include "python/mesh_id.hpp"
#include "tt_run/device/fabric_router.hpp"

namespace tt_run::python {

using device::FabricNodeId;
using device::FabricRouterConfig;
using fabric::FabricConfig;
using fabric::FabricManagerMode;
using fabric::FabricReliability;
using fabric::FabricSettings;
using fabric::FabricTensixConfig;
using fabric::FabricUdmMode;

namespace {

void bind_fabric_enums(py::module_& module) {
    py::enum_<FabricConfig> config(module, "FabricConfig", "What of the chips' network is switched on.");
    config.value("DISABLED", FabricConfig::disabled)
        .value("FABRIC_1D_NEIGHBOR_EXCHANGE", FabricConfig::neighbor_exchange)
        .value("FABRIC_1D", FabricConfig::line)
        .value("FABRIC_1D_RING", FabricConfig::ring)
        .value("FABRIC_2D", FabricConfig::mesh)
        .value("FABRIC_2D_TORUS_X", FabricConfig::torus_x)
        .value("FABRIC_2D_TORUS_Y", FabricConfig::torus_y)
        .value("FABRIC_2D_TORUS_XY", FabricConfig::torus_xy)
        .value("CUSTOM", FabricConfig::custom);
    config.attr("FABRIC_2D_DYNAMIC") = FabricConfig::mesh;  // its old name
    py::enum_<FabricReliability>(
        module, "FabricReliabilityMode",
        "What to do at open about links that should be there and are not: refuse, or route "
        "with what is left.")
        .value("STRICT_INIT", FabricReliability::strict)
        .value("RELAXED_INIT", FabricReliability::relaxed)
        .value("DYNAMIC_RECONFIG", FabricReliability::dynamic_reconfigure);
    py::enum_<FabricTensixConfig>(module, "FabricTensixConfig", "Changes nothing in an emulated fabric.")
        .value("DISABLED", FabricTensixConfig::disabled)
        .value("MUX", FabricTensixConfig::mux)
        .value("UDM", FabricTensixConfig::udm);
    py::enum_<FabricUdmMode>(module, "FabricUDMMode", "Changes nothing in an emulated fabric.")
        .value("DISABLED", FabricUdmMode::disabled)
        .value("ENABLED", FabricUdmMode::enabled);
    py::enum_<FabricManagerMode>(module, "FabricManagerMode", "Changes nothing in an emulated fabric.")
        .value("DEFAULT", FabricManagerMode::default_mode)
        .value("INIT_FABRIC", FabricManagerMode::init_fabric)
        .value("TERMINATE_FABRIC", FabricManagerMode::terminate_fabric)
        .value("ENABLED", FabricManagerMode::enabled);
}

void bind_ids(py::module_& module) {
    py::class_<MeshId>(module, "MeshId", "The number of a mesh in the job.")
        .def(py::init([](std::int32_t value) { return MeshId{value}; }), py::arg("value"))
        .def("__int__", [](MeshId id) { return id.value; })
        .def("__index__", [](MeshId id) { return id.value; })
        .def("__hash__", [](MeshId id) { return id.value; })
        .def(py::self == py::self)
        .def(py::self < py::self)
        .def("__repr__", [](MeshId id) { return py::str("MeshId({})").format(id.value); });
    py::class_<FabricNodeId>(module, "FabricNodeId",
                             "A chip's name in the whole job: its mesh, and its row-major number there.")
        .def(py::init([](MeshId mesh, std::int32_t chip) {
                 return FabricNodeId{mesh.value, chip};
             }),
             py::arg("mesh_id"), py::arg("chip_id"))
        .def(py::init([](std::int32_t mesh, std::int32_t chip) {
                 return FabricNodeId{mesh, chip};
             }),
             py::arg("mesh_id"), py::arg("chip_id"))
        .def_property_readonly("mesh_id", [](FabricNodeId node) { return MeshId{node.mesh_id}; })
        .def_readonly("chip_id", &FabricNodeId::chip_id)
        .def(py::self == py::self)
        .def(py::self < py::self)
        .def("__hash__",
             [](FabricNodeId node) { return py::hash(py::make_tuple(node.mesh_id, node.chip_id)); })
        .def("__repr__", [](FabricNodeId node) {
            return py::str("FabricNodeId(M{}, D{})").format(node.mesh_id, node.chip_id);
        });
}

}  // namespace

void bind_fabric(py::module_& module) {
    bind_fabric_enums(module);
    bind_ids(module);
    py::class_<FabricRouterConfig>(module, "FabricRouterConfig", "How the fabric cuts what it carries.")
        .def(py::init<>())
        .def_readwrite("max_packet_payload_size_bytes", &FabricRouterConfig::max_packet_payload_size_bytes,
                       "A multiple of 16 bytes, or None for 4352. Small pages share a packet, and a socket's "
                       "FIFO counts by packets.");
    module.def(
        "set_fabric_config",
        [](FabricConfig config, FabricReliability reliability, std::optional<std::uint32_t> num_planes,
           FabricTensixConfig tensix, FabricUdmMode udm, FabricManagerMode manager,
           const FabricRouterConfig& router) {
            device::set_fabric_config(FabricSettings{config, reliability, num_planes, tensix, manager, udm});
            device::set_fabric_router_config(config == FabricConfig::disabled ? FabricRouterConfig{}
                                                                              : router);
        },
        py::arg("config"), py::arg("reliability_mode") = FabricReliability::strict,
        py::arg("num_planes") = py::none(), py::arg("fabric_tensix_config") = FabricTensixConfig::disabled,
        py::arg("fabric_udm_mode") = FabricUdmMode::disabled,
        py::arg("fabric_manager_mode") = FabricManagerMode::default_mode,
        py::arg_v("router_config", FabricRouterConfig(), "FabricRouterConfig()"), Unlocked(),
        "Says what of the chips' network the devices opened from now on use; every rank of the job must say "
        "the "
        "same. Call it before a device opens.\n\n"
        "RuntimeError while a device is open, for one config over another without DISABLED between them, and "
        "for "
        "CUSTOM. Missing cables are found when the first device opens: STRICT_INIT raises, RELAXED_INIT "
        "warns.");
    module.def("get_fabric_config", &device::get_fabric_config,
               "What `set_fabric_config` said last; DISABLED at first.");
    module.def("get_forwarding_link_indices", &device::get_forwarding_link_indices, py::arg("src"),
               py::arg("dst"), Unlocked(),
               "The links, by number from 0, that the first move from one chip to another may take; empty if "
               "the one "
               "does not reach the other.");
    module.def("why_unreachable", &device::why_unreachable, py::arg("src"), py::arg("dst"), Unlocked(),
               "Why packets cannot go from one chip to another, or None. Ours, not tt-metal's.");
}

}  // namespace tt_run::python
