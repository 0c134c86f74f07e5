#include "tt_run/device/tensor.hpp"

#include <algorithm>
#include <cstring>

#include "device/mesh_device_state.hpp"
#include "device/page_copy.hpp"
#include "device/tensor_codec.hpp"
#include "device/tensor_state.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

HostBytes own(std::vector<std::byte> pages) {
    return std::make_shared<const std::vector<std::byte>>(std::move(pages));
}

HostBytes owned_copy(const HostBytes& pages) {
    return own({(*pages).begin(), (*pages).end()});
}

Tensor single_host_tensor(const TensorSpec& spec, HostBytes pages) {
    auto state = std::make_shared<TensorState>(TensorState{.spec = spec});
    state->host_pages = {std::move(pages)};
    return Tensor(std::move(state));
}

template <class T>
TensorSpec plain_spec(const Shape& shape) {
    return {shape, kDataTypeOf<T>, Layout::row_major};
}

template <class T>
Tensor tensor_of(std::span<const T> values, const TensorSpec& spec) {
    TT_RUN_REQUIRE(values.size() == spec.logical_shape().volume(), "{} values do not fill {}", values.size(),
                   spec.logical_shape().text());
    const TensorSpec plain = plain_spec<T>(spec.logical_shape());
    return single_host_tensor(spec, own(convert_pages(plain, std::as_bytes(values), spec)));
}

template <class T>
std::vector<T> values_of(const Tensor& tensor) {
    const Tensor host = tensor.is_on_device() ? from_device(tensor) : tensor;
    TT_RUN_REQUIRE(host.coordinates().size() == 1,
                   "the tensor has {} shards; give a mesh composer to put them together",
                   host.coordinates().size());
    TT_RUN_REQUIRE(static_cast<bool>(host.host_pages(0)), "the tensor's values belong to another rank");
    const std::vector<std::byte> bytes =
        convert_pages(host.spec(), *host.host_pages(0), plain_spec<T>(host.shape()));
    std::vector<T> values(host.shape().volume());
    if (!values.empty()) {
        std::memcpy(static_cast<void*>(values.data()), bytes.data(), bytes.size());
    }
    return values;
}

Tensor on_device(const TensorSpec& spec, const std::shared_ptr<MeshDevice>& device,
                 std::shared_ptr<MeshBuffer> buffer) {
    auto state = std::make_shared<TensorState>(TensorState{.spec = spec});
    state->mesh_shape = device->shape();
    state->distribution_shape = device->shape();
    state->coordinates.clear();
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(device->shape())) {
        state->coordinates.push_back(coordinate);
    }
    state->buffer = std::move(buffer);
    return Tensor(std::move(state));
}

/// Queues the copies of all local shards of `host`, one work for all of them. Borrowed pages are read before
/// it returns.
void write_all(const Tensor& host, const Tensor& target, std::uint32_t queue, std::source_location where) {
    const MeshBuffer& buffer = *target.buffer();
    WorkQueue& works = target.device()->mesh_command_queue(queue).work();
    const bool is_idle = works.idle();
    bool now = false;
    std::vector<std::pair<HostBytes, std::span<std::byte>>> copies;
    std::vector<HostBytes> kept(host.coordinates().size());
    for (std::size_t k = 0; k < target.coordinates().size(); ++k) {
        const MeshCoordinate& coordinate = target.coordinates()[k];
        if (!target.device()->is_local(coordinate)) {
            continue;
        }
        const std::size_t shard = host.coordinates().size() == 1 ? 0 : k;
        HostBytes& pages = kept[shard];
        if (!pages) {
            pages = host.host_pages(shard);
            TT_RUN_REQUIRE(static_cast<bool>(pages), "the host tensor has no values for {}",
                           coordinate.text());
            now = now || (pages.is_borrowed() && is_idle);
            pages = pages.is_borrowed() && !is_idle ? owned_copy(pages) : pages;
        }
        copies.emplace_back(pages, buffer.local_bytes(coordinate));
    }
    Work work{.what = "to_device",
              .where = where,
              .run =
                  [copies, page = buffer.page_size(), aligned = buffer.aligned_page_size()] {
                      for (const auto& [pages, stored] : copies) {
                          copy_pages_in(*pages, page, stored, aligned);
                      }
                  },
              .bytes = copies.size() * target.spec().packed_bytes()};
    now ? works.run_and_wait(std::move(work)) : works.enqueue(std::move(work));
}

