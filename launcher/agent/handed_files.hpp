#pragma once

#include <string>
#include <vector>

#include "job/descriptor.hpp"
#include "job/supervision_message.hpp"
#include "support/error.hpp"

namespace tt_run::launcher {

/// Files of tt-run's host that a rank reads, on a host that may not have them. They lie in memory of this
/// process, where the rank's processes open them as /proc/PID/fd/N: nothing is left of them when it ends.
class HandedFiles {
  public:
    /// The rank's variables (`NAME=VALUE`), changed to name the handed files that are missing here. An error
    /// if this host has another file by the same name: whichever were read, some rank would not read what was
    /// checked.
    support::Result<std::vector<std::string>> provide(const std::vector<job::HandedFile>& files,
                                                      std::vector<std::string> environment);

  private:
    std::vector<job::Descriptor> kept_;
};

}  // namespace tt_run::launcher
