#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tt_run/device/bfloat16.hpp"
#include "tt_run/export.hpp"

namespace tt_run::device {

/// Element types, numbered as in tt-metal.
enum class DataType : std::uint8_t {
    bfloat16 = 0,
    float32 = 1,
    uint32 = 2,
    bfloat8_b = 3,  ///< 16 values share an exponent; tiles only
    bfloat4_b = 4,  ///< likewise
    uint8 = 5,
    uint16 = 6,
    int32 = 7,
};
inline constexpr DataType kAllDataTypes[] = {DataType::bfloat16,  DataType::float32,   DataType::uint32,
                                             DataType::bfloat8_b, DataType::bfloat4_b, DataType::uint8,
                                             DataType::uint16,    DataType::int32};

TT_RUN_API std::string_view name_of(DataType type);
TT_RUN_API bool is_block_float(DataType type);
TT_RUN_API bool is_floating_point(DataType type);
/// Bytes of one element; 0 for block floats, whose smallest unit is a block.
TT_RUN_API std::size_t element_bytes(DataType type);
/// Bytes of one 32x32 tile.
TT_RUN_API std::size_t tile_bytes(DataType type);

/// The element type that a C++ type stands for.
template <class T>
inline constexpr DataType kDataTypeOf = DataType::float32;
template <>
inline constexpr DataType kDataTypeOf<bfloat16> = DataType::bfloat16;
template <>
inline constexpr DataType kDataTypeOf<std::uint32_t> = DataType::uint32;
template <>
inline constexpr DataType kDataTypeOf<std::uint16_t> = DataType::uint16;
template <>
inline constexpr DataType kDataTypeOf<std::uint8_t> = DataType::uint8;
template <>
inline constexpr DataType kDataTypeOf<std::int32_t> = DataType::int32;

/// Where pages of a tensor lie in it.
enum class Layout : std::uint8_t {
    row_major = 0,  ///< a page is one row of the last dimension
    tile = 1,       ///< a page is a 32x32 tile of four 16x16 faces
};
TT_RUN_API std::string_view name_of(Layout layout);

inline constexpr std::uint32_t kTileSide = 32;
inline constexpr std::uint32_t kFaceSide = 16;
inline constexpr std::size_t kTileElements = std::size_t{kTileSide} * kTileSide;

}  // namespace tt_run::device
