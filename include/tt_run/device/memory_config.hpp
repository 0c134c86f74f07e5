#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tt_run/device/core_coord.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

/// Where a buffer lies; numbered as in tt-metal.
enum class BufferType : std::uint8_t { dram = 0, l1 = 1, system_memory = 2, l1_small = 3, trace = 4 };
TT_RUN_API std::string_view name_of(BufferType type);

enum class TensorMemoryLayout : std::uint8_t {
    interleaved = 0,     ///< page i in bank i mod banks
    height_sharded = 2,  ///< rows of shards, one core each
    width_sharded = 3,
    block_sharded = 4,
};
TT_RUN_API std::string_view name_of(TensorMemoryLayout layout);

enum class ShardOrientation : std::uint8_t { row_major, column_major };

/// How a sharded tensor is cut: `shape` is rows and columns of one shard, in elements of the tensor seen as
/// one matrix (all dimensions but the last make the rows).
struct ShardSpec {
    CoreRangeSet grid;
    std::array<std::uint32_t, 2> shape{0, 0};
    ShardOrientation orientation = ShardOrientation::row_major;
    bool operator==(const ShardSpec&) const = default;
};

/// Where a tensor's pages go on each device. A sharded one needs a shard spec.
struct MemoryConfig {
    TensorMemoryLayout memory_layout = TensorMemoryLayout::interleaved;
    BufferType buffer_type = BufferType::dram;
    std::optional<ShardSpec> shard_spec;

    bool is_sharded() const { return memory_layout != TensorMemoryLayout::interleaved; }
    bool operator==(const MemoryConfig&) const = default;
};

inline const MemoryConfig kDramMemoryConfig{TensorMemoryLayout::interleaved, BufferType::dram, {}};
inline const MemoryConfig kL1MemoryConfig{TensorMemoryLayout::interleaved, BufferType::l1, {}};

}  // namespace tt_run::device
