#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "topology/mgd/mesh_graph_descriptor.hpp"
#include "tt_run/device/core_coord.hpp"
#include "tt_run/device/memory_config.hpp"

namespace tt_run::device {

/// What a chip of an architecture has: the one place for such numbers in the runtime. From the vendor's
/// architecture documents and the SoC descriptors of tt-metal.
struct ChipFacts {
    topology::Architecture architecture;
    std::string_view name;   ///< as tt-metal says it: "wormhole_b0"
    CoreGrid tensix;         ///< of a chip with nothing switched off
    bool harvests_rows;      ///< else columns
    std::size_t l1_bytes;    ///< of one core
    std::size_t dram_banks;  ///< they stand in one row, so the DRAM grid is banks x 1
    std::size_t dram_bank_bytes;
    std::size_t l1_alignment;
    std::size_t dram_alignment;
    std::uint32_t ethernet_channels;
};

const ChipFacts& facts_of(topology::Architecture architecture);

/// Kept free at the foot of every core's L1, as the firmware's mailboxes, stacks and kernel arguments do it
/// on silicon. The vendor's size differs between releases; ours is near the largest.
inline constexpr std::size_t kReservedL1Bytes = std::size_t{104} * 1024;
/// Likewise in every DRAM bank; so no buffer has address 0.
inline constexpr std::size_t kReservedDramBytes = 1024;

/// The cores that programs may use: one row (Wormhole) or column (Blackhole) is kept for dispatch, and
/// `harvested` more are switched off.
CoreGrid compute_grid(const ChipFacts& facts, std::uint32_t harvested);

std::size_t alignment_of(const ChipFacts& facts, BufferType type);

}  // namespace tt_run::device
