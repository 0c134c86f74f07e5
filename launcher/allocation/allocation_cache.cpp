#include "launcher/allocation/allocation_cache.hpp"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/hosts/host_files.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "support/unwritable.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Error;
using support::Result;

namespace {

constexpr std::size_t kShortName = 16;
constexpr std::size_t kFullName = 64;
constexpr const char* kLockFile = ".lock";

bool is_name(std::string_view name) {
    return (name.size() == kShortName || name.size() == kFullName) &&
           name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string text_of(const fs::path& file) {
    const Result<std::string> text = support::read_file(file);
    return text ? std::string(support::trim(*text)) : "";
}

bool has_content(const fs::path& file) {
    std::error_code failure;
    return fs::is_regular_file(file, failure) && fs::file_size(file, failure) > 0 && !failure;
}

/// A lock on a file that was removed meanwhile keeps nobody out.
bool is_still_there(int descriptor, const fs::path& path) {
    struct stat locked {};
    struct stat named {};
    return ::fstat(descriptor, &locked) == 0 && ::stat(path.c_str(), &named) == 0 &&
           locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
}

}  // namespace

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileLock::~FileLock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<FileLock> FileLock::acquire(const fs::path& path) {
    const auto refuse = [&](int code) {
        return std::unexpected(
            support::why_unwritable(path, code).while_doing(fmt::format("locking `{}`", path.string())));
    };
    for (;;) {
        std::error_code failure;
        fs::create_directories(path.parent_path(), failure);
        if (failure) {
            return refuse(failure.value());
        }
        FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
        if (lock.descriptor_ < 0) {
            if (errno == ENOENT) {
                continue;  // the directory was removed in between
            }
            return refuse(errno);
        }
        while (::flock(lock.descriptor_, LOCK_EX) != 0) {
            if (errno != EINTR) {
                return refuse(errno);
            }
        }
        if (is_still_there(lock.descriptor_, path)) {
            return lock;
        }
    }
}

std::string_view name_of(CacheState state) {
    switch (state) {
        case CacheState::valid:
            return "valid";
        case CacheState::absent:
            return "not there";
        case CacheState::incomplete:
            return "incomplete";
        case CacheState::other_hardware:
            return "for other hardware";
    }
    return "";
}

CacheState check_allocation(const fs::path& directory, const std::string& key, bool mock,
                            const std::optional<std::string>& digest) {
    if (text_of(directory / kCacheKeyFile) != key) {
        return CacheState::absent;
    }
    const bool bindings = has_content(directory / "rank_bindings.yaml") ||
                          has_content(directory / "rank_bindings_mapping.yaml");
    if (!bindings || !has_content(directory / "rankfile") ||
        (mock && !has_content(directory / "phase2_mock_mapping.yaml"))) {
        return CacheState::incomplete;
    }
    // Entries of the existing tt-run, which never looks again, have no digest and are not believed.
    if (digest && text_of(directory / kTopologyDigestFile) != *digest) {
        return CacheState::other_hardware;
    }
    return CacheState::valid;
}

Result<void> LockedAllocation::invalidate() {
    std::error_code failure;
    for (const char* name : {kCacheKeyFile, kTopologyDigestFile, "rank_bindings.yaml",
                             "rank_bindings_mapping.yaml", "rankfile", "phase2_mock_mapping.yaml"}) {
        fs::remove(directory_ / name, failure);
        if (failure) {
            return std::unexpected(
                support::why_unwritable(directory_, failure.value())
                    .while_doing(fmt::format("removing `{}`", (directory_ / name).string())));
        }
    }
    return {};
}

Result<void> LockedAllocation::commit(const std::optional<std::string>& digest) {
    if (digest) {
        if (auto written = support::write_file(directory_ / kTopologyDigestFile, *digest); !written) {
            return written;
        }
    }
    return support::write_file(directory_ / kCacheKeyFile, key_);
}

fs::path AllocationCache::directory_of(const std::string& key) const {
    fs::path directory = root_ / key.substr(0, kShortName);
    const std::string holds = text_of(directory / kCacheKeyFile);
    return holds.empty() || holds == key ? directory : root_ / key;
}

Result<LockedAllocation> AllocationCache::lock(const std::string& key) const {
    for (;;) {
        fs::path directory = directory_of(key);
        Result<FileLock> lock = FileLock::acquire(directory / kLockFile);
        if (!lock) {
            return std::unexpected(lock.error());
        }
        if (directory_of(key) == directory) {
            return LockedAllocation(*std::move(lock), std::move(directory), key);
        }
    }
}

std::vector<CacheEntry> AllocationCache::list() const {
    std::vector<CacheEntry> entries;
    std::error_code failure;
    for (fs::directory_iterator at(root_, failure), end; !failure && at != end; at.increment(failure)) {
        const std::string name = at->path().filename().string();
        if (!is_name(name)) {
            continue;
        }
        CacheEntry entry{name, !text_of(at->path() / kCacheKeyFile).empty()};
        support::DiagnosticSink ignored;
        const auto source = support::load_source_text(at->path() / "rankfile", "rankfile");
        if (const auto places = source ? parse_rankfile(*source, ignored) : std::nullopt) {
            std::set<std::string> hosts;
            for (const auto& [rank, host] : *places) {
                hosts.insert(host.value);
            }
            entry.ranks = places->size();
            entry.hosts = hosts.size();
        }
        entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(),
              [](const CacheEntry& a, const CacheEntry& b) { return a.name < b.name; });
    return entries;
}

Result<void> AllocationCache::remove(const std::string& name) const {
    const fs::path directory = root_ / name;
    std::error_code failure;
    if (!is_name(name) || !fs::is_directory(directory, failure)) {
        return std::unexpected(Error(fmt::format("there is no entry `{}` in `{}`", name, root_.string())));
    }
    Result<FileLock> lock = FileLock::acquire(directory / kLockFile);
    if (!lock) {
        return std::unexpected(lock.error());
    }
    fs::remove_all(directory, failure);
    if (failure) {
        return std::unexpected(support::why_unwritable(directory, failure.value())
                                   .while_doing(fmt::format("removing `{}`", directory.string())));
    }
    return {};
}

}  // namespace tt_run::launcher
