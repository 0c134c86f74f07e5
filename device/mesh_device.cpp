#include "tt_run/device/mesh_device.hpp"

#include <algorithm>
#include <atomic>
#include <exception>

#include "device/device_grid.hpp"
#include "device/mesh_device_state.hpp"
#include "distributed/phase_scope.hpp"
#include "support/require.hpp"

namespace tt_run::device {

namespace {

constexpr std::uint32_t kMostCommandQueues = 2;

std::atomic<int> next_device_id{0};

std::shared_ptr<DeviceMemory> make_memory(const Runtime& runtime, const MeshDeviceConfig& config) {
    const ChipFacts& facts = runtime.facts();
    const ChipMemoryLayout& layout = runtime.memory().layout();
    const std::size_t trace_per_bank = (config.trace_region_size + layout.dram_banks - 1) / layout.dram_banks;
    const std::size_t l1_top = config.worker_l1_size == 0
                                   ? layout.l1_bank_bytes
                                   : kReservedL1Bytes + config.worker_l1_size + config.l1_small_size;
    TT_RUN_REQUIRE(
        l1_top <= layout.l1_bank_bytes && kReservedL1Bytes + config.l1_small_size <= l1_top,
        "{} bytes of worker L1 and {} of L1_SMALL do not fit a core's {} bytes of L1, of which {} are "
        "reserved",
        config.worker_l1_size, config.l1_small_size, layout.l1_bank_bytes, kReservedL1Bytes);
    TT_RUN_REQUIRE(kReservedDramBytes + trace_per_bank <= layout.dram_bank_bytes,
                   "a trace region of {} bytes does not fit {} DRAM banks of {} bytes",
                   config.trace_region_size, layout.dram_banks, layout.dram_bank_bytes);
    const std::size_t dram_top = layout.dram_bank_bytes - trace_per_bank;
    const std::size_t small_begin = l1_top - config.l1_small_size;
    return std::shared_ptr<DeviceMemory>(
        new DeviceMemory{LockstepAllocator(kReservedDramBytes, dram_top, facts.dram_alignment),
                         LockstepAllocator(kReservedL1Bytes, small_begin, facts.l1_alignment),
                         LockstepAllocator(small_begin, l1_top, facts.l1_alignment),
                         LockstepAllocator(dram_top, layout.dram_bank_bytes, facts.dram_alignment)});
}

void add_queues(MeshDeviceState& state, std::uint32_t count, auto&& make) {
    for (std::uint32_t id = 0; id < count; ++id) {
        state.queues.push_back(
            make(id, std::make_shared<WorkQueue>(fmt::format("queue {} of mesh device {}", id, state.id))));
    }
}

/// Fills in what follows from the slots, and makes the device known to those that share its memory.
void finish_state(MeshDeviceState& state) {
    state.id = next_device_id++;
    state.chips.assign(state.runtime->system().local_chips(), false);
    for (const DeviceSlot& slot : state.slots) {
        if (slot.local) {
            state.chips[*slot.local] = true;
        }
    }
    const CoreGrid grid = state.runtime->grid();
    state.managers.push_back({0, {SubDevice{{{CoreRange{{0, 0}, {grid.x - 1, grid.y - 1}}}}}}});
    const std::lock_guard lock(state.memory->mutex);
    state.memory->users.push_back(&state);
}

std::vector<std::size_t> local_chips(const MeshDeviceState& state) {
    std::vector<std::size_t> chips;
    for (const DeviceSlot& slot : state.slots) {
        if (slot.local) {
            chips.push_back(*slot.local);
        }
    }
    return chips;
}

std::vector<std::size_t> choose_chips(const LocalSystem& system, const MeshDeviceConfig& config) {
    if (config.physical_device_ids.empty()) {
        return place_grid(system.shape, config.mesh_shape.value_or(system.shape), config.offset);
    }
    TT_RUN_REQUIRE(config.mesh_shape.has_value(), "physical device ids need a mesh shape");
    TT_RUN_REQUIRE(!config.offset, "physical device ids and an offset exclude each other");
    TT_RUN_REQUIRE(config.physical_device_ids.size() == config.mesh_shape->mesh_size(),
                   "{} physical device ids do not fill {}", config.physical_device_ids.size(),
                   config.mesh_shape->text());
    std::vector<std::size_t> chips;
    for (const std::int32_t id : config.physical_device_ids) {
        const auto found = std::ranges::find(system.chips, id, &SystemChip::physical_id);
        TT_RUN_REQUIRE(id >= 0 && found != system.chips.end(),
                       "there is no device {}; this process sees devices 0 to {}", id,
                       system.local_chips() - 1);
        const auto chip = static_cast<std::size_t>(found - system.chips.begin());
        TT_RUN_REQUIRE(std::ranges::find(chips, chip) == chips.end(), "device {} is named twice", id);
        chips.push_back(chip);
    }
    return chips;
}

}  // namespace

LockstepAllocator& DeviceMemory::of(BufferType type) {
    switch (type) {
        case BufferType::dram:
            return dram;
        case BufferType::l1:
            return l1;
        case BufferType::l1_small:
            return l1_small;
        case BufferType::trace:
            return trace;
        case BufferType::system_memory:
            break;
    }
    TT_RUN_REQUIRE(false, "a buffer on a device cannot be in SYSTEM_MEMORY");
    std::terminate();
}

bool MeshDeviceState::idle() const {
    return std::ranges::all_of(queues, [](const MeshCommandQueue& queue) { return queue.work().idle(); });
}

std::span<std::byte> MeshDeviceState::chip_memory(const DeviceSlot& slot, BufferType type) const {
    const bool in_dram = type == BufferType::dram || type == BufferType::trace;
    return in_dram ? runtime->memory().dram(*slot.local) : runtime->memory().l1(*slot.local);
}

std::size_t MeshDeviceState::banks(BufferType type) const {
    const ChipMemoryLayout& layout = runtime->memory().layout();
    return type == BufferType::dram || type == BufferType::trace ? layout.dram_banks : layout.l1_banks;
}

MeshDevice::MeshDevice(std::unique_ptr<MeshDeviceState> state) : state_(std::move(state)) {}

std::shared_ptr<MeshDevice> MeshDevice::create(const MeshDeviceConfig& config) {
    TT_RUN_REQUIRE(config.num_command_queues >= 1 && config.num_command_queues <= kMostCommandQueues,
                   "a mesh device has 1 or 2 command queues, not {}", config.num_command_queues);
    const distributed::PhaseScope phase(job::PhaseKind::open);
    Runtime& runtime = Runtime::get();
    runtime.warn_of_changed_environment();
    const LocalSystem& system = runtime.system();
    auto state = std::make_unique<MeshDeviceState>(config.mesh_shape.value_or(system.shape));
    state->runtime = &runtime;
    for (const std::size_t chip : choose_chips(system, config)) {
        const SystemChip& entry = system.chips[chip];
        state->slots.push_back(
            {{system.mesh.value, static_cast<std::int32_t>(chip)}, entry.physical_id, entry.local});
    }
    state->memory = make_memory(runtime, config);
    if (!runtime.has_open_device()) {
        runtime.open_fabric();
    }
    runtime.claim(local_chips(*state));
    finish_state(*state);
    add_queues(*state, config.num_command_queues, [](std::uint32_t id, std::shared_ptr<WorkQueue> work) {
        return MeshCommandQueue(id, std::move(work));
    });
    return std::shared_ptr<MeshDevice>(new MeshDevice(std::move(state)));
}

std::shared_ptr<MeshDevice> MeshDevice::create_unit_mesh(std::int32_t device_id, MeshDeviceConfig config) {
    config.mesh_shape = MeshShape(1, 1);
    config.offset.reset();
    config.physical_device_ids = {device_id};
    return create(config);
}

std::vector<std::shared_ptr<MeshDevice>> MeshDevice::create_unit_meshes(
    const std::vector<std::int32_t>& device_ids, const MeshDeviceConfig& config) {
    std::vector<std::shared_ptr<MeshDevice>> devices;
    for (const std::int32_t id : device_ids) {
        devices.push_back(create_unit_mesh(id, config));
    }
    return devices;
}

MeshDevice::~MeshDevice() {
    try {
        close();
    } catch (const std::exception&) {
        // What failed in a queue was for a call that waits; there was none.
    }
}

void MeshDevice::close() {
    if (!state_->open) {
        return;
    }
    const distributed::PhaseScope phase(job::PhaseKind::close);
    for (const auto& weak : state_->submeshes) {
        if (const auto submesh = weak.lock()) {
            submesh->close();
        }
    }
    std::exception_ptr failure;
    for (MeshCommandQueue& queue : state_->queues) {
        try {
            queue.finish();
        } catch (...) {
            failure = failure ? failure : std::current_exception();
        }
    }
    state_->open = false;
    {
        const std::lock_guard lock(state_->memory->mutex);
        std::erase(state_->memory->users, state_.get());
    }
    state_->queues.clear();
    if (!state_->parent) {
        state_->runtime->release(local_chips(*state_));
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

bool MeshDevice::is_open() const {
    return state_->open;
}

int MeshDevice::id() const {
    return state_->id;
}

std::string_view MeshDevice::arch() const {
    return state_->runtime->facts().name;
}

const MeshShape& MeshDevice::shape() const {
    return state_->shape;
}

std::size_t MeshDevice::num_devices() const {
    return state_->slots.size();
}

std::vector<std::int32_t> MeshDevice::get_device_ids() const {
    std::vector<std::int32_t> ids;
    for (const DeviceSlot& slot : state_->slots) {
        ids.push_back(slot.physical_id);
    }
    return ids;
}

std::int32_t MeshDevice::get_device_id(const MeshCoordinate& coordinate) const {
    return state_->slot(coordinate).physical_id;
}

FabricNodeId MeshDevice::get_fabric_node_id(const MeshCoordinate& coordinate) const {
    return state_->slot(coordinate).node;
}

bool MeshDevice::is_local(const MeshCoordinate& coordinate) const {
    return state_->slot(coordinate).local.has_value();
}

std::vector<MeshCoordinate> MeshDevice::local_coordinates() const {
    std::vector<MeshCoordinate> coordinates;
    for (std::size_t k = 0; k < state_->slots.size(); ++k) {
        if (state_->slots[k].local) {
            coordinates.push_back(MeshCoordinate::from_linear_index(state_->shape, k));
        }
    }
    return coordinates;
}

std::shared_ptr<MeshDevice> MeshDevice::create_submesh(const MeshShape& shape,
                                                       const std::optional<MeshCoordinate>& offset) {
    TT_RUN_REQUIRE(state_->open, "the mesh device is closed");
    TT_RUN_REQUIRE(shape.dims() == state_->shape.dims(),
                   "{} has {} dimensions, but the mesh device {} has {}", shape.text(), shape.dims(),
                   state_->shape.text(), state_->shape.dims());
    const MeshCoordinate start = offset.value_or(MeshCoordinate::zero(shape.dims()));
    TT_RUN_REQUIRE(start.dims() == shape.dims(), "{} has {} dimensions, but the mesh device has {}",
                   start.text(), start.dims(), shape.dims());
    const MeshCoordinate last = start.plus(MeshCoordinateRange(shape).end_coord());
    TT_RUN_REQUIRE(last.is_inside(state_->shape), "a submesh {} at {} reaches beyond {}", shape.text(),
                   start.text(), state_->shape.text());
    auto state = std::make_unique<MeshDeviceState>(shape);
    state->runtime = state_->runtime;
    state->memory = state_->memory;
    state->parent = shared_from_this();
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(start, last)) {
        state->slots.push_back(state_->slot(coordinate));
    }
    finish_state(*state);
    add_queues(*state, num_command_queues(), [](std::uint32_t id, std::shared_ptr<WorkQueue> work) {
        return MeshCommandQueue(id, std::move(work));
    });
    std::shared_ptr<MeshDevice> submesh(new MeshDevice(std::move(state)));
    std::erase_if(state_->submeshes, [](const auto& weak) { return weak.expired(); });
    state_->submeshes.push_back(submesh);
    return submesh;
}

std::vector<std::shared_ptr<MeshDevice>> MeshDevice::create_submeshes(const MeshShape& shape) {
    TT_RUN_REQUIRE(
        shape.dims() == state_->shape.dims() &&
            std::ranges::equal(state_->shape, shape,
                               [](std::uint32_t whole, std::uint32_t part) { return whole % part == 0; }),
        "{} cannot be divided into submeshes of {}", state_->shape.text(), shape.text());
    std::vector<std::shared_ptr<MeshDevice>> submeshes;
    for (std::uint32_t row = 0; row < state_->shape[0]; row += shape[0]) {
        for (std::uint32_t column = 0; column < state_->shape[1]; column += shape[1]) {
            submeshes.push_back(create_submesh(shape, MeshCoordinate(row, column)));
        }
    }
    return submeshes;
}

std::vector<std::shared_ptr<MeshDevice>> MeshDevice::get_submeshes() const {
    std::vector<std::shared_ptr<MeshDevice>> submeshes;
    for (const auto& weak : state_->submeshes) {
        if (auto submesh = weak.lock()) {
            submeshes.push_back(std::move(submesh));
        }
    }
    return submeshes;
}

std::shared_ptr<MeshDevice> MeshDevice::parent() const {
    return state_->parent;
}

void MeshDevice::reshape(const MeshShape& shape) {
    TT_RUN_REQUIRE(get_submeshes().empty(), "a mesh device with submeshes cannot be reshaped");
    TT_RUN_REQUIRE(state_->live_buffers == 0, "a mesh device with {} buffers cannot be reshaped",
                   state_->live_buffers);
    std::vector<DeviceSlot> slots;
    for (const std::size_t from : reshape_grid(state_->shape, shape)) {
        slots.push_back(state_->slots[from]);
    }
    state_->slots = std::move(slots);
    state_->shape = shape;
}

CoreGrid MeshDevice::compute_with_storage_grid_size() const {
    return state_->runtime->grid();
}

CoreGrid MeshDevice::dram_grid_size() const {
    return {.y = 1, .x = state_->runtime->facts().dram_banks};
}

std::size_t MeshDevice::l1_size_per_core() const {
    return state_->runtime->facts().l1_bytes;
}

std::size_t MeshDevice::alignment(BufferType type) const {
    return alignment_of(state_->runtime->facts(), type);
}

MemoryView MeshDevice::memory_view(BufferType type) const {
    const std::lock_guard lock(state_->memory->mutex);
    const LockstepAllocator& allocator = state_->memory->of(type);
    const LockstepAllocator::Free free = allocator.free_on(state_->chips);
    return {state_->banks(type), allocator.capacity(), free.total, free.largest};
}

std::uint32_t MeshDevice::num_command_queues() const {
    return static_cast<std::uint32_t>(state_->queues.size());
}

MeshCommandQueue& MeshDevice::mesh_command_queue(std::optional<std::uint32_t> id) {
    TT_RUN_REQUIRE(state_->open, "the mesh device is closed");
    const std::uint32_t index = id.value_or(0);
    TT_RUN_REQUIRE(index < state_->queues.size(),
                   "there is no command queue {}; the device was opened with {}", index,
                   state_->queues.size());
    return state_->queues[index];
}

void MeshDevice::synchronize(std::optional<std::uint32_t> id) {
    if (id) {
        mesh_command_queue(id).finish();
        return;
    }
    TT_RUN_REQUIRE(state_->open, "the mesh device is closed");
    for (MeshCommandQueue& queue : state_->queues) {
        queue.finish();
    }
}

void synchronize_device(MeshDevice& device, std::optional<std::uint32_t> queue) {
    device.synchronize(queue);
}

}  // namespace tt_run::device
