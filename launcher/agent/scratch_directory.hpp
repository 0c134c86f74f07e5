#pragma once

#include <string>

namespace tt_run::launcher {

/// A directory for the temporary files of a program that may be killed before it can remove them. Made below
/// $TMPDIR or /tmp, removed with all that is in it when the object goes.
class ScratchDirectory {
  public:
    /// None.
    ScratchDirectory() = default;
    /// Empty if it could not be made.
    static ScratchDirectory make();
    /// One that somebody else has made and can no longer remove.
    static ScratchDirectory take_over(std::string path) { return ScratchDirectory(std::move(path)); }

    ScratchDirectory(ScratchDirectory&& other) noexcept;
    ScratchDirectory& operator=(ScratchDirectory&& other) noexcept;
    ~ScratchDirectory();

    /// Empty for none.
    const std::string& path() const { return path_; }

  private:
    explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

}  // namespace tt_run::launcher
