#pragma once

#include <cstddef>
#include <span>

namespace tt_run::device {

/// Pages side by side, to and from pages at multiples of an aligned size.
void copy_pages_in(std::span<const std::byte> packed, std::size_t page, std::span<std::byte> stored,
                   std::size_t aligned_page);
void copy_pages_out(std::span<const std::byte> stored, std::size_t page, std::span<std::byte> packed,
                    std::size_t aligned_page);

}  // namespace tt_run::device
