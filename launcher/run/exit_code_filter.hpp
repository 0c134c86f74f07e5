#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tt_run::launcher {

/// Takes Hydra's `-print-all-exitcodes` lines out of its standard output and keeps what they say; everything
/// else passes unchanged and without delay. They are the one way to the ranks' own codes: mpiexec's exit
/// status is all of them or-ed. Hydra lists raw wait statuses host by host, in the order of the host list, so
/// in rank order.
class ExitCodeFilter {
  public:
    /// `hostname` is that of the host where mpiexec runs.
    explicit ExitCodeFilter(const std::string& hostname)
        : marker_("[mpiexec@" + hostname + "] Exit codes: ") {}

    /// What of the output so far is to be passed on now.
    std::string feed(std::string_view chunk);
    /// What is left at the end of the output.
    std::string finish();

    /// Raw wait statuses in rank order; empty if Hydra printed none.
    const std::vector<int>& statuses() const { return statuses_; }

  private:
    bool take_line(std::string_view line);

    std::string marker_;
    std::string held_;
    bool in_list_ = false;
    std::vector<int> statuses_;
};

/// What the whole job returns for these statuses: 0 if all are 0, else the lowest failing rank's exit code,
/// 128 + n if signal n ended it.
int exit_code_of(const std::vector<int>& statuses);

}  // namespace tt_run::launcher
