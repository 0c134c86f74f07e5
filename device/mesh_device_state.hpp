#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "device/lockstep_allocator.hpp"
#include "device/runtime.hpp"
#include "device/work_queue.hpp"
#include "tt_run/device/mesh_device.hpp"

namespace tt_run::device {

/// What a mesh device and all its submeshes share: who has which part of the chips' memory.
struct DeviceMemory {
    LockstepAllocator dram;
    LockstepAllocator l1;
    LockstepAllocator l1_small;
    LockstepAllocator trace;
    /// All open mesh devices over these chips, to wait for work that still uses memory given back.
    std::vector<MeshDeviceState*> users = {};
    std::mutex mutex = {};  ///< of all of them

    LockstepAllocator& of(BufferType type);
};

/// One device of a mesh device.
struct DeviceSlot {
    FabricNodeId node;
    std::int32_t physical_id = -1;
    std::optional<std::size_t> local;  ///< its number among this rank's chips
};

struct SubDeviceManager {
    SubDeviceManagerId id = 0;
    std::vector<SubDevice> sub_devices;
};

struct MeshDeviceState {
    explicit MeshDeviceState(MeshShape grid) : shape(std::move(grid)) {}

    Runtime* runtime = nullptr;
    int id = 0;
    MeshShape shape;
    std::vector<DeviceSlot> slots;  ///< row-major
    std::shared_ptr<DeviceMemory> memory;
    ChipSet chips;  ///< the local ones
    std::shared_ptr<MeshDevice> parent;
    std::vector<std::weak_ptr<MeshDevice>> submeshes;
    std::vector<MeshCommandQueue> queues;
    bool open = true;
    /// Guarded by `memory->mutex`: memory was given back while work was queued that may still use it.
    bool released_while_busy = false;
    std::size_t live_buffers = 0;             ///< likewise
    std::size_t live_sub_device_buffers = 0;  ///< likewise: of those, the ones on a sub-device
    std::vector<SubDeviceManager> managers;   ///< the first is the default
    std::size_t loaded_manager = 0;
    SubDeviceManagerId next_manager_id = 1;

    WorkQueue& queue(std::uint32_t index = 0) { return queues[index].work(); }
    bool idle() const;
    const DeviceSlot& slot(const MeshCoordinate& coordinate) const {
        return slots[coordinate.to_linear_index(shape)];
    }
    /// Of one local device, one kind of memory.
    std::span<std::byte> chip_memory(const DeviceSlot& slot, BufferType type) const;
    std::size_t banks(BufferType type) const;
};

}  // namespace tt_run::device
