#include "sockets/fifo_cursor.hpp"

#include "support/check.hpp"

namespace tt_run::sockets {

void FifoCursor::set_page_size(std::uint32_t bytes) {
    TT_RUN_CHECK(bytes > 0 && bytes <= fifo_);
    if (bytes == page_) {
        return;
    }
    page_ = bytes;
    const std::uint64_t aligned = (std::uint64_t{offset_} + bytes - 1) / bytes * bytes;
    const bool fits = aligned + bytes <= usable();
    const auto next = static_cast<std::uint32_t>(fits ? aligned : fifo_);
    count_ += next - offset_;
    offset_ = fits ? next : 0;
}

std::uint32_t FifoCursor::needed(std::uint32_t pages) const {
    const std::uint32_t bytes = pages * page_;
    return offset_ + bytes >= usable() ? bytes + (fifo_ - usable()) : bytes;
}

void FifoCursor::advance(std::uint32_t pages) {
    const std::uint32_t bytes = pages * page_;
    TT_RUN_CHECK(page_ > 0 && bytes <= usable());
    count_ += needed(pages);
    offset_ = (offset_ + bytes) % usable();
}

}  // namespace tt_run::sockets
