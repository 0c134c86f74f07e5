#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/error.hpp"
#include "support/source_text.hpp"

namespace tt_run::support {

/// No text that we read may be larger; a bound on memory, far above every real file.
inline constexpr std::size_t kLargestTextBytes = 256U << 20U;

/// The whole of a regular file. Refuses directories, devices, and more than `largest` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t largest = kLargestTextBytes);

/// The file as a source text, named `shown_as` (the path as the user wrote it, for diagnostics).
Result<SourceTextPtr> load_source_text(const std::filesystem::path& path, std::string shown_as);

/// Writes under a temporary name beside `path`, then renames: other readers see the old file or the whole new
/// one, never half. Makes missing parent directories. Leaves nothing behind when it fails. What is no regular
/// file (`/dev/null`, `/dev/stdout`, a pipe) is written to instead.
Result<void> write_file(const std::filesystem::path& path, std::string_view content);

}  // namespace tt_run::support
