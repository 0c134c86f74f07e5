#include "device/chip_facts.hpp"

#include "support/check.hpp"

namespace tt_run::device {

namespace {

constexpr std::size_t kGiB = std::size_t{1} << 30U;

constexpr ChipFacts kWormhole{.architecture = topology::Architecture::wormhole_b0,
                              .name = "wormhole_b0",
                              .tensix = {.y = 10, .x = 8},
                              .harvests_rows = true,
                              .l1_bytes = 1'499'136,
                              .dram_banks = 12,
                              .dram_bank_bytes = kGiB,
                              .l1_alignment = 16,
                              .dram_alignment = 32,
                              .ethernet_channels = 16};

constexpr ChipFacts kBlackhole{.architecture = topology::Architecture::blackhole,
                               .name = "blackhole",
                               .tensix = {.y = 10, .x = 14},
                               .harvests_rows = false,
                               .l1_bytes = 1'572'864,
                               .dram_banks = 8,
                               .dram_bank_bytes = 4'278'190'080,
                               .l1_alignment = 16,
                               .dram_alignment = 64,
                               .ethernet_channels = 14};

}  // namespace

const ChipFacts& facts_of(topology::Architecture architecture) {
    return architecture == topology::Architecture::blackhole ? kBlackhole : kWormhole;
}

CoreGrid compute_grid(const ChipFacts& facts, std::uint32_t harvested) {
    CoreGrid grid = facts.tensix;
    std::size_t& extent = facts.harvests_rows ? grid.y : grid.x;
    TT_RUN_CHECK(harvested + 1 < extent);
    extent -= harvested + 1;
    return grid;
}

std::size_t alignment_of(const ChipFacts& facts, BufferType type) {
    return type == BufferType::dram || type == BufferType::trace ? facts.dram_alignment : facts.l1_alignment;
}

}  // namespace tt_run::device
