#include "launcher/agent/scratch_directory.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <ftw.h>

namespace tt_run::launcher {

namespace {

constexpr int kOpenAtOnce = 16;

int remove_one(const char* path, const struct stat* /*status*/, int /*kind*/, struct FTW* /*place*/) {
    std::remove(path);
    return 0;  // whatever can be removed is
}

}  // namespace

ScratchDirectory ScratchDirectory::make() {
    const char* const base = std::getenv("TMPDIR");
    std::string path = std::string(base == nullptr || *base == '\0' ? "/tmp" : base) + "/tt-run.XXXXXX";
    return ScratchDirectory(::mkdtemp(path.data()) == nullptr ? "" : path);
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchDirectory& ScratchDirectory::operator=(ScratchDirectory&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

ScratchDirectory::~ScratchDirectory() {
    if (!path_.empty()) {
        ::nftw(path_.c_str(), remove_one, kOpenAtOnce, FTW_DEPTH | FTW_PHYS);
    }
}

}  // namespace tt_run::launcher
