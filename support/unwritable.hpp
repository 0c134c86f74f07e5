#pragma once

#include <filesystem>

#include "support/error.hpp"

namespace tt_run::support {

/// Why `path` cannot be written, made, or removed, from an errno value. Where rights are lacking, a file
/// system is read only, or a file stands where a directory should, it names the file or directory that is in
/// the way, and says what to do.
Error why_unwritable(const std::filesystem::path& path, int code);

}  // namespace tt_run::support
