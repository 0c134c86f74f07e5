#include "tt_run/device/mesh_buffer.hpp"

#include <algorithm>
#include <utility>

#include "device/mesh_device_state.hpp"
#include "device/page_copy.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

bool overlap(const ChipSet& a, const ChipSet& b) {
    for (std::size_t k = 0; k < a.size(); ++k) {
        if (a[k] && b[k]) {
            return true;
        }
    }
    return false;
}

/// Memory that was given back while work was queued may still be in use by it. One queue of one device does
/// its work in order, so whatever it does with that memory next comes later; any other queue must be waited
/// for before the memory is handed out anew.
void await_former_users(const MeshDeviceState& state) {
    std::vector<MeshDeviceState*> busy;
    {
        const std::lock_guard lock(state.memory->mutex);
        for (MeshDeviceState* user : state.memory->users) {
            const bool in_order = user == &state && state.queues.size() == 1;
            if (user->released_while_busy && !in_order && overlap(user->chips, state.chips)) {
                user->released_while_busy = false;
                busy.push_back(user);
            }
        }
    }
    for (MeshDeviceState* user : busy) {
        for (MeshCommandQueue& queue : user->queues) {
            queue.work().drain();
        }
    }
}

}  // namespace

MeshBuffer::MeshBuffer(const MeshBufferConfig& config, std::shared_ptr<MeshDevice> device)
    : config_(config), device_(std::move(device)) {
    TT_RUN_REQUIRE(device_ != nullptr && device_->is_open(), "a buffer needs an open mesh device");
    TT_RUN_REQUIRE(config.page_size != 0 || config.size == 0, "a buffer of {} bytes needs a page size",
                   config.size);
    TT_RUN_REQUIRE(config.size == 0 || config.size % config.page_size == 0,
                   "{} bytes are no whole number of pages of {}", config.size, config.page_size);
    TT_RUN_REQUIRE(!config.bytes_per_bank || !config.pages_per_bank,
                   "a bank's share is in bytes or in pages");
    TT_RUN_REQUIRE(!config.bytes_per_bank || config.size <= *config.bytes_per_bank,
                   "{} bytes do not fit the {} bytes of each bank", config.size,
                   config.bytes_per_bank.value_or(0));
    if (config.sub_device) {
        device_->sub_device_cores(*config.sub_device);  // throws if there is none
    }
    const std::size_t alignment = device_->alignment(config.buffer_type);
    const std::size_t banks = device_->state().banks(config.buffer_type);
    aligned_page_ = (config.page_size + alignment - 1) / alignment * alignment;
    pages_ = config.size == 0 ? 0 : config.size / config.page_size;
    const std::size_t pages_per_bank = config.pages_per_bank.value_or((pages_ + banks - 1) / banks);
    TT_RUN_REQUIRE(pages_ <= pages_per_bank * banks, "{} pages do not fit {} banks of {}", pages_, banks,
                   pages_per_bank);
    bytes_per_bank_ = config.bytes_per_bank.value_or(pages_per_bank * aligned_page_);
    bytes_per_bank_ = std::max(alignment, (bytes_per_bank_ + alignment - 1) / alignment * alignment);
}

void MeshBuffer::allocate(std::optional<std::size_t> address) {
    MeshDeviceState& state = device_->state();
    await_former_users(state);
    const std::lock_guard lock(state.memory->mutex);
    LockstepAllocator& allocator = state.memory->of(config_.buffer_type);
    const bool from_bottom = config_.bottom_up.value_or(config_.buffer_type != BufferType::l1);
    if (address) {
        TT_RUN_REQUIRE(allocator.allocate_at(*address, bytes_per_bank_, state.chips),
                       "address {} of each {} bank is not free for {} bytes", *address,
                       name_of(config_.buffer_type), bytes_per_bank_);
    } else {
        address =
            allocator.allocate(bytes_per_bank_, state.chips,
                               from_bottom ? LockstepAllocator::From::bottom : LockstepAllocator::From::top);
    }
    const LockstepAllocator::Free free = allocator.free_on(state.chips);
    TT_RUN_REQUIRE(
        address.has_value(),
        "Out of Memory: not enough space to allocate a {} buffer of {} bytes across {} banks: each bank "
        "needs {} bytes, but of its {} bytes {} are free, the largest stretch {}",
        name_of(config_.buffer_type), config_.size, state.banks(config_.buffer_type), bytes_per_bank_,
        allocator.capacity(), free.total, free.largest);
    address_ = *address;
    allocated_ = true;
    ++state.live_buffers;
    state.live_sub_device_buffers += config_.sub_device ? 1 : 0;
}

std::shared_ptr<MeshBuffer> MeshBuffer::create(const MeshBufferConfig& config,
                                               const std::shared_ptr<MeshDevice>& device,
                                               std::optional<std::size_t> address) {
    const std::shared_ptr<MeshBuffer> buffer(new MeshBuffer(config, device));
    buffer->allocate(address);
    buffer->fill_with_poison();
    return buffer;
}

std::shared_ptr<MeshBuffer> MeshBuffer::create_to_be_filled(const MeshBufferConfig& config,
                                                            const std::shared_ptr<MeshDevice>& device) {
    const std::shared_ptr<MeshBuffer> buffer(new MeshBuffer(config, device));
    buffer->allocate(std::nullopt);
    return buffer;
}