void require_same_values(const Tensor& host, const Tensor& device) {
    TT_RUN_REQUIRE(!host.is_on_device() && device.is_on_device(), "a copy goes between host and device");
    TT_RUN_REQUIRE(host.spec().with_memory_config({}) == device.spec().with_memory_config({}),
                   "a tensor of {} cannot be copied to or from one of {}", host.spec().text(),
                   device.spec().text());
}

}  // namespace

MeshBufferConfig buffer_config(const TensorSpec& spec) {
    MeshBufferConfig config{.size = spec.packed_bytes(),
                            .page_size = spec.page_bytes(),
                            .buffer_type = spec.memory_config().buffer_type};
    if (const auto& shards = spec.memory_config().shard_spec) {
        const std::size_t elements = std::size_t{shards->shape[0]} * shards->shape[1];
        const std::size_t page_elements = spec.layout() == Layout::tile
                                              ? kTileElements
                                              : spec.page_bytes() / element_bytes(spec.data_type());
        const std::size_t cores = shards->grid.num_cores();
        TT_RUN_REQUIRE(elements * cores >= spec.padded_shape().volume(),
                       "{} shards of {} x {} elements do not hold {}", cores, shards->shape[0],
                       shards->shape[1], spec.padded_shape().text());
        config.pages_per_bank = (elements + page_elements - 1) / page_elements;
    }
    return config;
}

Tensor make_device_tensor(const TensorSpec& spec, const Tensor& like) {
    auto state = std::make_shared<TensorState>(like.state());
    state->spec = spec;
    state->buffer = MeshBuffer::create_to_be_filled(buffer_config(spec), like.device());
    return Tensor(std::move(state));
}

Tensor Tensor::from_pages(std::vector<std::byte> pages, const TensorSpec& spec) {
    return from_pages(own(std::move(pages)), spec);
}

Tensor Tensor::from_pages(HostBytes pages, const TensorSpec& spec) {
    TT_RUN_REQUIRE((*pages).size() == spec.packed_bytes(), "{} bytes are not the {} of {}", (*pages).size(),
                   spec.packed_bytes(), spec.text());
    return single_host_tensor(spec, std::move(pages));
}

TensorState& Tensor::state() const {
    TT_RUN_REQUIRE(state_ != nullptr, "there is no tensor");
    return *state_;
}

const TensorSpec& Tensor::spec() const {
    return state().spec;
}

StorageType Tensor::storage_type() const {
    return state().buffer ? StorageType::device : StorageType::host;
}

bool Tensor::is_allocated() const {
    return !state().deallocated && (!state().buffer || state().buffer->is_allocated());
}

const std::shared_ptr<MeshBuffer>& Tensor::buffer() const {
    TT_RUN_REQUIRE(is_on_device(), "the tensor is on the host, not on a device");
    TT_RUN_REQUIRE(is_allocated(), "the tensor is not allocated: it was used after deallocate");
    return state().buffer;
}

const std::shared_ptr<MeshDevice>& Tensor::device() const {
    TT_RUN_REQUIRE(is_on_device(), "the tensor is on the host, not on a device");
    return state().buffer->device();
}

const MeshShape& Tensor::mesh_shape() const {
    return state().mesh_shape;
}

const std::vector<MeshCoordinate>& Tensor::coordinates() const {
    return state().coordinates;
}

const MeshShape& Tensor::distribution_shape() const {
    return state().distribution_shape;
}

