#pragma once

#include <cstdint>

namespace tt_run::sockets {

/// Bytes from one free-running count to another that is not behind it, modulo 2^32.
constexpr std::uint32_t bytes_between(std::uint32_t from, std::uint32_t to) {
    return static_cast<std::uint32_t>((std::uint64_t{1} << 32U) + to - from);
}

/// Where one end of a socket stands in its FIFO. Both ends do the same arithmetic on the same sequence of
/// calls, so they agree without talking (reference: tt-metal's socket_api.h; the rules are in
/// docs/design/sockets.md):
/// - pages are used one behind the other as long as whole ones fit; the tail of the FIFO that is no whole
/// page
///   is skipped when the end is reached, and what is skipped counts as passed;
/// - a new page size moves the end up to its next multiple; if no page fits there, to the start. Skipped
///   bytes count.
/// `count` is free-running in 32 bits; the difference of two ends' counts is what lies between them.
class FifoCursor {
  public:
    /// An end at the start, with no page size yet.
    explicit FifoCursor(std::uint32_t fifo_bytes) : fifo_(fifo_bytes) {}

    /// 0 < `bytes` <= the FIFO. Nothing changes if it is the size already.
    void set_page_size(std::uint32_t bytes);
    std::uint32_t page_size() const { return page_; }
    /// Bytes of the FIFO that whole pages take.
    std::uint32_t usable() const { return fifo_ - fifo_ % page_; }
    std::uint32_t fifo_size() const { return fifo_; }

    /// Of the next page, from the FIFO's start.
    std::uint32_t offset() const { return offset_; }
    /// Of the bytes passed since the beginning, skipped ones included.
    std::uint32_t count() const { return count_; }

    /// By how much the other end's count must be ahead for `pages` more to be read here: they themselves, and
    /// what is skipped if they reach the end. `pages` take no more than `usable`.
    std::uint32_t needed(std::uint32_t pages) const;
    /// Goes past `pages`.
    void advance(std::uint32_t pages);

  private:
    std::uint32_t fifo_;
    std::uint32_t page_ = 0;
    std::uint32_t offset_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace tt_run::sockets
