#include "launcher/run/output_sink.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/unwritable.hpp"

namespace tt_run::launcher {

OutputSink OutputSink::borrow(int descriptor) {
    OutputSink sink;
    sink.descriptor_ = descriptor;
    struct stat status {};
    if (::fstat(descriptor, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode))) {
        const std::string itself = fmt::format("/proc/self/fd/{}", descriptor);
        sink.owned_ = job::Descriptor(::open(itself.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    }
    if (sink.owned_) {
        sink.descriptor_ = sink.owned_.get();
    } else {
        sink.may_block_ = !S_ISREG(status.st_mode);
    }
    return sink;
}

support::Result<OutputSink> OutputSink::create(const std::filesystem::path& path) {
    std::error_code failure;
    std::filesystem::create_directories(path.parent_path(), failure);
    OutputSink sink;
    sink.owned_ =
        job::Descriptor(failure ? -1 : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    sink.descriptor_ = sink.owned_.get();
    if (!sink.owned_) {
        return std::unexpected(support::why_unwritable(path, failure ? failure.value() : errno)
                                   .while_doing(fmt::format("writing `{}`", path.string())));
    }
    return sink;
}

void OutputSink::flush() {
    while (backlog() != 0 && !lost_) {
        std::size_t size = backlog();
        if (may_block_) {
            // A writable pipe or socket takes at least this much without blocking.
            pollfd wait{descriptor_, POLLOUT, 0};
            if (::poll(&wait, 1, 0) != 1) {
                break;
            }
            size = std::min<std::size_t>(size, PIPE_BUF);
        }
        const ssize_t wrote = ::write(descriptor_, buffer_.data() + written_, size);
        if (wrote >= 0) {
            written_ += static_cast<std::size_t>(wrote);
        } else if (errno == EAGAIN) {
            break;
        } else if (errno == EPIPE || errno == EIO) {
            lost_ = true;
        } else if (errno != EINTR) {
            write_error_ = write_error_ == 0 ? errno : write_error_;
            written_ = buffer_.size();  // a full disk is no reason to stop following the job
        }
    }
    if (backlog() == 0 || lost_) {
        buffer_.clear();
        written_ = 0;
    } else if (written_ > buffer_.size() / 2) {
        buffer_.erase(0, written_);
        written_ = 0;
    }
}

void OutputSink::flush_fully() {
    for (flush(); backlog() != 0; flush()) {
        pollfd wait{descriptor_, POLLOUT, 0};
        ::poll(&wait, 1, -1);
    }
}

}  // namespace tt_run::launcher
