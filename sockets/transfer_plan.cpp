#include "sockets/transfer_plan.hpp"

#include <algorithm>

namespace tt_run::sockets {

std::size_t TransferPlan::pages_of(std::size_t index) const {
    return std::min(pages_per_block, pages - index * pages_per_block);
}

TransferPlan plan_transfer(std::size_t page, std::size_t pages, std::size_t alignment,
                           std::uint32_t fifo_bytes, std::uint32_t payload) {
    TransferPlan plan;
    plan.page = page;
    plan.pages = pages;
    plan.stride = (page + alignment - 1) / alignment * alignment;
    const std::size_t packet = std::min<std::size_t>(payload, fifo_bytes) / alignment * alignment;
    plan.pages_per_block = std::max<std::size_t>(1, packet / plan.stride);
    plan.block = static_cast<std::uint32_t>(plan.pages_per_block * plan.stride);
    plan.blocks = (pages + plan.pages_per_block - 1) / plan.pages_per_block;
    return plan;
}

PageRange split_pages(std::size_t pages, std::size_t index, std::size_t count) {
    const std::size_t base = pages / count;
    const std::size_t longer = pages % count;
    return {index * base + std::min(index, longer), base + (index < longer ? 1 : 0)};
}

}  // namespace tt_run::sockets
