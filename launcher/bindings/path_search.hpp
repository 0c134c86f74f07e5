#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// Where a path written in a file or on the command line is looked for. `~` is expanded; an absolute path is
/// itself; a relative one is the first hit among $TT_METAL_HOME (if not empty), the launch directory, and
/// last the directory of the file that names it. That order, TT_METAL_HOME before the launch directory, is
/// the existing tt-run's; the last place is ours.
class PathSearch {
  public:
    /// `naming_file` is the file that holds the path; empty for the command line.
    PathSearch(const support::HostEnvironment& host, const std::filesystem::path& naming_file);

    /// An absolute path of an existing regular file, or nothing.
    std::optional<std::filesystem::path> find(const std::string& written) const;

    /// As `find`, and reports what was searched when there is no such file; warns where another file of the
    /// name, with other content, stands beside the one that names it. `what` is the thing named: "MGD".
    std::optional<std::filesystem::path> find_or_report(const support::Spanned<std::string>& written,
                                                        const std::string& what,
                                                        support::DiagnosticSink& sink) const;

    /// Where the path would be if it may be missing here (`--skip-mgd-check`): absolute, below the launch
    /// directory.
    std::filesystem::path assume(const std::string& written) const;

  private:
    void warn_if_shadowing(const std::filesystem::path& found, const support::Spanned<std::string>& written,
                           const std::string& what, support::DiagnosticSink& sink) const;

    const support::HostEnvironment& host_;
    std::filesystem::path beside_;  ///< the directory of the file that holds the path
    std::vector<std::filesystem::path> directories_;
};

}  // namespace tt_run::launcher