const HostBytes& Tensor::host_pages(std::size_t shard) const {
    TT_RUN_REQUIRE(!is_on_device(), "the tensor is on a device, not on the host");
    TT_RUN_REQUIRE(is_allocated(), "the tensor is not allocated: it was used after deallocate");
    return state().host_pages.at(shard);
}

void Tensor::deallocate() {
    state().deallocated = true;
    state().host_pages.clear();
    if (state().buffer) {
        state().buffer->deallocate();
    }
}

Tensor to_device(const Tensor& tensor, const std::shared_ptr<MeshDevice>& device,
                 const std::optional<MemoryConfig>& memory_config, std::uint32_t queue,
                 std::source_location where) {
    TT_RUN_REQUIRE(device != nullptr, "there is no device to move the tensor to");
    TT_RUN_REQUIRE(!tensor.is_on_device(), "the tensor is on a device already");
    const bool one_for_all = tensor.coordinates().size() == 1 && tensor.mesh_shape().mesh_size() == 1;
    TT_RUN_REQUIRE(one_for_all || tensor.mesh_shape() == device->shape(),
                   "a host tensor over {} cannot go to a mesh device of {}", tensor.mesh_shape().text(),
                   device->shape().text());
    const TensorSpec spec = tensor.spec().with_memory_config(memory_config.value_or(tensor.memory_config()));
    Tensor moved = on_device(spec, device, MeshBuffer::create_to_be_filled(buffer_config(spec), device));
    if (!one_for_all) {
        moved.state().coordinates = tensor.coordinates();
        moved.state().distribution_shape = tensor.distribution_shape();
    }
    write_all(tensor, moved, queue, where);
    return moved;
}

Tensor from_device(const Tensor& tensor, std::uint32_t queue, std::source_location where) {
    const MeshBuffer& buffer = *tensor.buffer();
    struct Read {
        std::shared_ptr<std::vector<std::byte>> pages;
        std::span<const std::byte> stored;
    };
    auto state = std::make_shared<TensorState>(tensor.state());
    state->buffer = nullptr;
    std::vector<Read> reads;
    for (const MeshCoordinate& coordinate : tensor.coordinates()) {
        if (tensor.device()->is_local(coordinate)) {
            reads.push_back({std::make_shared<std::vector<std::byte>>(tensor.spec().packed_bytes()),
                             buffer.local_bytes(coordinate)});
            state->host_pages.push_back(reads.back().pages);
        } else {
            state->host_pages.push_back(nullptr);
        }
    }
    MeshCommandQueue& commands = tensor.device()->mesh_command_queue(queue);
    commands.work().run_and_wait(
        {.what = "from_device",
         .where = where,
         .run =
             [reads, page = buffer.page_size(), aligned = buffer.aligned_page_size()] {
                 for (const Read& read : reads) {
                     copy_pages_out(read.stored, page, *read.pages, aligned);
                 }
             },
         .bytes = reads.size() * tensor.spec().packed_bytes()});
    if (state->coordinates.size() == 1) {
        state->mesh_shape = MeshShape(1, 1);
        state->coordinates = {MeshCoordinate(0, 0)};
        state->distribution_shape = MeshShape(1, 1);
    }
    return Tensor(std::move(state));
}

Tensor allocate_tensor_on_device(const TensorSpec& spec, const std::shared_ptr<MeshDevice>& device) {
    return on_device(spec, device, MeshBuffer::create(buffer_config(spec), device));
}

Tensor allocate_tensor_on_host(const TensorSpec& spec, const MeshShape& mesh_shape) {
    auto state = std::make_shared<TensorState>(TensorState{.spec = spec});
    state->mesh_shape = mesh_shape;
    state->distribution_shape = mesh_shape;
    state->coordinates.clear();
    const HostBytes zeros = own(std::vector<std::byte>(spec.packed_bytes()));
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(mesh_shape)) {
        state->coordinates.push_back(coordinate);
        state->host_pages.push_back(zeros);
    }
    return Tensor(std::move(state));
}

