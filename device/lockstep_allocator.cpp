#include "device/lockstep_allocator.hpp"

#include <algorithm>

#include "support/check.hpp"

namespace tt_run::device {

namespace {

bool share_a_chip(const ChipSet& a, const ChipSet& b) {
    for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
        if (a[k] && b[k]) {
            return true;
        }
    }
    return false;
}

}  // namespace

LockstepAllocator::LockstepAllocator(std::size_t begin, std::size_t end, std::size_t alignment)
    : begin_((begin + alignment - 1) / alignment * alignment),
      end_(std::max(begin_, end / alignment * alignment)),
      alignment_(alignment) {}

std::size_t LockstepAllocator::rounded(std::size_t bytes) const {
    return std::max(alignment_, (bytes + alignment_ - 1) / alignment_ * alignment_);
}

std::vector<LockstepAllocator::Gap> LockstepAllocator::gaps(const ChipSet& chips) const {
    std::vector<Gap> result;
    std::size_t free_from = begin_;
    for (const auto& [address, block] : blocks_) {
        if (!share_a_chip(block.chips, chips)) {
            continue;
        }
        if (address > free_from) {
            result.push_back({free_from, address});
        }
        free_from = std::max(free_from, block.end);
    }
    if (free_from < end_) {
        result.push_back({free_from, end_});
    }
    return result;
}

std::optional<std::size_t> LockstepAllocator::allocate(std::size_t bytes, const ChipSet& chips, From from) {
    const std::size_t size = rounded(bytes);
    const std::vector<Gap> free = gaps(chips);
    const auto fits = [&](const Gap& gap) { return gap.end - gap.begin >= size; };
    std::optional<std::size_t> address;
    if (from == From::bottom) {
        const auto found = std::find_if(free.begin(), free.end(), fits);
        address = found == free.end() ? std::nullopt : std::optional(found->begin);
    } else {
        const auto found = std::find_if(free.rbegin(), free.rend(), fits);
        address = found == free.rend() ? std::nullopt : std::optional(found->end - size);
    }
    if (address) {
        blocks_.emplace(*address, Block{*address + size, chips});
    }
    return address;
}

bool LockstepAllocator::allocate_at(std::size_t address, std::size_t bytes, const ChipSet& chips) {
    const std::size_t end = address + rounded(bytes);
    const std::vector<Gap> free = gaps(chips);
    const bool fits = address % alignment_ == 0 && std::any_of(free.begin(), free.end(), [&](const Gap& gap) {
                          return address >= gap.begin && end <= gap.end;
                      });
    if (fits) {
        blocks_.emplace(address, Block{end, chips});
    }
    return fits;
}

void LockstepAllocator::release(std::size_t address, const ChipSet& chips) {
    const auto [first, last] = blocks_.equal_range(address);
    const auto found =
        std::find_if(first, last, [&](const auto& entry) { return entry.second.chips == chips; });
    TT_RUN_CHECK(found != last);
    blocks_.erase(found);
}

LockstepAllocator::Free LockstepAllocator::free_on(const ChipSet& chips) const {
    Free free;
    for (const Gap& gap : gaps(chips)) {
        free.total += gap.end - gap.begin;
        free.largest = std::max(free.largest, gap.end - gap.begin);
    }
    return free;
}

}  // namespace tt_run::device
