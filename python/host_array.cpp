// Host memory between tensors and the arrays of torch and numpy, without a copy.

#include "python/bindings.hpp"
#include "tt_run/device/tensor.hpp"

namespace tt_run::python {

using namespace device;

namespace {

/// A host tensor's one shard as plain bytes, for the buffer protocol; shares the tensor's memory.
struct HostArray {
    HostBytes bytes;
};

/// Keeps a Python object for memory that the runtime borrows; let go from whichever thread was last.
std::shared_ptr<const void> keep(py::object object) {
    PyObject* const kept = object.release().ptr();
    return {kept, [](PyObject* last) {
                if (Py_IsInitialized() != 0) {
                    const py::gil_scoped_acquire locked;
                    Py_DECREF(last);
                }
            }};
}

}  // namespace

void bind_host_array(py::module_& module) {
    py::class_<HostArray>(module, "_HostArray", py::buffer_protocol()).def_buffer([](HostArray& array) {
        const std::span<const std::byte> bytes = *array.bytes;
        auto* const data = const_cast<std::byte*>(bytes.data());  // arrays of torch cannot be read-only
        return py::buffer_info(reinterpret_cast<std::uint8_t*>(data), static_cast<py::ssize_t>(bytes.size()));
    });
    module.def(
        "_host_array",
        [](const Tensor& tensor) {
            if (tensor.coordinates().size() != 1) {
                throw std::runtime_error("the tensor has " + std::to_string(tensor.coordinates().size()) +
                                         " shards; give a mesh composer to put them together");
            }
            const HostBytes& pages = tensor.host_pages(0);
            if (!pages) {
                throw std::runtime_error(
                    "the tensor's values belong to another rank; `device.get_view().is_local(coordinate)` "
                    "tells");
            }
            return HostArray{pages};
        },
        py::arg("tensor"));
    module.def(
        "_tensor_from_memory",
        [](std::size_t address, py::object owner, const TensorSpec& spec) {
            const std::span bytes(reinterpret_cast<const std::byte*>(address), spec.packed_bytes());
            return Tensor::from_pages(HostBytes::borrow(bytes, keep(std::move(owner))), spec);
        },
        py::arg("address"), py::arg("owner"), py::arg("spec"));
}

}  // namespace tt_run::python
