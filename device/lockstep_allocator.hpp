#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace tt_run::device {

/// Which chips of this rank: bit k for the k-th.
using ChipSet = std::vector<bool>;

/// Hands out stretches of the banks of one kind of memory (DRAM or L1) on several chips at once, at the same
/// address in every bank of every one of these chips. Deterministic: the same calls give the same addresses,
/// on every rank. Not thread-safe.
class LockstepAllocator {
  public:
    /// Addresses [begin, end) of each bank, in multiples of `alignment`.
    LockstepAllocator(std::size_t begin, std::size_t end, std::size_t alignment);

    enum class From { bottom, top };

    /// The lowest (or highest) free place for `bytes` in each bank of `chips`; nothing if there is none.
    /// `bytes` is rounded up to the alignment; none at all still take one unit.
    std::optional<std::size_t> allocate(std::size_t bytes, const ChipSet& chips, From from);
    /// This very place. False if part of it is taken or does not exist.
    bool allocate_at(std::size_t address, std::size_t bytes, const ChipSet& chips);
    void release(std::size_t address, const ChipSet& chips);

    /// What is free on all of `chips`, in each bank.
    struct Free {
        std::size_t total = 0;
        std::size_t largest = 0;
    };
    Free free_on(const ChipSet& chips) const;
    std::size_t capacity() const { return end_ - begin_; }
    std::size_t live() const { return blocks_.size(); }

  private:
    struct Block {
        std::size_t end;
        ChipSet chips;
    };
    struct Gap {
        std::size_t begin;
        std::size_t end;
    };

    std::size_t rounded(std::size_t bytes) const;
    /// Free on all of `chips`, ascending.
    std::vector<Gap> gaps(const ChipSet& chips) const;

    std::size_t begin_;
    std::size_t end_;
    std::size_t alignment_;
    std::multimap<std::size_t, Block> blocks_;  ///< by address; several only if their chips differ
};

}  // namespace tt_run::device
