#pragma once

#include <cstddef>
#include <cstdint>

namespace tt_run::sockets {

/// How many bytes a fabric packet carries at most unless its routers are told otherwise (4 pages of 1088
/// bytes: tt-metal's default).
inline constexpr std::uint32_t kUsualPayload = 4352;

/// What a transfer is cut into. Pages travel in blocks, the unit in which the FIFO is reserved and freed.
struct TransferPlan {
    std::size_t page = 0;             ///< bytes of a tensor's page, as the buffer aligns it
    std::size_t stride = 0;           ///< of pages within a block: `page`, aligned for both memories
    std::size_t pages_per_block = 1;  ///< several if a packet holds several
    std::uint32_t block = 0;          ///< bytes of a block: the page size that the FIFO sees
    std::size_t pages = 0;
    std::size_t blocks = 0;  ///< the last may be partly filled, and takes a whole one all the same

    /// Pages of one block.
    std::size_t pages_of(std::size_t index) const;
};

/// `alignment` is the larger of the FIFO's memory's and the tensor's, `payload` a packet's. Pages no longer
/// than a packet share one, as many as fit; a longer page is a block of its own. The block is no longer than
/// the FIFO exactly if `page`, aligned, is not.
TransferPlan plan_transfer(std::size_t page, std::size_t pages, std::size_t alignment,
                           std::uint32_t fifo_bytes, std::uint32_t payload = kUsualPayload);

/// The part of `pages` that connection `index` of `count` carries: contiguous, the first ones one page more.
struct PageRange {
    std::size_t first = 0;
    std::size_t count = 0;
};
PageRange split_pages(std::size_t pages, std::size_t index, std::size_t count);

}  // namespace tt_run::sockets
