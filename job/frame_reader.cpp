#include "job/frame_reader.hpp"

#include <algorithm>

namespace tt_run::job {

namespace {

constexpr std::size_t kSizeBytes = 4;

}  // namespace

char* FrameReader::room(std::size_t size) {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    }
    if (buffer_.size() - end_ < size && begin_ != 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() - end_ < size) {
        buffer_.resize(end_ + size);
    }
    return buffer_.data() + end_;
}

std::optional<std::string_view> FrameReader::next() {
    if (broken_ || end_ - begin_ < kSizeBytes) {
        return std::nullopt;
    }
    std::uint32_t size = 0;
    for (std::size_t k = 0; k < kSizeBytes; ++k) {
        size |= static_cast<std::uint32_t>(static_cast<unsigned char>(buffer_[begin_ + k])) << (8 * k);
    }
    if (size > largest_) {
        broken_ = true;
        return std::nullopt;
    }
    if (end_ - begin_ - kSizeBytes < size) {
        return std::nullopt;
    }
    const std::string_view payload(buffer_.data() + begin_ + kSizeBytes, size);
    begin_ += kSizeBytes + size;
    return payload;
}

}  // namespace tt_run::job
