#include "tt_run/device/mesh_mapper.hpp"

#include "python/bindings.hpp"

namespace tt_run::python {

using namespace device;

namespace {

using DevicePtr = std::shared_ptr<MeshDevice>;
using Override = std::optional<MeshShape>;

void bind_configs(py::module_& module) {
    py::class_<PlacementReplicate>(module, "PlacementReplicate", "An axis of the mesh that copies.")
        .def(py::init<>())
        .def("__repr__", [](PlacementReplicate) { return "PlacementReplicate()"; });
    py::class_<PlacementShard>(module, "PlacementShard", "An axis of the mesh that cuts dimension `dim`.")
        .def(py::init([](std::int32_t dim) { return PlacementShard{dim}; }), py::arg("dim"))
        .def_readonly("dim", &PlacementShard::dim)
        .def("__repr__",
             [](PlacementShard shard) { return py::str("PlacementShard({})").format(shard.dim); });
    py::class_<MeshMapperConfig>(module, "MeshMapperConfig", "One placement for each axis of the mesh.")
        .def(py::init([](std::vector<Placement> placements, Override shape) {
                 return MeshMapperConfig{std::move(placements), std::move(shape)};
             }),
             py::arg("placements"), py::arg("mesh_shape_override") = py::none())
        .def(py::init([](std::optional<std::int32_t> row_dim, std::optional<std::int32_t> col_dim,
                         Override shape) {
                 const auto placement = [](std::optional<std::int32_t> dim) {
                     return dim ? Placement(PlacementShard{*dim}) : Placement(PlacementReplicate{});
                 };
                 return MeshMapperConfig{{placement(row_dim), placement(col_dim)}, std::move(shape)};
             }),
             py::kw_only(), py::arg("row_dim") = py::none(), py::arg("col_dim") = py::none(),
             py::arg("mesh_shape_override") = py::none());
    py::class_<MeshComposerConfig>(
        module, "MeshComposerConfig",
        "For each axis of the mesh, along which dimension its shards are put together.")
        .def(py::init([](std::vector<std::int32_t> dims, Override shape) {
                 return MeshComposerConfig{std::move(dims), std::move(shape)};
             }),
             py::arg("dims"), py::arg("mesh_shape_override") = py::none())
        .def(py::init([](std::int32_t row_dim, std::int32_t col_dim, Override shape) {
                 return MeshComposerConfig{{row_dim, col_dim}, std::move(shape)};
             }),
             py::arg("row_dim"), py::arg("col_dim"), py::arg("mesh_shape_override") = py::none());
}

void bind_mappers(py::module_& module) {
    py::class_<MeshMapper>(module, "TensorToMesh",
                           "Cuts one host tensor, as it is logically, into shards for a mesh.")
        .def("map", &MeshMapper::map, py::arg("tensor"), Unlocked(),
             "RuntimeError unless all shards come out alike, and, over several axes, as many as devices.");
    module.def(
        "create_mesh_mapper",
        [](const DevicePtr& device, const MeshMapperConfig& config) { return MeshMapper(device, config); },
        py::arg("mesh_device"), py::arg("config"),
        "RuntimeError if an override has more devices than the mesh or another number of axes than "
        "placements.");
    module.def(
        "create_mesh_mapper",
        [](const MeshShape& shape, const MeshMapperConfig& config) { return MeshMapper(shape, config); },
        py::arg("mesh_shape"), py::arg("config"), "The same for a mesh of this shape, without a device.");
    module.def("shard_tensor_to_mesh_mapper", &shard_tensor_to_mesh_mapper, py::arg("mesh_device"),
               py::arg("dim"), "Cuts `dim` into one chunk for each device, row by row, as torch.chunk does.");
    module.def("replicate_tensor_to_mesh_mapper", &replicate_tensor_to_mesh_mapper, py::arg("mesh_device"),
               "A copy for each device.");
    module.def("ShardTensorToMesh", &shard_tensor_to_mesh_mapper, py::arg("mesh_device"), py::arg("dim"),
               "Cuts `dim` into one chunk for each device, row by row, as torch.chunk does.");
    module.def("ReplicateTensorToMesh", &replicate_tensor_to_mesh_mapper, py::arg("mesh_device"),
               "A copy for each device.");
    module.def("ShardTensor2dMesh", &shard_tensor_2d_mesh, py::arg("mesh_device"), py::arg("mesh_shape"),
               py::arg("dims"),
               "Rows of the mesh cut dims[0], columns dims[1], as torch.chunk does; None copies.");
}

void bind_composers(py::module_& module) {
    py::class_<MeshComposer>(
        module, "MeshToTensor",
        "Puts shards together, in mesh order. Of a big mesh it gathers them from all its ranks first.")
        .def("compose", &MeshComposer::compose, py::arg("tensor"), Unlocked(),
             "One host tensor. RuntimeError unless there are as many shards as devices.");
    module.def(
        "create_mesh_composer",
        [](const DevicePtr& device, const MeshComposerConfig& config) {
            return MeshComposer(device, config);
        },
        py::arg("mesh_device"), py::arg("config"),
        "RuntimeError if an override has more devices than the mesh or another number of axes than dims.");
    module.def("concat_mesh_to_tensor_composer", &concat_mesh_to_tensor_composer, py::arg("mesh_device"),
               py::arg("dim"), "Concatenates the shards of all devices, row by row, along `dim`.");
    module.def("ConcatMeshToTensor", &concat_mesh_to_tensor_composer, py::arg("mesh_device"), py::arg("dim"),
               "Concatenates the shards of all devices, row by row, along `dim`.");
    module.def("ConcatMesh2dToTensor", &concat_mesh_2d_to_tensor, py::arg("mesh_device"),
               py::arg("mesh_shape"), py::arg("dims"),
               "Concatenates the rows of the mesh along dims[0], its columns along dims[1].");
}

}  // namespace

void bind_mesh_mapper(py::module_& module) {
    bind_configs(module);
    bind_mappers(module);
    bind_composers(module);
    module.def(
        "distribute_tensor",
        [](const Tensor& tensor, const MeshMapper& mapper, const DevicePtr& device) {
            return distribute_tensor(tensor, mapper, device);
        },
        py::arg("tensor"), py::arg("mapper"), py::arg("mesh_device") = py::none(), Unlocked(),
        "Cut, and moved to the device if one is given.");
    module.def("aggregate_tensor", &aggregate_tensor, py::arg("tensor"), py::arg("composer"), Unlocked(),
               "Read from the devices if it is there, and put together on the host.");
}

}  // namespace tt_run::python
