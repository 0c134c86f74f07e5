#include "launcher/agent/byte_pump.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

namespace {

bool is_final(ssize_t result) {
    return result == 0 || (result < 0 && errno != EAGAIN && errno != EINTR);
}

/// Sockets say EPIPE instead of raising a signal.
ssize_t put(int to, const char* bytes, std::size_t size) {
    const ssize_t sent = ::send(to, bytes, size, MSG_NOSIGNAL);
    return sent < 0 && errno == ENOTSOCK ? ::write(to, bytes, size) : sent;
}

}  // namespace

BytePump::BytePump(int from, int to) : from_(from), to_(to) {
    job::set_non_blocking(from);
    job::set_non_blocking(to);
}

pollfd BytePump::wish() const {
    if (has_ended_) {
        return {-1, 0, 0};
    }
    return begin_ == end_ ? pollfd{from_, POLLIN, 0} : pollfd{to_, POLLOUT, 0};
}

void BytePump::move() {
    if (has_ended_) {
        return;
    }
    if (begin_ == end_) {
        const ssize_t got = ::read(from_, held_.data(), held_.size());
        has_ended_ = is_final(got);
        if (got > 0) {
            begin_ = 0;
            end_ = static_cast<std::size_t>(got);
        }
    }
    if (begin_ < end_) {
        const ssize_t gone = put(to_, held_.data() + begin_, end_ - begin_);
        has_ended_ = is_final(gone);
        begin_ += gone > 0 ? static_cast<std::size_t>(gone) : 0;
    }
}

}  // namespace tt_run::launcher
