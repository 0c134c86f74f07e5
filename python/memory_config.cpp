#include "tt_run/device/memory_config.hpp"

#include "python/bindings.hpp"
#include "tt_run/device/data_type.hpp"
#include "tt_run/device/tensor.hpp"

namespace tt_run::python {

using namespace device;

namespace {

void bind_memory_enums(py::module_& module) {
    py::enum_<DataType>(module, "DataType", "The type of a tensor's elements.")
        .value("BFLOAT16", DataType::bfloat16)
        .value("FLOAT32", DataType::float32)
        .value("UINT32", DataType::uint32)
        .value("BFLOAT8_B", DataType::bfloat8_b)
        .value("BFLOAT4_B", DataType::bfloat4_b)
        .value("UINT8", DataType::uint8)
        .value("UINT16", DataType::uint16)
        .value("INT32", DataType::int32);
    py::enum_<Layout>(
        module, "Layout",
        "What a page of a tensor is: a row of the last dimension (ROW_MAJOR), or a tile of 32 x 32 "
        "elements in four faces of 16 x 16 (TILE).")
        .value("ROW_MAJOR", Layout::row_major)
        .value("TILE", Layout::tile);
    py::enum_<StorageType>(module, "StorageType")
        .value("HOST", StorageType::host)
        .value("DEVICE", StorageType::device);
    py::enum_<BufferType>(module, "BufferType", "The kind of memory that a buffer lies in.")
        .value("DRAM", BufferType::dram)
        .value("L1", BufferType::l1)
        .value("SYSTEM_MEMORY", BufferType::system_memory)
        .value("L1_SMALL", BufferType::l1_small)
        .value("TRACE", BufferType::trace);
    py::enum_<TensorMemoryLayout>(module, "TensorMemoryLayout", "How pages are spread over banks or cores.")
        .value("INTERLEAVED", TensorMemoryLayout::interleaved)
        .value("HEIGHT_SHARDED", TensorMemoryLayout::height_sharded)
        .value("WIDTH_SHARDED", TensorMemoryLayout::width_sharded)
        .value("BLOCK_SHARDED", TensorMemoryLayout::block_sharded);
    py::enum_<ShardOrientation>(module, "ShardOrientation")
        .value("ROW_MAJOR", ShardOrientation::row_major)
        .value("COL_MAJOR", ShardOrientation::column_major);
}

std::string text_of(const MemoryConfig& config) {
    std::string text = "MemoryConfig(";
    text += name_of(config.memory_layout);
    text += ", ";
    text += name_of(config.buffer_type);
    return text + (config.shard_spec ? ", sharded)" : ")");
}

}  // namespace

void bind_memory(py::module_& module) {
    bind_memory_enums(module);
    py::class_<ShardSpec>(
        module, "ShardSpec",
        "How a sharded tensor is cut: `shape` is rows and columns of one shard, in elements of the "
        "tensor seen as one matrix.")
        .def(py::init([](const CoreRangeSet& grid, const std::array<std::uint32_t, 2>& shape,
                         ShardOrientation orientation) {
                 return ShardSpec{grid, shape, orientation};
             }),
             py::arg("grid"), py::arg("shard_shape"),
             py::arg("shard_orientation") = ShardOrientation::row_major)
        .def_readwrite("grid", &ShardSpec::grid)
        .def_readwrite("shape", &ShardSpec::shape)
        .def_readwrite("orientation", &ShardSpec::orientation)
        .def(py::self == py::self);
    py::class_<MemoryConfig>(module, "MemoryConfig",
                             "Where a tensor's pages go on each device. A sharded one needs a shard spec.")
        .def(py::init([](TensorMemoryLayout layout, BufferType type, std::optional<ShardSpec> shards) {
                 return MemoryConfig{layout, type, std::move(shards)};
             }),
             py::arg("memory_layout") = TensorMemoryLayout::interleaved,
             py::arg("buffer_type") = BufferType::dram, py::arg("shard_spec") = py::none())
        .def_readonly("memory_layout", &MemoryConfig::memory_layout)
        .def_readonly("buffer_type", &MemoryConfig::buffer_type)
        .def_readonly("shard_spec", &MemoryConfig::shard_spec)
        .def("is_sharded", &MemoryConfig::is_sharded)
        .def(py::self == py::self)
        .def("__hash__", [](const MemoryConfig& config) { return py::hash(py::str(text_of(config))); })
        .def("__repr__", &text_of);
    module.attr("DRAM_MEMORY_CONFIG") = kDramMemoryConfig;
    module.attr("L1_MEMORY_CONFIG") = kL1MemoryConfig;
    module.attr("TILE_SIZE") = kTileSide;
}

}  // namespace tt_run::python
