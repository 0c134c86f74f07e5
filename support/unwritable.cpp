#include "support/unwritable.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <unistd.h>

namespace tt_run::support {

namespace fs = std::filesystem;

Error why_unwritable(const fs::path& path, int code) {
    std::error_code failure;
    fs::path at = fs::absolute(path, failure).lexically_normal();
    while (!fs::exists(at, failure) && at.has_relative_path()) {
        at = at.parent_path();
    }
    if ((code == ENOTDIR || code == EEXIST) && !fs::is_directory(at, failure)) {
        return Error(fmt::format("`{}` is no directory; choose a place elsewhere", at.string()));
    }
    // A file that may be written is replaced by another, for which its directory must be writable.
    while (::access(at.c_str(), fs::is_directory(at, failure) ? W_OK | X_OK : W_OK) == 0) {
        if (!at.has_relative_path()) {
            return Error::from_errno(code);
        }
        at = at.parent_path();
    }
    if (errno == EROFS) {
        return Error(
            fmt::format("`{}` is on a read-only file system; choose a place elsewhere", at.string()));
    }
    return code != EACCES
               ? Error::from_errno(code)
               : Error(fmt::format(
                     "user {} may not write to `{}`; choose a place elsewhere, or have its rights changed",
                     ::geteuid(), at.string()));
}

}  // namespace tt_run::support
