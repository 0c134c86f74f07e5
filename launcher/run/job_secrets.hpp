#pragma once

#include <string>

#include "launcher/run/peer_set.hpp"

namespace tt_run::launcher {

/// What one run of a job is called, in every environment of it, and what its agents and runtimes must know to
/// be let in. Random; no two runs share any of it.
struct JobSecrets {
    std::string job;
    PeerSet::Tokens tokens;
};

JobSecrets make_job_secrets();

}  // namespace tt_run::launcher
