#include "support/file.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/unwritable.hpp"

namespace tt_run::support {

namespace {

/// A file descriptor that closes itself.
class OpenFile {
  public:
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

Result<void> write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return std::unexpected(Error::from_errno(errno));
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// Whether a path is written to as it stands: a terminal, a pipe or a device, and whatever standard output is
/// when somebody calls it `/dev/stdout`. Nobody who names one of these wants a new file in its place. A link
/// elsewhere is no such name: it may have been left there by somebody else.
bool is_written_in_place(const std::filesystem::path& path) {
    const std::string name = path.lexically_normal().string();
    const bool is_system_name =
        (name.starts_with("/dev/") && !name.starts_with("/dev/shm/")) || name.starts_with("/proc/");
    struct stat status {};
    const bool is_there =
        (is_system_name ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) == 0;
    return is_there && !S_ISDIR(status.st_mode) &&
           (is_system_name || (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)));
}

Result<void> write_in_place(const std::filesystem::path& path, std::string_view content) {
    const OpenFile file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY));
    return file.get() < 0 ? std::unexpected(why_unwritable(path, errno)) : write_all(file.get(), content);
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t largest) {
    const auto refuse = [&](Error reason) {
        return std::unexpected(std::move(reason).while_doing(fmt::format("reading `{}`", path.string())));
    };
    // O_NONBLOCK: opening a FIFO that nobody writes must not hang; it is refused below.
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        return refuse(Error::from_errno(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return refuse(Error(S_ISDIR(status.st_mode) ? "is a directory" : "is no regular file"));
    }
    std::string content;
    char block[65536];
    for (ssize_t got = 0; (got = ::read(file.get(), block, sizeof block)) != 0;) {
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return refuse(Error::from_errno(errno));
        }
        content.append(block, static_cast<std::size_t>(got));
        if (content.size() > largest) {
            return refuse(Error(fmt::format("is larger than {} bytes, the most that is read", largest)));
        }
    }
    return content;
}

Result<SourceTextPtr> load_source_text(const std::filesystem::path& path, std::string shown_as) {
    Result<std::string> content = read_file(path);
    if (!content) {
        return std::unexpected(content.error());
    }
    return make_source_text(std::move(shown_as), *std::move(content));
}

Result<void> write_file(const std::filesystem::path& path, std::string_view content) {
    const auto refuse = [&](Error reason) {
        return std::unexpected(std::move(reason).while_doing(fmt::format("writing `{}`", path.string())));
    };
    if (is_written_in_place(path)) {
        const Result<void> written = write_in_place(path, content);
        return written ? written : refuse(written.error());
    }
    std::error_code failure;
    if (path.has_parent_path()) {
        std::filesystem::create_directories(path.parent_path(), failure);
        if (failure) {
            return refuse(why_unwritable(path, failure.value()));
        }
    }
    std::string temporary = path.string() + ".XXXXXX";
    const OpenFile file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (file.get() < 0) {
        return refuse(why_unwritable(path, errno));
    }
    const mode_t mask = ::umask(0);
    ::umask(mask);
    Result<void> written = write_all(file.get(), content);
    if (written && (::fsync(file.get()) != 0 || ::fchmod(file.get(), 0666 & ~mask) != 0 ||
                    std::rename(temporary.c_str(), path.c_str()) != 0)) {
        written = std::unexpected(Error::from_errno(errno));
    }
    if (!written) {
        ::unlink(temporary.c_str());
        return refuse(written.error());
    }
    return {};
}

}  // namespace tt_run::support
