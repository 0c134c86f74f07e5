#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tt_run/device/command_queue.hpp"
#include "tt_run/device/core_coord.hpp"
#include "tt_run/device/memory_config.hpp"
#include "tt_run/device/mesh_coordinate.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

/// A chip's name in the whole job: its mesh, and its row-major number there.
struct FabricNodeId {
    std::int32_t mesh_id = 0;
    std::int32_t chip_id = 0;
    auto operator<=>(const FabricNodeId&) const = default;
    /// `M0D5`.
    std::string text() const {
        std::string name = "M";
        name += std::to_string(mesh_id);
        name += 'D';
        return name += std::to_string(chip_id);
    }
};

struct MeshDeviceConfig {
    std::optional<MeshShape> mesh_shape = std::nullopt;   ///< nothing: the whole mesh of this rank
    std::optional<MeshCoordinate> offset = std::nullopt;  ///< of the first device within that mesh
    std::vector<std::int32_t> physical_device_ids = {};   ///< these devices, row-major; needs `mesh_shape`
    std::size_t l1_small_size = 0;                        ///< bytes set aside at the top of each core's L1
    std::size_t trace_region_size = 0;                    ///< bytes of each chip's DRAM set aside
    std::uint32_t num_command_queues = 1;                 ///< 1 or 2
    std::size_t worker_l1_size = 0;                       ///< L1 for buffers, if less than all; 0: all
};

/// Cores that work together, apart from those of other sub-devices.
struct SubDevice {
    CoreRangeSet cores;
};
using SubDeviceId = std::uint32_t;
using SubDeviceManagerId = std::uint64_t;

/// How much of one kind of memory is left in each bank.
struct MemoryView {
    std::size_t banks = 0;
    std::size_t bytes_per_bank = 0;  ///< for buffers
    std::size_t free_bytes_per_bank = 0;
    std::size_t largest_free_bytes_per_bank = 0;
};

struct MeshDeviceState;

/// A grid of devices used as one. Opening one is collective: all ranks of the job must. Of a mesh that
/// several ranks drive (a big mesh) every rank opens the same shape; its own devices are the local ones, and
/// only those hold data here.
///   open -> closed (close, or the last pointer goes)
/// Members may be called from any thread; what they queue runs in order.
class TT_RUN_API MeshDevice : public std::enable_shared_from_this<MeshDevice> {
  public:
    /// Opens a part of this rank's mesh. A shape that does not fit is turned by 90 degrees; a row or column
    /// longer than the mesh is laid through it as a line, row after row to and fro. Throws std::runtime_error
    /// if it still does not fit, if the offset does not, if a device is open already, and for a wrong
    /// environment, variable by variable. The first one starts the runtime.
    static std::shared_ptr<MeshDevice> create(const MeshDeviceConfig& config = {});
    /// One device, by its number among the visible ones.
    static std::shared_ptr<MeshDevice> create_unit_mesh(std::int32_t device_id, MeshDeviceConfig config = {});
    static std::vector<std::shared_ptr<MeshDevice>> create_unit_meshes(
        const std::vector<std::int32_t>& device_ids, const MeshDeviceConfig& config = {});
    ~MeshDevice();
    MeshDevice(const MeshDevice&) = delete;
    MeshDevice& operator=(const MeshDevice&) = delete;

    /// Waits for queued work, then gives the devices back. Twice is as good as once. Throws what failed in a
    /// queue, after closing.
    void close();
    bool is_open() const;

    int id() const;
    std::string_view arch() const;  ///< "wormhole_b0" or "blackhole"
    const MeshShape& shape() const;
    std::size_t num_devices() const;
    /// Physical ids, row-major; -1 for devices of other ranks.
    std::vector<std::int32_t> get_device_ids() const;
    std::int32_t get_device_id(const MeshCoordinate& coordinate) const;
    FabricNodeId get_fabric_node_id(const MeshCoordinate& coordinate) const;
    bool is_local(const MeshCoordinate& coordinate) const;
    /// Row-major.
    std::vector<MeshCoordinate> local_coordinates() const;

    /// Devices of this one, used apart: all extents above 0, as many dimensions as here, inside this shape.
    /// Keeps this device alive; buffers of both are kept apart.
    std::shared_ptr<MeshDevice> create_submesh(const MeshShape& shape,
                                               const std::optional<MeshCoordinate>& offset = std::nullopt);
    /// As many of this shape as this one holds, row-major. Throws unless every extent divides.
    std::vector<std::shared_ptr<MeshDevice>> create_submeshes(const MeshShape& shape);
    std::vector<std::shared_ptr<MeshDevice>> get_submeshes() const;
    std::shared_ptr<MeshDevice> parent() const;
    /// The same devices in another grid. Throws for another number of devices, with submeshes or buffers
    /// alive, and for grids whose neighbours would not be neighbours (only turning, and to or from a line).
    void reshape(const MeshShape& shape);

    CoreGrid compute_with_storage_grid_size() const;
    CoreGrid dram_grid_size() const;
    std::size_t l1_size_per_core() const;
    std::size_t alignment(BufferType type) const;
    MemoryView memory_view(BufferType type) const;

    std::uint32_t num_command_queues() const;
    /// Queue 0 without a number. Throws for a number that is not there and once the device is closed.
    MeshCommandQueue& mesh_command_queue(std::optional<std::uint32_t> id = std::nullopt);
    /// Waits for one queue, or all.
    void synchronize(std::optional<std::uint32_t> id = std::nullopt);

    /// Divisions into sub-devices; the default one is all cores as sub-device 0. Throws for cores outside the
    /// grid or in two sub-devices. Loading and clearing throw while buffers live on a sub-device.
    SubDeviceManagerId create_sub_device_manager(std::vector<SubDevice> sub_devices,
                                                 std::size_t local_l1_size = 0);
    void load_sub_device_manager(SubDeviceManagerId id);
    void clear_loaded_sub_device_manager();
    void remove_sub_device_manager(SubDeviceManagerId id);
    std::vector<SubDeviceId> get_sub_device_ids() const;
    CoreRangeSet sub_device_cores(SubDeviceId id) const;

    /// For the runtime's own parts.
    MeshDeviceState& state() const { return *state_; }

  private:
    explicit MeshDevice(std::unique_ptr<MeshDeviceState> state);
    std::unique_ptr<MeshDeviceState> state_;
};

/// How many devices this process sees, and their numbers. Starts the runtime.
TT_RUN_API std::size_t get_num_devices();
TT_RUN_API std::vector<std::int32_t> get_device_ids();

/// Waits for one queue of a device, or all.
TT_RUN_API void synchronize_device(MeshDevice& device, std::optional<std::uint32_t> queue = std::nullopt);

}  // namespace tt_run::device
