#include "launcher/agent/program_streams.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace tt_run::launcher {

ProgramEnds ProgramStreams::open(bool has_input) {
    job::DescriptorPair output = job::make_pipe();
    job::DescriptorPair error = job::make_pipe();
    job::DescriptorPair input;
    if (has_input) {
        input = job::make_pipe();
    } else {
        input.first = job::Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    ends_ = {std::move(output.first), std::move(error.first)};
    input_ = std::move(input.second);
    if (input_) {
        job::set_non_blocking(input_.get());  // the others are read when poll says so, and by nobody else
    }
    return {std::move(input.first), std::move(output.second), std::move(error.second)};
}

void ProgramStreams::take(job::Stream stream) {
    job::Descriptor& end = ends_[stream == job::Stream::output ? 0 : 1];
    const std::size_t most = std::min<std::size_t>(block_.size(), window_);
    const ssize_t got = end && most != 0 ? ::read(end.get(), block_.data(), most) : 0;
    if (got > 0) {
        window_ -= static_cast<std::uint32_t>(got);
        supervisor_.send_output(stream, {block_.data(), static_cast<std::size_t>(got)});
    } else if (most != 0 && (got == 0 || (errno != EAGAIN && errno != EINTR))) {
        end.close();
    }
}

void ProgramStreams::hold_input(std::string_view bytes) {
    input_has_ended_ = input_has_ended_ || bytes.empty();
    held_input_ += bytes;
    give_input();
}

void ProgramStreams::give_input() {
    while (input_ && !held_input_.empty()) {
        const ssize_t wrote = ::write(input_.get(), held_input_.data(), held_input_.size());
        if (wrote < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (wrote < 0) {
            input_.close();  // the program reads no more; the rest is for nobody
            break;
        }
        held_input_.erase(0, static_cast<std::size_t>(wrote));
        supervisor_.send(job::Credit{static_cast<std::uint32_t>(wrote)});
    }
    if (!input_) {
        held_input_.clear();
    } else if (input_has_ended_) {
        input_.close();
    }
}

bool ProgramStreams::drained() {
    for (job::Descriptor& end : ends_) {
        pollfd now{end.get(), POLLIN, 0};
        if (end && (::poll(&now, 1, 0) != 1 || (now.revents & POLLIN) == 0)) {
            end.close();
        }
    }
    return !ends_[0] && !ends_[1];
}

}  // namespace tt_run::launcher
