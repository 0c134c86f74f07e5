#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <vector>

#include "tt_run/device/command_queue.hpp"
#include "tt_run/device/memory_config.hpp"
#include "tt_run/device/mesh_device.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

struct MeshBufferConfig {
    std::size_t size = 0;  ///< bytes on every device, all pages together
    std::size_t page_size = 0;
    BufferType buffer_type = BufferType::dram;
    /// Take exactly so many bytes of every bank, rather than spread pages over the banks: for FIFOs and the
    /// like, that stand at one address in every core. `size` must be no more than this then.
    std::optional<std::size_t> bytes_per_bank = std::nullopt;
    /// Put so many pages into each bank, on as many banks as that takes: for sharded tensors.
    std::optional<std::size_t> pages_per_bank = std::nullopt;
    std::optional<bool> bottom_up = std::nullopt;  ///< unset: DRAM from the bottom, L1 from the top
    std::optional<SubDeviceId> sub_device = std::nullopt;
};

/// The same stretch of memory on every device of a mesh, at one address that is valid in every bank of all of
/// them. On a device its pages lie side by side in their order, each rounded up to the alignment. New memory
/// holds a pattern (0xA5 in every byte) until written. Keeps its mesh device, and so the parents of that,
/// alive. Members may be called from any thread; what reads and writes goes through a command queue.
class TT_RUN_API MeshBuffer {
  public:
    static constexpr std::byte kPoison{0xA5};

    /// Throws when memory runs out, naming the kind of memory, what is needed and what is free.
    /// `address`: this very place.
    static std::shared_ptr<MeshBuffer> create(const MeshBufferConfig& config,
                                              const std::shared_ptr<MeshDevice>& device,
                                              std::optional<std::size_t> address = std::nullopt);
    /// Without the pattern: for memory that queue 0 fills at once.
    static std::shared_ptr<MeshBuffer> create_to_be_filled(const MeshBufferConfig& config,
                                                           const std::shared_ptr<MeshDevice>& device);
    ~MeshBuffer();
    MeshBuffer(const MeshBuffer&) = delete;
    MeshBuffer& operator=(const MeshBuffer&) = delete;

    std::size_t address() const { return address_; }
    std::size_t size() const { return config_.size; }
    std::size_t page_size() const { return config_.page_size; }
    std::size_t aligned_page_size() const { return aligned_page_; }
    std::size_t num_pages() const { return pages_; }
    std::size_t bytes_per_bank() const { return bytes_per_bank_; }
    const MeshBufferConfig& config() const { return config_; }
    const std::shared_ptr<MeshDevice>& device() const { return device_; }

    /// Gives the memory back. What is queued already still finds it. Twice is as good as once.
    void deallocate();
    bool is_allocated() const { return allocated_; }

    /// All its bytes on a local device, pages at multiples of the aligned page size; or those in one bank,
    /// for a buffer with `bytes_per_bank`. Only for queued work: the memory belongs to whoever is next in
    /// queue. Throws once deallocated, for a device of another rank, and for a bank that is not there.
    std::span<std::byte> local_bytes(const MeshCoordinate& coordinate) const;
    std::span<std::byte> bank_bytes(const MeshCoordinate& coordinate, std::size_t bank) const;
    /// The bank of a worker core's L1. Throws for a core outside the compute grid.
    std::size_t bank_of(CoreCoord core) const;

  private:
    MeshBuffer(const MeshBufferConfig& config, std::shared_ptr<MeshDevice> device);
    void allocate(std::optional<std::size_t> address);
    void fill_with_poison();

    MeshBufferConfig config_;
    std::shared_ptr<MeshDevice> device_;
    std::size_t aligned_page_ = 0;
    std::size_t pages_ = 0;
    std::size_t bytes_per_bank_ = 0;
    std::size_t address_ = 0;
    bool allocated_ = false;
};

/// Writes packed pages to one device; `data` is kept until it is done. Nothing happens on devices of other
/// ranks.
TT_RUN_API void write_shard(MeshCommandQueue& queue, const std::shared_ptr<MeshBuffer>& buffer,
                            std::shared_ptr<const std::vector<std::byte>> data,
                            const MeshCoordinate& coordinate, bool blocking = false,
                            std::source_location where = std::source_location::current());
/// Reads all pages of one device, packed, and waits for them. Leaves `data` alone on devices of other ranks.
TT_RUN_API void read_shard(MeshCommandQueue& queue, std::vector<std::byte>& data,
                           const std::shared_ptr<MeshBuffer>& buffer, const MeshCoordinate& coordinate,
                           std::source_location where = std::source_location::current());

}  // namespace tt_run::device