MeshBuffer::~MeshBuffer() {
    deallocate();
}

void MeshBuffer::fill_with_poison() {
    std::vector<std::span<std::byte>> stretches;
    std::size_t bytes = 0;
    for (const MeshCoordinate& coordinate : device_->local_coordinates()) {
        stretches.push_back(local_bytes(coordinate));
        bytes += stretches.back().size();
    }
    const auto fill = [stretches] {
        for (const std::span<std::byte> stretch : stretches) {
            std::ranges::fill(stretch, kPoison);
        }
    };
    if (device_->state().queues.size() > 1) {
        fill();  // any queue may write it next; former users are done (await_former_users)
        return;
    }
    device_->state().queue().enqueue({.what = "fill new memory", .run = fill, .bytes = bytes});
}

void MeshBuffer::deallocate() {
    if (!allocated_) {
        return;
    }
    MeshDeviceState& state = device_->state();
    if (state.open) {
        std::vector<std::span<std::byte>> stretches;
        for (const MeshCoordinate& coordinate : device_->local_coordinates()) {
            stretches.push_back(local_bytes(coordinate));
        }
        // Behind what is queued: that may still use the memory. Its few microseconds need no other thread.
        state.queue().enqueue({.what = "give memory back", .run = [runtime = state.runtime, stretches] {
                                   for (const std::span<std::byte> stretch : stretches) {
                                       runtime->memory().discard(stretch);
                                   }
                               }});
    }
    const bool busy = state.open && !state.idle();
    const std::lock_guard lock(state.memory->mutex);
    state.released_while_busy = state.released_while_busy || busy;
    state.memory->of(config_.buffer_type).release(address_, state.chips);
    --state.live_buffers;
    state.live_sub_device_buffers -= config_.sub_device ? 1 : 0;
    allocated_ = false;
}

std::span<std::byte> MeshBuffer::local_bytes(const MeshCoordinate& coordinate) const {
    TT_RUN_REQUIRE(allocated_, "the buffer is deallocated");
    const MeshDeviceState& state = device_->state();
    const DeviceSlot& slot = state.slot(coordinate);
    TT_RUN_REQUIRE(slot.local.has_value(), "{} belongs to another rank", coordinate.text());
    const std::size_t banks = state.banks(config_.buffer_type);
    return state.chip_memory(slot, config_.buffer_type).subspan(address_ * banks, bytes_per_bank_ * banks);
}

std::span<std::byte> MeshBuffer::bank_bytes(const MeshCoordinate& coordinate, std::size_t bank) const {
    TT_RUN_REQUIRE(config_.bytes_per_bank.has_value(), "pages of this buffer are spread over the banks");
    TT_RUN_REQUIRE(bank < device_->state().banks(config_.buffer_type), "there is no {} bank {}",
                   name_of(config_.buffer_type), bank);
    return local_bytes(coordinate).subspan(bank * bytes_per_bank_, bytes_per_bank_);
}

std::size_t MeshBuffer::bank_of(CoreCoord core) const {
    const CoreGrid grid = device_->compute_with_storage_grid_size();
    TT_RUN_REQUIRE(core.x < grid.x && core.y < grid.y, "core ({}, {}) is outside the compute grid of {} x {}",
                   core.x, core.y, grid.x, grid.y);
    return core.y * grid.x + core.x;
}

void write_shard(MeshCommandQueue& queue, const std::shared_ptr<MeshBuffer>& buffer,
                 std::shared_ptr<const std::vector<std::byte>> data, const MeshCoordinate& coordinate,
                 bool blocking, std::source_location where) {
    TT_RUN_REQUIRE(data->size() <= buffer->size(), "{} bytes do not fit a buffer of {}", data->size(),
                   buffer->size());
    if (!buffer->device()->is_local(coordinate)) {
        return;
    }
    TT_RUN_REQUIRE(data->empty() || data->size() % buffer->page_size() == 0,
                   "{} bytes are no whole number of pages of {}", data->size(), buffer->page_size());
    const std::size_t bytes = data->size();
    Work work{
        .what = "write_shard",
        .where = where,
        .run = [data = std::move(data), stored = buffer->local_bytes(coordinate), page = buffer->page_size(),
                aligned = buffer->aligned_page_size()] { copy_pages_in(*data, page, stored, aligned); },
        .bytes = bytes};
    if (blocking) {
        queue.work().run_and_wait(std::move(work));
    } else {
        queue.work().enqueue(std::move(work));
    }
}

void read_shard(MeshCommandQueue& queue, std::vector<std::byte>& data,
                const std::shared_ptr<MeshBuffer>& buffer, const MeshCoordinate& coordinate,
                std::source_location where) {
    if (!buffer->device()->is_local(coordinate)) {
        return;
    }
    // Shared with the work: a wait may end early, by an interrupt, and the work come later.
    const auto read = std::make_shared<std::vector<std::byte>>(buffer->size());
    queue.work().run_and_wait(
        {.what = "read_shard",
         .where = where,
         .run = [read, stored = buffer->local_bytes(coordinate), page = buffer->page_size(),
                 aligned = buffer->aligned_page_size()] { copy_pages_out(stored, page, *read, aligned); },
         .bytes = buffer->size()});
    data = std::move(*read);
}

}  // namespace tt_run::device
