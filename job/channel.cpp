#include "job/channel.hpp"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace tt_run::job {

namespace {

/// What is read at once: little at first, for most ranks say little and memory that is touched costs more
/// than a second read; more as soon as that much was there.
constexpr std::size_t kFirstReadBytes = 2048;
constexpr std::size_t kMostReadBytes = kFirstReadBytes << 6U;

}  // namespace

Channel::Channel(Descriptor connection, std::uint32_t largest_payload)
    : connection_(std::move(connection)), reader_(largest_payload), read_bytes_(kFirstReadBytes) {}

void Channel::close() {
    lost_ = true;
    connection_.close();
}

std::size_t Channel::write_now(std::string_view bytes) {
    std::size_t done = 0;
    while (!lost_ && done < bytes.size()) {
        const ssize_t wrote =
            ::send(connection_.get(), bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (wrote >= 0) {
            done += static_cast<std::size_t>(wrote);
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            lost_ = true;
        }
    }
    return done;
}

void Channel::send_bytes(std::string_view frame) {
    const std::size_t done = wants_to_write() ? 0 : write_now(frame);
    if (!lost_) {
        queue_.append(frame.substr(done));
    }
}

void Channel::send_output(Stream stream, std::string_view bytes) {
    const std::string head = encode_output_head(stream, static_cast<std::uint32_t>(bytes.size()));
    std::size_t done = 0;
    if (!lost_ && !wants_to_write()) {
        iovec parts[2] = {{const_cast<char*>(head.data()), head.size()},
                          {const_cast<char*>(bytes.data()), bytes.size()}};
        msghdr message{};
        message.msg_iov = parts;
        message.msg_iovlen = 2;
        const ssize_t wrote = ::sendmsg(connection_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        done = wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
    }
    if (done < head.size()) {
        send_bytes(std::string_view(head).substr(done));
        done = head.size();
    }
    send_bytes(bytes.substr(done - head.size()));
}

void Channel::flush() {
    written_ += write_now(std::string_view(queue_).substr(written_));
    if (written_ == queue_.size()) {
        queue_.clear();
        written_ = 0;
    }
}

void Channel::flush_within(int milliseconds) {
    while (wants_to_write()) {
        pollfd wait{connection_.get(), POLLOUT, 0};
        if (::poll(&wait, 1, milliseconds) != 1) {
            return;
        }
        flush();
    }
}

void Channel::receive() {
    char* const into = reader_.room(read_bytes_);
    const ssize_t got = ::recv(connection_.get(), into, read_bytes_, MSG_DONTWAIT);
    if (got > 0) {
        reader_.commit(static_cast<std::size_t>(got));
        if (static_cast<std::size_t>(got) == read_bytes_ && read_bytes_ < kMostReadBytes) {
            read_bytes_ *= 4;
        }
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        lost_ = true;
    }
}

std::optional<Message> Channel::next() {
    const auto payload = reader_.next();
    if (!payload) {
        lost_ = lost_ || reader_.broken();
        return std::nullopt;
    }
    std::optional<Message> message = decode(*payload);
    lost_ = lost_ || !message;
    return message;
}

}  // namespace tt_run::job
