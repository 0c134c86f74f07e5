#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/error.hpp"

namespace tt_run::launcher {

/// A file that is locked against every other tt-run (flock), as long as this object lives. Child processes do
/// not inherit it. Movable.
class FileLock {
  public:
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

    /// Waits for whoever holds it. Makes the file and its directories.
    static support::Result<FileLock> acquire(const std::filesystem::path& path);

  private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}
    int descriptor_ = -1;
};

/// What stands in an entry of the cache, and whether it can be used.
enum class CacheState {
    valid,
    absent,          ///< nothing was ever finished here
    incomplete,      ///< a file is missing or empty
    other_hardware,  ///< the topology is not the one it was worked out for
};
std::string_view name_of(CacheState state);

/// The state of the entry in `directory` for `key`. `digest` is that of the hardware as it is now, if it is
/// known (fingerprint.hpp); a mock cluster's entry has one file more.
CacheState check_allocation(const std::filesystem::path& directory, const std::string& key, bool mock,
                            const std::optional<std::string>& digest);

/// One allocation kept on disk, locked. Its files are those of the existing tt-run: `rank_bindings.yaml`, or
/// `rank_bindings_subctx_<id>.yaml` with `rank_bindings_mapping.yaml`, `rankfile`, `phase2_mock_mapping.yaml`
/// for a mock cluster, a copy of the Mesh Graph Descriptor, `.phase1_cache_key`; and ours,
/// `.topology_digest`.
class LockedAllocation {
  public:
    const std::filesystem::path& directory() const { return directory_; }

    CacheState check(bool mock, const std::optional<std::string>& digest) const {
        return check_allocation(directory_, key_, mock, digest);
    }

    /// From now on, and until `commit`, the entry counts as absent, whatever happens.
    support::Result<void> invalidate();
    support::Result<void> commit(const std::optional<std::string>& digest);

  private:
    friend class AllocationCache;
    LockedAllocation(FileLock lock, std::filesystem::path directory, std::string key)
        : lock_(std::move(lock)), directory_(std::move(directory)), key_(std::move(key)) {}
    FileLock lock_;
    std::filesystem::path directory_;
    std::string key_;
};

struct CacheEntry {
    std::string name;  ///< of its directory
    bool finished = false;
    std::size_t ranks = 0;
    std::size_t hosts = 0;
};

/// The allocations of one launch directory. An entry's directory has the first 16 digits of its key for a
/// name, or all 64 if another key has taken those.
class AllocationCache {
  public:
    explicit AllocationCache(std::filesystem::path root) : root_(std::move(root)) {}

    const std::filesystem::path& root() const { return root_; }

    /// Where the entry of `key` is or would be; touches nothing.
    std::filesystem::path directory_of(const std::string& key) const;
    /// Waits until no other tt-run works on this entry. Makes its directory.
    support::Result<LockedAllocation> lock(const std::string& key) const;

    /// By name. Directories that are no entries are left out.
    std::vector<CacheEntry> list() const;
    /// Removes an entry once nobody works on it.
    support::Result<void> remove(const std::string& name) const;

  private:
    std::filesystem::path root_;
};

inline constexpr const char* kCacheKeyFile = ".phase1_cache_key";
inline constexpr const char* kTopologyDigestFile = ".topology_digest";

}  // namespace tt_run::launcher
