#include "tt_run/device/data_type.hpp"

#include "support/check.hpp"

namespace tt_run::device {

namespace {

struct DataTypeFacts {
    std::string_view name;
    std::uint8_t element_bytes;
    std::uint16_t tile_bytes;
};

// By number. A block float's tile is 64 shared exponents and 1024 values of 8 or 4 bits.
constexpr DataTypeFacts kFacts[] = {{"bfloat16", 2, 2048},  {"float32", 4, 4096},  {"uint32", 4, 4096},
                                    {"bfloat8_b", 0, 1088}, {"bfloat4_b", 0, 576}, {"uint8", 1, 1024},
                                    {"uint16", 2, 2048},    {"int32", 4, 4096}};

const DataTypeFacts& facts_of(DataType type) {
    TT_RUN_CHECK(static_cast<std::size_t>(type) < std::size(kFacts));
    return kFacts[static_cast<std::size_t>(type)];
}

}  // namespace

std::string_view name_of(DataType type) {
    return facts_of(type).name;
}

bool is_block_float(DataType type) {
    return type == DataType::bfloat8_b || type == DataType::bfloat4_b;
}

bool is_floating_point(DataType type) {
    return type == DataType::float32 || type == DataType::bfloat16 || is_block_float(type);
}

std::size_t element_bytes(DataType type) {
    return facts_of(type).element_bytes;
}

std::size_t tile_bytes(DataType type) {
    return facts_of(type).tile_bytes;
}

std::string_view name_of(Layout layout) {
    return layout == Layout::tile ? "TILE" : "ROW_MAJOR";
}

}  // namespace tt_run::device