void copy_host_to_device_tensor(const Tensor& host, const Tensor& device, std::uint32_t queue,
                                std::source_location where) {
    require_same_values(host, device);
    TT_RUN_REQUIRE(host.coordinates().size() == 1 || host.coordinates() == device.coordinates(),
                   "{} host shards do not match {} device shards", host.coordinates().size(),
                   device.coordinates().size());
    write_all(host, device, queue, where);
}

void copy_device_to_host_tensor(const Tensor& device, Tensor& host, std::uint32_t queue,
                                std::source_location where) {
    require_same_values(host, device);
    TT_RUN_REQUIRE(host.coordinates().size() == device.coordinates().size(),
                   "{} host shards do not match {} device shards", host.coordinates().size(),
                   device.coordinates().size());
    host.state().host_pages = from_device(device, queue, where).state().host_pages;
}

std::vector<Tensor> get_device_tensors(const Tensor& tensor) {
    std::vector<Tensor> shards;
    for (std::size_t k = 0; k < tensor.coordinates().size(); ++k) {
        auto state = std::make_shared<TensorState>(tensor.state());
        if (tensor.is_on_device()) {
            state->coordinates = {tensor.coordinates()[k]};
        } else {
            state->host_pages = {tensor.host_pages(k)};
            state->coordinates = {MeshCoordinate(0, 0)};
            state->mesh_shape = MeshShape(1, 1);
        }
        state->distribution_shape = MeshShape(1, 1);
        shards.emplace_back(std::move(state));
    }
    return shards;
}

Tensor from_host_shards(const std::vector<Tensor>& shards, const MeshShape& mesh_shape) {
    TT_RUN_REQUIRE(shards.size() == mesh_shape.mesh_size(), "{} shards do not fill {}", shards.size(),
                   mesh_shape.text());
    Tensor whole = allocate_tensor_on_host(shards.front().spec(), mesh_shape);
    for (std::size_t k = 0; k < shards.size(); ++k) {
        TT_RUN_REQUIRE(!shards[k].is_on_device() && shards[k].coordinates().size() == 1,
                       "shard {} is not one host tensor", k);
        TT_RUN_REQUIRE(shards[k].spec() == shards.front().spec(), "shard {} is of {}, the first of {}", k,
                       shards[k].spec().text(), shards.front().spec().text());
        whole.state().host_pages[k] = shards[k].host_pages(0);
    }
    return whole;
}

Tensor combine_device_tensors(const std::vector<Tensor>& shards) {
    TT_RUN_REQUIRE(!shards.empty(), "there are no shards to combine");
    auto state = std::make_shared<TensorState>(shards.front().state());
    state->coordinates.clear();
    for (const Tensor& shard : shards) {
        TT_RUN_REQUIRE(shard.buffer() == shards.front().buffer(), "the shards are not from one mesh buffer");
        for (const MeshCoordinate& coordinate : shard.coordinates()) {
            TT_RUN_REQUIRE(std::ranges::find(state->coordinates, coordinate) == state->coordinates.end(),
                           "{} is in two shards", coordinate.text());
            state->coordinates.push_back(coordinate);
        }
    }
    std::ranges::sort(state->coordinates);
    state->distribution_shape =
        state->coordinates.size() == state->mesh_shape.mesh_size()
            ? state->mesh_shape
            : MeshShape(std::vector{static_cast<std::uint32_t>(state->coordinates.size())});
    return Tensor(std::move(state));
}

// clang-format off
#define TT_RUN_DEFINE_VECTORS(T)                                                                     \
    template <> Tensor Tensor::from_vector<T>(std::span<const T> values, const TensorSpec& spec) {   \
        return tensor_of<T>(values, spec);                                                           \
    }                                                                                                \
    template <> std::vector<T> Tensor::to_vector<T>() const { return values_of<T>(*this); }
TT_RUN_TENSOR_ELEMENTS(TT_RUN_DEFINE_VECTORS)
// clang-format on

}  // namespace tt_run::device
