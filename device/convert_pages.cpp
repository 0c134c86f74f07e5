// How tensors change type and layout, one shard's pages at a time.

#include <algorithm>
#include <cstring>

#include "device/tensor_codec.hpp"
#include "device/tensor_state.hpp"

namespace tt_run::device {

std::vector<std::byte> convert_pages(const TensorSpec& from, std::span<const std::byte> pages,
                                     const TensorSpec& to) {
    std::vector<std::byte> converted(to.packed_bytes());
    const DataType source = from.data_type();
    const DataType target = to.data_type();
    if (source == target && from.layout() == to.layout()) {
        std::ranges::copy(pages, converted.begin());
    } else if (source == target && !is_block_float(source)) {
        std::vector<std::byte> elements(from.logical_shape().volume() * element_bytes(source));
        unpack_elements(from, pages, elements);
        pack_elements(to, elements, converted);
    } else if (is_floating_point(source) && is_floating_point(target)) {
        encode_floats(to, decode_floats(from, pages), converted);
    } else if (is_floating_point(source)) {
        const std::vector<float> floats = decode_floats(from, pages);
        std::vector<Integer> integers(floats.size());
        std::ranges::transform(floats, integers.begin(),
                               [&](float value) { return to_integer(value, target); });
        encode_integers(to, integers, converted);
    } else {
        const std::vector<Integer> integers = decode_integers(from, pages);
        if (is_floating_point(target)) {
            std::vector<float> floats(integers.begin(), integers.end());
            encode_floats(to, floats, converted);
        } else {
            encode_integers(to, integers, converted);
        }
    }
    return converted;
}

}  // namespace tt_run::device
