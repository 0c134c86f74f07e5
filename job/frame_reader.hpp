#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt_run::job {

/// Cuts a stream of bytes into frames' payloads. Never holds more than one payload of the limit and one read.
/// Not thread-safe.
class FrameReader {
  public:
    explicit FrameReader(std::uint32_t largest_payload) : largest_(largest_payload) {}

    void set_largest_payload(std::uint32_t bytes) { largest_ = bytes; }

    /// Room for `size` more bytes; `commit` says how many of them were filled.
    char* room(std::size_t size);
    void commit(std::size_t size) { end_ += size; }

    /// The next whole payload, good until `room` is called; nothing when more bytes are needed or the stream
    /// is broken.
    std::optional<std::string_view> next();

    /// A frame announced a payload over the limit: the peer does not speak our language.
    bool broken() const { return broken_; }

  private:
    std::uint32_t largest_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool broken_ = false;
};

}  // namespace tt_run::job
