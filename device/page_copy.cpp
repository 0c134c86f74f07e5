#include "device/page_copy.hpp"

#include <cstring>

#include "support/check.hpp"

namespace tt_run::device {

namespace {

void copy_strided(const std::byte* from, std::size_t from_stride, std::byte* to, std::size_t to_stride,
                  std::size_t page, std::size_t pages) {
    if (from_stride == to_stride) {
        std::memcpy(to, from, pages * page);
        return;
    }
    for (std::size_t k = 0; k < pages; ++k) {
        std::memcpy(to + k * to_stride, from + k * from_stride, page);
    }
}

}  // namespace

void copy_pages_in(std::span<const std::byte> packed, std::size_t page, std::span<std::byte> stored,
                   std::size_t aligned_page) {
    if (packed.empty()) {
        return;
    }
    TT_RUN_CHECK(page != 0 && packed.size() / page * aligned_page <= stored.size());
    copy_strided(packed.data(), page, stored.data(), aligned_page, page, packed.size() / page);
}

void copy_pages_out(std::span<const std::byte> stored, std::size_t page, std::span<std::byte> packed,
                    std::size_t aligned_page) {
    if (packed.empty()) {
        return;
    }
    TT_RUN_CHECK(page != 0 && packed.size() / page * aligned_page <= stored.size());
    copy_strided(stored.data(), aligned_page, packed.data(), page, page, packed.size() / page);
}

}  // namespace tt_run::device
