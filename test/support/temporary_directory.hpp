#pragma once

#include <filesystem>
#include <string_view>

namespace tt_run::test {

/// A new empty directory, removed with all that is in it when this object goes.
class TemporaryDirectory {
  public:
    TemporaryDirectory();
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Writes a file below it, with its directories; gives back its path.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const;

  private:
    std::filesystem::path path_;
};

}  // namespace tt_run::test
