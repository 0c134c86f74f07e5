#include "launcher/agent/handed_files.hpp"

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace tt_run::launcher {

namespace {

using support::Error;

/// Nothing if it cannot be read.
std::optional<std::string> bytes_of(const std::string& path) {
    const job::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return std::nullopt;
    }
    std::string bytes;
    std::string block(65536, '\0');
    for (ssize_t got = 0; (got = ::read(file.get(), block.data(), block.size())) > 0;) {
        bytes.append(block, 0, static_cast<std::size_t>(got));
    }
    return bytes;
}

job::Descriptor file_in_memory(const std::string& bytes) {
    job::Descriptor file(::memfd_create("tt-run-handed-file", MFD_CLOEXEC));
    for (std::size_t done = 0; file && done < bytes.size();) {
        const ssize_t wrote = ::write(file.get(), bytes.data() + done, bytes.size() - done);
        if (wrote <= 0 && errno != EINTR) {
            return {};
        }
        done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
    }
    return file;
}

}  // namespace

support::Result<std::vector<std::string>> HandedFiles::provide(const std::vector<job::HandedFile>& files,
                                                               std::vector<std::string> environment) {
    for (const job::HandedFile& file : files) {
        const auto here = bytes_of(file.path);
        if (here && *here == file.bytes) {
            continue;
        }
        if (here) {
            return std::unexpected(Error("`" + file.path + "` (" + file.variable +
                                         ") is another file on this host than on tt-run's"));
        }
        job::Descriptor copy = file_in_memory(file.bytes);
        if (!copy) {
            return std::unexpected(
                Error::from_errno(errno).while_doing("keeping `" + file.path + "` in memory"));
        }
        environment.push_back(file.variable + "=/proc/" + std::to_string(::getpid()) + "/fd/" +
                              std::to_string(copy.get()));
        kept_.push_back(std::move(copy));
        std::erase(environment, file.variable + "=" + file.path);
    }
    return environment;
}

}  // namespace tt_run::launcher
