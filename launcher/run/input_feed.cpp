#include "launcher/run/input_feed.hpp"

#include <algorithm>
#include <cerrno>

#include <unistd.h>

namespace tt_run::launcher {

namespace {

constexpr std::size_t kBlock = 64U << 10U;

}  // namespace

void InputFeed::add_window(std::uint32_t bytes) {
    window_ += std::min(bytes, job::kWindowBytes - window_);
}

std::optional<job::Input> InputFeed::take() {
    block_.resize(kBlock);
    const ssize_t got = ::read(descriptor_, block_.data(), std::min<std::size_t>(kBlock, window_));
    if (got < 0) {
        if (errno != EINTR && errno != EAGAIN) {
            descriptor_ = -1;  // a terminal that belongs to another job now
        }
        return std::nullopt;
    }
    if (got == 0) {
        descriptor_ = -1;
    }
    window_ -= static_cast<std::uint32_t>(got);
    return job::Input{{block_.data(), static_cast<std::size_t>(got)}};
}

}  // namespace tt_run::launcher
