#include "tt_run/device/operations.hpp"

#include "python/bindings.hpp"
#include "python/call_site.hpp"

namespace tt_run::python {

using namespace device;

namespace {

using MaybeConfig = std::optional<MemoryConfig>;
using MaybeTensor = std::optional<Tensor>;
using MaybeType = std::optional<DataType>;
using Dims = std::vector<std::int32_t>;
/// How an operation is to be laid out on real cores: accepted, and nothing to an emulated chip.
using Hint = const py::object&;

using Unary = Tensor (*)(const Tensor&, const OperationOptions&, Where);
using Binary = Tensor (*)(const Tensor&, const Operand&, const OperationOptions&, Where);
using Reduction = Tensor (*)(const Tensor&, const ReduceOptions&, Where);
using Norm = Tensor (*)(const Tensor&, const NormOptions&, Where);

py::arg_v memory_arg() {
    return py::arg("memory_config") = py::none();
}
py::arg_v dtype_arg() {
    return py::arg("dtype") = py::none();
}
py::arg_v output_arg() {
    return py::arg("output_tensor") = py::none();
}

void bind_unary(py::module_& module, const char* name, Unary operation, const char* doc) {
    module.def(
        name,
        [operation](const Tensor& x, const MaybeConfig& memory, const MaybeTensor& output) {
            return operation(x, {memory, std::nullopt, output}, Where::current());
        },
        py::arg("input_tensor"), py::kw_only(), memory_arg(), output_arg(), Queued(), doc);
}

void bind_binary(py::module_& module, const std::vector<const char*>& names, const char* method,
                 Binary operation, const char* doc) {
    const auto call = [operation](const Tensor& a, const Operand& b, MaybeType dtype,
                                  const MaybeConfig& memory, const MaybeTensor& output) {
        return operation(a, b, {memory, dtype, output}, Where::current());
    };
    for (const char* name : names) {
        module.def(name, call, py::arg("input_tensor_a"), py::arg("input_tensor_b"), py::kw_only(),
                   dtype_arg(), memory_arg(), output_arg(), Queued(), doc);
    }
    py::class_<Tensor> type = module.attr("Tensor");
    type.def(
        method,
        [operation](const Tensor& a, const Operand& b) { return operation(a, b, {}, Where::current()); },
        py::arg("other"), py::is_operator(), Queued());
}

void bind_elementwise(py::module_& module) {
    bind_unary(module, "relu", &relu, "max(x, 0), element by element.");
    module.def(
        "exp",
        [](const Tensor& x, bool, const MaybeConfig& memory, const MaybeTensor& output) {
            return exp(x, {memory, std::nullopt, output});
        },
        py::arg("input_tensor"), py::kw_only(), py::arg("fast_and_approximate_mode") = false, memory_arg(),
        output_arg(), Queued(), "e to the x, in single precision whatever the mode.");
    module.def(
        "gelu",
        [](const Tensor& x, bool, const MaybeConfig& memory, const MaybeTensor& output) {
            return gelu(x, {memory, std::nullopt, output});
        },
        py::arg("input_tensor"), py::kw_only(), py::arg("fast_and_approximate_mode") = true, memory_arg(),
        output_arg(), Queued(),
        "x times the normal distribution's share below x, by the error function whatever the mode.");
    bind_unary(module, "silu", &silu, "x / (1 + e to the -x).");
    bind_unary(module, "sqrt", &device::sqrt, "The square root; NaN below 0.");
    bind_unary(module, "abs", &device::abs, "The distance from 0.");
    bind_unary(module, "neg", &neg, "-x.");
    bind_binary(module, {"add"}, "__add__", &add,
                "a + b; b is a tensor, broadcast as in numpy, or a number.");
    bind_binary(module, {"sub", "subtract"}, "__sub__", &sub,
                "a - b; b is a tensor, broadcast as in numpy, or a number.");
    bind_binary(module, {"mul", "multiply"}, "__mul__", &mul,
                "a * b; b is a tensor, broadcast as in numpy, or a number.");
    bind_binary(module, {"div", "divide"}, "__truediv__", &device::div,
                "a / b for floating-point tensors; b is a tensor, broadcast as in numpy, or a number.");
    py::class_<Tensor> type = module.attr("Tensor");
    type.def(
            "__radd__", [](const Tensor& a, float b) { return add(a, b); }, py::arg("other"),
            py::is_operator(), Queued())
        .def(
            "__rmul__", [](const Tensor& a, float b) { return mul(a, b); }, py::arg("other"),
            py::is_operator(), Queued())
        .def(
            "__rsub__", [](const Tensor& a, float b) { return add(neg(a), b); }, py::arg("other"),
            py::is_operator(), Queued())
        .def(
            "__neg__", [](const Tensor& a) { return neg(a); }, py::is_operator(), Queued())
        .def(
            "__matmul__", [](const Tensor& a, const Tensor& b) { return matmul(a, b); }, py::arg("other"),
            py::is_operator(), Queued());
}

void bind_products(py::module_& module) {
    module.def(
        "matmul",
        [](const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b, const MaybeConfig& memory,
           MaybeType dtype, Hint, const std::optional<std::string>& activation, Hint, Hint,
           const MaybeTensor& output) {
            return matmul(a, b, {transpose_a, transpose_b, activation, {memory, dtype, output}});
        },
        py::arg("input_tensor_a"), py::arg("input_tensor_b"), py::kw_only(), py::arg("transpose_a") = false,
        py::arg("transpose_b") = false, memory_arg(), dtype_arg(), py::arg("program_config") = py::none(),
        py::arg("activation") = py::none(), py::arg("compute_kernel_config") = py::none(),
        py::arg("core_grid") = py::none(), py::arg("optional_output_tensor") = py::none(), Queued(),
        "Of the last two dimensions; those before are batches, and of one operand they may be 1. "
        "`activation` is "
        "relu, gelu or silu. program_config, compute_kernel_config and core_grid change nothing here.");
    module.def(
        "linear",
        [](const Tensor& a, const Tensor& b, const MaybeTensor& bias, bool transpose_a, bool transpose_b,
           const MaybeConfig& memory, MaybeType dtype, Hint, const std::optional<std::string>& activation,
           Hint, Hint, const MaybeTensor& output) {
            return linear(a, b, bias, {transpose_a, transpose_b, activation, {memory, dtype, output}});
        },
        py::arg("input_tensor_a"), py::arg("input_tensor_b"), py::kw_only(), py::arg("bias") = py::none(),
        py::arg("transpose_a") = false, py::arg("transpose_b") = false, memory_arg(), dtype_arg(),
        py::arg("program_config") = py::none(), py::arg("activation") = py::none(),
        py::arg("compute_kernel_config") = py::none(), py::arg("core_grid") = py::none(),
        py::arg("optional_output_tensor") = py::none(), Queued(),
        "`matmul` plus a bias of one row. program_config, compute_kernel_config and core_grid change nothing "
        "here.");
}

void bind_norm(py::module_& module, const char* name, Norm operation, const char* doc) {
    module.def(
        name,
        [operation](const Tensor& x, float epsilon, const MaybeTensor& weight, const MaybeTensor& bias,
                    const MaybeTensor& residual, const MaybeConfig& memory, Hint, Hint) {
            return operation(residual ? add(x, *residual) : x, {epsilon, weight, bias, {memory}},
                             Where::current());
        },
        py::arg("input_tensor"), py::kw_only(), py::arg("epsilon") = 1e-12F, py::arg("weight") = py::none(),
        py::arg("bias") = py::none(), py::arg("residual_input_tensor") = py::none(), memory_arg(),
        py::arg("program_config") = py::none(), py::arg("compute_kernel_config") = py::none(), Queued(), doc);
}

void bind_reduction(py::module_& module, const char* name, Reduction operation, const char* doc) {
    module.def(
        name,
        [operation](const Tensor& x, const std::optional<std::variant<std::int32_t, Dims>>& dim, bool keepdim,
                    const MaybeConfig& memory, Hint) {
            ReduceOptions options{{}, keepdim, {memory}};
            if (dim) {
                const auto* const one = std::get_if<std::int32_t>(&*dim);
                options.dims = one != nullptr ? Dims{*one} : std::get<Dims>(*dim);
            }
            return operation(x, options, Where::current());
        },
        py::arg("input_tensor"), py::arg("dim") = py::none(), py::arg("keepdim") = false, py::kw_only(),
        memory_arg(), py::arg("compute_kernel_config") = py::none(), Queued(), doc);
}

void bind_reductions(py::module_& module) {
    module.def(
        "softmax",
        [](const Tensor& x, std::int32_t dim, const MaybeConfig& memory, Hint, bool) {
            return softmax(x, dim, {memory});
        },
        py::arg("input_tensor"), py::arg("dim") = -1, py::kw_only(), memory_arg(),
        py::arg("compute_kernel_config") = py::none(), py::arg("numeric_stable") = true, Queued(),
        "Along `dim`; always the stable way.");
    bind_norm(module, "layer_norm", &layer_norm,
              "Over the last dimension; weight and bias are one row each.");
    bind_norm(module, "rms_norm", &rms_norm, "Over the last dimension; weight and bias are one row each.");
    bind_reduction(module, "sum", &sum, "Over `dim`, one or several; None is all.");
    bind_reduction(module, "mean", &mean, "Over `dim`, one or several; None is all.");
    bind_reduction(module, "max", &device::max, "Over `dim`, one or several; None is all.");
}

void bind_movement(py::module_& module) {
    module.def(
        "reshape",
        [](const Tensor& x, const Dims& shape, const MaybeConfig& memory) {
            return reshape(x, shape, {memory});
        },
        py::arg("input_tensor"), py::arg("shape"), py::kw_only(), memory_arg(), Queued(),
        "One extent may be -1: what is left. RuntimeError for another number of elements.");
    module.def(
        "permute",
        [](const Tensor& x, const Dims& dims, const MaybeConfig& memory) {
            return permute(x, dims, {memory});
        },
        py::arg("input_tensor"), py::arg("dims"), py::kw_only(), memory_arg(), Queued(),
        "Dimension i of the result is dimension dims[i] of the tensor.");
    module.def(
        "transpose",
        [](const Tensor& x, std::int32_t dim1, std::int32_t dim2, const MaybeConfig& memory) {
            return transpose(x, dim1, dim2, {memory});
        },
        py::arg("input_tensor"), py::arg("dim1"), py::arg("dim2"), py::kw_only(), memory_arg(), Queued(),
        "With two dimensions changed about.");
    module.def(
        "concat",
        [](const std::vector<Tensor>& tensors, std::int32_t dim, const MaybeConfig& memory) {
            return concat(tensors, dim, {memory});
        },
        py::arg("tensors"), py::arg("dim") = 0, py::kw_only(), memory_arg(), Queued(),
        "One behind the other along `dim`; their other extents must be equal (RuntimeError).");
    using Bounds = std::vector<std::uint32_t>;
    module.def(
        "slice",
        [](const Tensor& x, const Bounds& starts, const Bounds& ends, const std::optional<Bounds>& steps,
           const MaybeConfig& memory) { return slice(x, starts, ends, steps.value_or(Bounds()), {memory}); },
        py::arg("input_tensor"), py::arg("starts"), py::arg("ends"), py::arg("steps") = py::none(),
        py::kw_only(), memory_arg(), Queued(),
        "Elements [starts, ends) of each dimension, every `steps`-th.");
    module.def(
        "typecast",
        [](const Tensor& x, DataType dtype, const MaybeConfig& memory, const MaybeTensor& output) {
            return typecast(x, dtype, {memory, std::nullopt, output});
        },
        py::arg("input_tensor"), py::arg("dtype"), py::kw_only(), memory_arg(), output_arg(), Queued(),
        "A float becomes an integer without its fraction, held within range (NaN: 0); an integer becomes "
        "another by "
        "its low bits.");
    module.def(
        "to_dtype", [](const Tensor& x, DataType dtype) { return typecast(x, dtype); }, py::arg("tensor"),
        py::arg("dtype"), Queued(), "As `typecast`.");
    module.def(
        "to_layout",
        [](const Tensor& x, Layout layout, MaybeType dtype, const MaybeConfig& memory) {
            const Tensor laid = to_layout(x, layout, {memory});
            return dtype && *dtype != laid.dtype() ? typecast(laid, *dtype, {memory}) : laid;
        },
        py::arg("tensor"), py::arg("layout"), py::arg("dtype") = py::none(),
        py::arg("memory_config") = py::none(), Queued(),
        "To TILE, the last two dimensions are padded with zeros to whole tiles; the shape stays.");
    module.def(
        "_to_tiles", [](const Tensor& x, float pad_value) { return tilize(x, pad_value); }, py::arg("tensor"),
        py::arg("pad_value"), Queued());
    module.def(
        "embedding",
        [](const Tensor& indices, const Tensor& weight, std::optional<Layout> layout, MaybeType dtype,
           const MaybeConfig& memory, Hint) {
            return embedding(indices, weight, layout.value_or(Layout::row_major), {memory, dtype});
        },
        py::arg("input_tensor"), py::arg("weight"), py::kw_only(), py::arg("layout") = py::none(),
        dtype_arg(), memory_arg(), py::arg("padding_idx") = py::none(), Queued(),
        "Rows of `weight` by index. An index beyond its rows fails in the queue.");
}

/// How the chips of a collective are joined: a hint, which an emulated one needs not.
enum class Topology { neighbor_exchange, linear, ring, mesh, torus };

void bind_collectives(py::module_& module) {
    py::enum_<Topology>(module, "Topology",
                        "How the chips of a collective are joined. Changes nothing in an emulated fabric.")
        .value("NeighborExchange", Topology::neighbor_exchange)
        .value("Linear", Topology::linear)
        .value("Ring", Topology::ring)
        .value("Mesh", Topology::mesh)
        .value("Torus", Topology::torus);
    module.def(
        "all_gather",
        [](const Tensor& x, std::int32_t dim, std::optional<std::int32_t> axis, const MaybeConfig& memory,
           Hint, Hint) { return all_gather(x, dim, axis, {memory}); },
        py::arg("input_tensor"), py::arg("dim"), py::kw_only(), py::arg("cluster_axis") = py::none(),
        memory_arg(), py::arg("num_links") = py::none(), py::arg("topology") = py::none(), Queued(),
        "Every device gets the shards of all, along one axis of the mesh or (None) of the whole, row by row, "
        "one behind "
        "the other along `dim`. Of a big mesh all ranks must call it.");
    module.def(
        "reduce_scatter",
        [](const Tensor& x, std::int32_t dim, std::optional<std::int32_t> axis, const MaybeConfig& memory,
           Hint, Hint) { return reduce_scatter(x, dim, axis, {memory}); },
        py::arg("input_tensor"), py::arg("dim"), py::kw_only(), py::arg("cluster_axis") = py::none(),
        memory_arg(), py::arg("num_links") = py::none(), py::arg("topology") = py::none(), Queued(),
        "Every device gets its part, along `dim`, of the sum of all.");
    module.def(
        "all_reduce",
        [](const Tensor& x, std::optional<std::int32_t> axis, const MaybeConfig& memory, Hint, Hint) {
            return all_reduce(x, axis, {memory});
        },
        py::arg("input_tensor"), py::kw_only(), py::arg("cluster_axis") = py::none(), memory_arg(),
        py::arg("num_links") = py::none(), py::arg("topology") = py::none(), Queued(),
        "Every device gets the sum of all.");
}

}  // namespace

void bind_operations(py::module_& module) {
    bind_elementwise(module);
    bind_products(module);
    bind_reductions(module);
    bind_movement(module);
    bind_collectives(module);
}

}  // namespace tt_run::python
