#include "sockets/fifo_cursor.hpp"

#include "support/check.hpp"

namespace tt_run::sockets {

namespace {

/// A free-running count, that many bytes later.
std::uint32_t later(std::uint32_t count, std::uint32_t bytes) {
    return static_cast<std::uint32_t>(std::uint64_t{count} + bytes);
}

}  // namespace

void FifoCursor::set_page_size(std::uint32_t bytes) {
    TT_RUN_CHECK(bytes > 0 && bytes <= fifo_);
    if (bytes == page_) {
        return;
    }
    page_ = bytes;
    const std::uint64_t aligned = (std::uint64_t{offset_} + bytes - 1) / bytes * bytes;
    const bool fits = aligned + bytes <= usable();
    const auto next = static_cast<std::uint32_t>(fits ? aligned : fifo_);
    count_ = later(count_, next - offset_);
    offset_ = fits ? next : 0;
}

std::uint32_t FifoCursor::needed(std::uint32_t pages) const {
    const std::uint64_t bytes = std::uint64_t{pages} * page_;
    TT_RUN_CHECK(page_ > 0 && bytes <= usable());
    const std::uint32_t skipped = offset_ + bytes >= usable() ? fifo_ - usable() : 0;
    return static_cast<std::uint32_t>(bytes + skipped);
}

void FifoCursor::advance(std::uint32_t pages) {
    count_ = later(count_, needed(pages));
    offset_ = static_cast<std::uint32_t>((offset_ + std::uint64_t{pages} * page_) % usable());
}

}  // namespace tt_run::sockets
