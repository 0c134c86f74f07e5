#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "job/descriptor.hpp"
#include "support/error.hpp"

namespace tt_run::launcher {

/// Where output goes: a terminal, a pipe, or a file. Never blocks on a slow reader: what it does not take
/// waits here. Passive and not thread-safe.
///   open -> lost (nobody reads any more; what comes is dropped)
class OutputSink {
  public:
    OutputSink() = default;
    /// Writes to one of this process's own descriptors (standard output), which stays the owner's and keeps
    /// its flags: a pipe or terminal is opened anew, for those flags belong to everybody who shares it.
    static OutputSink borrow(int descriptor);
    /// Makes the file anew, and missing directories above it. An error names it.
    static support::Result<OutputSink> create(const std::filesystem::path& path);

    std::string& buffer() { return buffer_; }
    /// Writes what is taken at once.
    void flush();
    /// Writes all of it, however long that takes or until the reader has gone.
    void flush_fully();

    std::size_t backlog() const { return buffer_.size() - written_; }
    /// The descriptor to wait for when there is a backlog.
    int descriptor() const { return descriptor_; }
    bool lost() const { return lost_; }
    /// The errno of the first write that failed otherwise (a full disk); what it held is gone. 0 for none.
    int write_error() const { return write_error_; }

  private:
    job::Descriptor owned_;
    int descriptor_ = -1;
    bool may_block_ = false;
    std::string buffer_;
    std::size_t written_ = 0;
    bool lost_ = false;
    int write_error_ = 0;
};

}  // namespace tt_run::launcher
