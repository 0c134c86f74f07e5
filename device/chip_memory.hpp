#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "support/error.hpp"

namespace tt_run::device {

/// What one chip's memory is made of, banks side by side. L1 has one bank for each core.
struct ChipMemoryLayout {
    std::size_t dram_banks = 0;
    std::size_t dram_bank_bytes = 0;
    std::size_t l1_banks = 0;
    std::size_t l1_bank_bytes = 0;
    bool operator==(const ChipMemoryLayout&) const = default;
};

/// The memory of all chips of this process: one shared mapping of an anonymous file, of which only touched
/// pages cost anything. It needs no /dev/shm, and the file can be lent to a neighbour process. Any thread may
/// use it; who may touch which bytes when is for the allocator and the queues to say.
///
/// A chip's DRAM is its banks' memory interleaved rather than one bank after the other: a buffer that takes
/// bytes [a, a + n) of each of b banks owns the contiguous bytes [a * b, (a + n) * b). So a buffer's pages
/// lie side by side in their order, and no two buffers overlap as long as they do not in a bank. L1 likewise.
class ChipMemory {
  public:
    static support::Result<std::shared_ptr<ChipMemory>> create(std::size_t chips,
                                                               const ChipMemoryLayout& layout);
    ~ChipMemory();
    ChipMemory(const ChipMemory&) = delete;
    ChipMemory& operator=(const ChipMemory&) = delete;

    const ChipMemoryLayout& layout() const { return layout_; }
    std::size_t chips() const { return chips_; }
    std::span<std::byte> dram(std::size_t chip) const;
    std::span<std::byte> l1(std::size_t chip) const;

    /// Gives the whole pages inside `bytes`, a part of this memory, back to the system; they read as zero.
    void discard(std::span<std::byte> bytes) const;

    /// The file behind it, and where `byte`, a part of this memory, lies in it.
    int file_descriptor() const { return file_; }
    std::size_t offset_of(const std::byte* byte) const { return static_cast<std::size_t>(byte - base_); }
    std::size_t size() const { return chips_ * chip_bytes_; }

  private:
    ChipMemory() = default;

    ChipMemoryLayout layout_;
    std::size_t chips_ = 0;
    std::size_t dram_bytes_ = 0;
    std::size_t chip_bytes_ = 0;
    int file_ = -1;
    std::byte* base_ = nullptr;
};

}  // namespace tt_run::device
