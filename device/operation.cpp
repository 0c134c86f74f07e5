#include "device/operation.hpp"

#include <algorithm>

#include "device/mesh_device_state.hpp"
#include "device/page_copy.hpp"
#include "device/tensor_state.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

/// What the queue's work needs of one tensor: where its pages are on each device.
struct StoredTensor {
    TensorSpec spec;
    std::size_t aligned_page = 0;
    std::vector<std::span<std::byte>> shards;  ///< by local device
};

StoredTensor stored(const Tensor& tensor, const std::vector<MeshCoordinate>& coordinates) {
    StoredTensor result{tensor.spec(), tensor.buffer()->aligned_page_size(), {}};
    for (const MeshCoordinate& coordinate : coordinates) {
        result.shards.push_back(tensor.buffer()->local_bytes(coordinate));
    }
    return result;
}

void run_on_device(const Kernel& kernel, const std::vector<StoredTensor>& inputs, const StoredTensor& output,
                   std::size_t device) {
    std::vector<std::vector<std::byte>> spaces(inputs.size());
    std::vector<ShardView> views;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        const TensorSpec& spec = inputs[k].spec;
        views.push_back({spec, packed_pages(inputs[k].shards[device], spec.page_bytes(),
                                            inputs[k].aligned_page, spec.page_count(), spaces[k])});
    }
    const std::size_t page = output.spec.page_bytes();
    if (page == output.aligned_page) {
        kernel(views, output.spec, output.shards[device].first(output.spec.packed_bytes()));
        return;
    }
    std::vector<std::byte> packed(output.spec.packed_bytes());
    kernel(views, output.spec, packed);
    copy_pages_in(packed, page, output.shards[device], output.aligned_page);
}

Tensor run_on_host(const std::vector<Tensor>& inputs, const TensorSpec& spec, const Kernel& kernel) {
    auto state = std::make_shared<TensorState>(inputs.front().state());
    state->spec = spec;
    for (std::size_t k = 0; k < state->host_pages.size(); ++k) {
        if (!state->host_pages[k]) {
            continue;
        }
        std::vector<ShardView> views;
        for (const Tensor& input : inputs) {
            views.push_back({input.spec(), *input.host_pages(input.coordinates().size() == 1 ? 0 : k)});
        }
        auto pages = std::make_shared<std::vector<std::byte>>(spec.packed_bytes());
        kernel(views, spec, *pages);
        state->host_pages[k] = std::move(pages);
    }
    return Tensor(std::move(state));
}

void require_together(const std::string& name, const std::vector<Tensor>& inputs) {
    const Tensor& first = inputs.front();
    for (const Tensor& input : inputs) {
        TT_RUN_REQUIRE(input.is_allocated(), "{}: a tensor is not allocated: it was used after deallocate",
                       name);
        TT_RUN_REQUIRE(input.is_on_device() == first.is_on_device() &&
                           (!input.is_on_device() || input.device() == first.device()),
                       "{}: the tensors are not all on one mesh device, nor all on the host", name);
        if (!input.is_on_device()) {
            TT_RUN_REQUIRE(input.coordinates().size() == 1 || input.coordinates() == first.coordinates(),
                           "{}: the tensors' shards are not for the same devices", name);
            continue;
        }
        for (const MeshCoordinate& coordinate : first.coordinates()) {
            TT_RUN_REQUIRE(std::ranges::find(input.coordinates(), coordinate) != input.coordinates().end(),
                           "{}: a tensor has no shard on {}", name, coordinate.text());
        }
    }
}

}  // namespace

std::span<const std::byte> packed_pages(std::span<const std::byte> stored_pages, std::size_t page,
                                        std::size_t aligned, std::size_t pages,
                                        std::vector<std::byte>& space) {
    if (page == aligned) {
        return stored_pages.first(page * pages);
    }
    space.resize(page * pages);
    copy_pages_out(stored_pages, page, space, aligned);
    return space;
}

TensorSpec result_spec(const TensorSpec& output, const OperationOptions& options) {
    return TensorSpec(output.logical_shape(), options.dtype.value_or(output.data_type()), output.layout(),
                      options.memory_config.value_or(output.memory_config()));
}

Tensor result_tensor(const std::string& name, const TensorSpec& output, const OperationOptions& options,
                     const Tensor& like) {
    if (!options.output_tensor) {
        return make_device_tensor(output, like);
    }
    const Tensor& given = *options.output_tensor;
    TT_RUN_REQUIRE(given.is_on_device() && given.device() == like.device(),
                   "{}: the output tensor is not on the input's mesh device", name);
    TT_RUN_REQUIRE(given.spec().with_memory_config({}) == output.with_memory_config({}),
                   "{}: the output tensor is of {}, the result of {}", name, given.spec().text(),
                   output.text());
    return given;
}

Tensor run_operation(const std::string& name, const std::vector<Tensor>& inputs, const TensorSpec& output,
                     const OperationOptions& options, std::source_location where, Kernel kernel) {
    TT_RUN_REQUIRE(!inputs.empty(), "{}: there is no tensor", name);
    require_together(name, inputs);
    const Tensor& first = inputs.front();
    const TensorSpec spec = result_spec(output, options);
    if (!first.is_on_device()) {
        TT_RUN_REQUIRE(!options.output_tensor, "{}: an output tensor is for tensors on devices", name);
        return run_on_host(inputs, spec, kernel);
    }
    const Tensor result = result_tensor(name, spec, options, first);
    std::vector<MeshCoordinate> local;
    std::ranges::copy_if(
        first.coordinates(), std::back_inserter(local),
        [&](const MeshCoordinate& coordinate) { return first.device()->is_local(coordinate); });
    std::vector<StoredTensor> from;
    std::size_t bytes = spec.packed_bytes();
    for (const Tensor& input : inputs) {
        from.push_back(stored(input, local));
        bytes += input.spec().packed_bytes();
    }
    first.device()->state().queue().enqueue(
        {.what = name,
         .where = where,
         .run =
             [kernel = std::move(kernel), from = std::move(from), to = stored(result, local)] {
                 for (std::size_t device = 0; device < to.shards.size(); ++device) {
                     run_on_device(kernel, from, to, device);
                 }
             },
         .bytes = bytes * local.size()});
    return result;
}

}  // namespace tt_run::device
