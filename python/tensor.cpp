#include "tt_run/device/tensor.hpp"

#include "python/bindings.hpp"
#include "python/call_site.hpp"
#include "tt_run/device/operations.hpp"

namespace tt_run::python {

using namespace device;

namespace {

using DevicePtr = std::shared_ptr<MeshDevice>;
using MaybeConfig = std::optional<MemoryConfig>;

/// The one shape of tiles.
struct Tile {};

void bind_shape(py::module_& module) {
    py::class_<Shape>(
        module, "Shape",
        "A tensor's extents, outermost first. Functions that take one take a tuple or a list as well.")
        .def(py::init<std::vector<std::uint32_t>>(), py::arg("shape"))
        .def_property_readonly("rank", &Shape::rank)
        .def("volume", &Shape::volume)
        .def(
            "to_rank",
            [](const Shape& shape, std::size_t rank) {
                std::vector<std::uint32_t> extents(shape.begin(), shape.end());
                while (extents.size() > rank && extents.front() == 1) {
                    extents.erase(extents.begin());
                }
                if (extents.size() > rank) {
                    throw std::runtime_error(shape.text() + " has more than " + std::to_string(rank) +
                                             " dimensions that are not 1");
                }
                extents.insert(extents.begin(), rank - extents.size(), 1);
                return Shape(std::move(extents));
            },
            py::arg("rank"), "With ones in front, or without them. RuntimeError if others would have to go.")
        .def(
            "__getitem__",
            [](const Shape& shape, std::int32_t index) {
                const auto rank = static_cast<std::int32_t>(shape.rank());
                if (index < -rank || index >= rank) {
                    throw py::index_error();
                }
                return shape[index];
            },
            py::arg("dim"))
        .def(
            "__getitem__",
            [](const Shape& shape, const py::slice& part) -> py::object {
                return py::list(py::cast(shape.extents()))[part];
            },
            py::arg("part"))
        .def("__len__", &Shape::rank)
        .def("__iter__", [](const Shape& shape) { return py::iter(py::cast(shape.extents())); })
        .def(py::self == py::self)
        .def(py::self != py::self)
        .def("__hash__", [](const Shape& shape) { return py::hash(py::tuple(py::cast(shape.extents()))); })
        .def("__repr__", &Shape::text);
    py::implicitly_convertible<py::tuple, Shape>();
    py::implicitly_convertible<py::list, Shape>();
}

void bind_spec(py::module_& module) {
    py::class_<TensorSpec>(module, "TensorSpec", "Everything about a tensor but its values.")
        .def(py::init([](const Shape& shape, DataType dtype, Layout layout, const MaybeConfig& memory_config,
                         BufferType buffer_type) {
                 return TensorSpec(
                     shape, dtype, layout,
                     memory_config.value_or(MemoryConfig{TensorMemoryLayout::interleaved, buffer_type, {}}));
             }),
             py::arg("shape"), py::arg("dtype"), py::arg("layout"), py::arg("memory_config") = py::none(),
             py::arg("buffer_type") = BufferType::dram,
             "RuntimeError for block floats in ROW_MAJOR and for a sharded memory config without a shard "
             "spec.")
        .def_property_readonly("shape", &TensorSpec::logical_shape)
        .def_property_readonly("padded_shape", &TensorSpec::padded_shape)
        .def_property_readonly("dtype", &TensorSpec::data_type)
        .def_property_readonly("layout", &TensorSpec::layout)
        .def_property_readonly("memory_config", &TensorSpec::memory_config)
        .def_property_readonly("tile", [](const TensorSpec&) { return Tile{}; })
        .def(py::self == py::self)
        .def("__hash__", [](const TensorSpec& spec) { return py::hash(py::str(spec.text())); })
        .def("__repr__", [](const TensorSpec& spec) { return "TensorSpec(" + spec.text() + ")"; });
}

struct Topology {
    MeshShape distribution_shape;
    std::vector<MeshCoordinate> mesh_coords;
};

py::object item(const Tensor& tensor) {
    if (tensor.shape().volume() != 1) {
        throw std::runtime_error("item() needs a tensor of one element; this one is " +
                                 tensor.shape().text());
    }
    const auto first = [&]<class T>(T) {
        const py::gil_scoped_release unlocked;
        return tensor.to_vector<T>().front();
    };
    switch (tensor.dtype()) {
        case DataType::uint8:
        case DataType::uint16:
        case DataType::uint32:
            return py::int_(first(std::uint32_t{}));
        case DataType::int32:
            return py::int_(first(std::int32_t{}));
        default:
            return py::float_(static_cast<double>(first(float{})));
    }
}

std::string text_of(const Tensor& tensor) {
    std::string text = "ttnn.Tensor(shape=" + tensor.shape().text() +
                       ", dtype=" + std::string(name_of(tensor.dtype())) +
                       ", layout=" + std::string(name_of(tensor.layout()));
    const std::size_t devices = tensor.coordinates().size();
    text += !tensor.is_on_device() ? ", on the host"
            : devices == 1         ? ", on 1 device"
                                   : ", on " + std::to_string(devices) + " devices";
    return text + (tensor.is_allocated() ? ")" : ", deallocated)");
}

Tensor moved(const Tensor& tensor, const DevicePtr& device, const MaybeConfig& config,
             std::optional<std::uint32_t> queue) {
    return to_device(tensor, device, config, queue.value_or(0));
}

/// Over the package's own functions: they know numpy and torch.
py::object printed(const py::object& tensor) {
    return py::module_::import("ttnn._printing").attr("text_of")(tensor);
}
py::object to_torch(const py::object& tensor, const py::kwargs& options) {
    return py::module_::import("ttnn").attr("to_torch")(tensor, **options);
}

void bind_tensor_class(py::module_& module) {
    py::class_<Topology>(module, "TensorTopology", "How a tensor is spread over a mesh.")
        .def(
            "distribution_shape", [](const Topology& topology) { return topology.distribution_shape; },
            "The grid that a mapper cut it into; that of its mesh if it was not cut.")
        .def(
            "mesh_coords", [](const Topology& topology) { return topology.mesh_coords; },
            "Where its shards are.");
    py::class_<Tensor> type(
        module, "Tensor",
        "Values of one spec, on the host or on the devices of a mesh: one shard for each device. A "
        "handle: copies share the values. Using one after `deallocate` raises RuntimeError.");
    type.def_property_readonly("shape", &Tensor::shape)
        .def_property_readonly("padded_shape", &Tensor::padded_shape)
        .def_property_readonly("dtype", &Tensor::dtype)
        .def_property_readonly("layout", &Tensor::layout)
        .def_property_readonly("spec", &Tensor::spec)
        .def_property_readonly("tile", [](const Tensor&) { return Tile{}; })
        .def("memory_config", &Tensor::memory_config)
        .def("storage_type", &Tensor::storage_type)
        .def(
            "device",
            [](const Tensor& tensor) {
                return tensor.is_on_device() ? std::optional(tensor.device()) : std::nullopt;
            },
            "Its mesh device, or None on the host.")
        .def("is_allocated", &Tensor::is_allocated)
        .def(
            "buffer_address", [](const Tensor& tensor) { return tensor.buffer()->address(); },
            "Where it lies in each bank of its memory, the same on every device.")
        .def(
            "element_size", [](const Tensor& tensor) { return element_bytes(tensor.dtype()); },
            "Bytes; 0 for block floats.")
        .def(
            "volume", [](const Tensor& tensor) { return tensor.padded_shape().volume(); },
            "Elements, padding included.")
        .def("logical_volume", [](const Tensor& tensor) { return tensor.shape().volume(); })
        .def("tensor_topology",
             [](const Tensor& tensor) {
                 return Topology{tensor.distribution_shape(), tensor.coordinates()};
             })
        .def("item", &item, "The value of a tensor of one element.")
        .def("to_torch", &to_torch, "As `ttnn.to_torch`.")
        .def(
            "cpu",
            [](const Tensor& tensor, bool, std::optional<std::uint32_t> queue) {
                return tensor.is_on_device() ? from_device(tensor, queue.value_or(0)) : tensor;
            },
            py::arg("blocking") = true, py::arg("cq_id") = py::none(), Queued(), "On the host; waits for it.")
        .def("to", &moved, py::arg("device"), py::arg("mem_config") = py::none(),
             py::arg("cq_id") = py::none(), Queued())
        .def(
            "to", [](const Tensor& tensor, Layout layout) { return to_layout(tensor, layout); },
            py::arg("layout"), Queued())
        .def(
            "deallocate", [](Tensor& tensor, bool) { tensor.deallocate(); }, py::arg("force") = true,
            Unlocked())
        .def("__repr__", &text_of)
        .def("__str__", &printed);
}

}  // namespace

void bind_tensor(py::module_& module) {
    py::class_<Tile>(module, "Tile", "The shape of tiles: 32 x 32 elements in faces of 16 x 16, no other.")
        .def(py::init([](const std::array<std::uint32_t, 2>& shape) {
                 if (shape != std::array{kTileSide, kTileSide}) {
                     throw std::runtime_error("tiles are 32 x 32 here");
                 }
                 return Tile{};
             }),
             py::arg("tile_shape") = std::array{kTileSide, kTileSide})
        .def_property_readonly("tile_shape",
                               [](Tile) {
                                   return std::array{kTileSide, kTileSide};
                               })
        .def_property_readonly("face_shape",
                               [](Tile) {
                                   return std::array{kFaceSide, kFaceSide};
                               })
        .def("__eq__", [](Tile, Tile) { return true; });
    bind_shape(module);
    bind_spec(module);
    bind_tensor_class(module);
    module.def("to_device", &moved, py::arg("tensor"), py::arg("device"),
               py::arg("memory_config") = py::none(), py::arg("cq_id") = py::none(), Queued(),
               "One host shard is copied to every device; otherwise the meshes' shapes must be equal "
               "(RuntimeError).");
    module.def(
        "from_device",
        [](const Tensor& tensor, bool, std::optional<std::uint32_t> queue) {
            return from_device(tensor, queue.value_or(0));
        },
        py::arg("tensor"), py::arg("blocking") = true, py::arg("cq_id") = py::none(), Queued(),
        "Its shards, on the host; waits for them and for all that is queued before.");
    module.def(
        "allocate_tensor_on_device",
        [](const TensorSpec& spec, const DevicePtr& device) {
            return allocate_tensor_on_device(spec, device);
        },
        py::arg("tensor_spec"), py::arg("mesh_device"), Unlocked(),
        "Its contents are undefined; here a pattern, 0xA5 in every byte.");
    module.def(
        "allocate_tensor_on_device",
        [](const Shape& shape, DataType dtype, Layout layout, const DevicePtr& device,
           const MaybeConfig& config) {
            return allocate_tensor_on_device(
                TensorSpec(shape, dtype, layout, config.value_or(kDramMemoryConfig)), device);
        },
        py::arg("shape"), py::arg("dtype"), py::arg("layout"), py::arg("mesh_device"),
        py::arg("memory_config") = py::none(), Unlocked());
    module.def(
        "allocate_tensor_on_host",
        [](const TensorSpec& spec, const DevicePtr& device) {
            return allocate_tensor_on_host(spec, device->shape());
        },
        py::arg("tensor_spec"), py::arg("mesh_device"), Unlocked(), "All zero, one shard for each device.");
    module.def(
        "copy_host_to_device_tensor",
        [](const Tensor& host, const Tensor& device, std::optional<std::uint32_t> queue) {
            copy_host_to_device_tensor(host, device, queue.value_or(0));
        },
        py::arg("host_tensor"), py::arg("device_tensor"), py::arg("cq_id") = py::none(), Queued(),
        "Into a tensor that exists. RuntimeError unless specs agree (the memory config aside).");
    module.def(
        "copy_device_to_host_tensor",
        [](const Tensor& device, Tensor& host, bool, std::optional<std::uint32_t> queue) {
            copy_device_to_host_tensor(device, host, queue.value_or(0));
        },
        py::arg("device_tensor"), py::arg("host_tensor"), py::arg("blocking") = true,
        py::arg("cq_id") = py::none(), Queued(),
        "Into a tensor that exists, and waits. RuntimeError unless specs agree (the memory config aside).");
    module.def(
        "deallocate", [](Tensor& tensor, bool) { tensor.deallocate(); }, py::arg("tensor"),
        py::arg("force") = true, Unlocked(),
        "Frees device memory now. Using the tensor, or a copy of it, raises from here on.");
    module.def("get_device_tensors", &get_device_tensors, py::arg("tensor"), Unlocked(),
               "Its shards, each a tensor of its own; those of devices share its memory.");
    module.def("from_host_shards", &from_host_shards, py::arg("tensors"), py::arg("mesh_shape"), Unlocked(),
               "One tensor of host tensors of one spec, row by row. RuntimeError unless there is one for "
               "each device.");
    module.def(
        "combine_device_tensors", &combine_device_tensors, py::arg("tensors"), Unlocked(),
        "One tensor of shards of one buffer. RuntimeError if they are of several, or a device comes twice.");
}

}  // namespace tt_run::python
