#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "launcher/plan/placement.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// A variable's value and, for `--dry-run` and questions, where it comes from: "caller", "tt-run",
/// "env_overrides".
struct EnvironmentValue {
    std::string value;
    std::string origin;
};

/// The whole environment of one rank, by name. The MPI launcher adds its own (PMI_RANK and the like), nothing
/// else does.
using RankEnvironment = std::map<std::string, EnvironmentValue, std::less<>>;

/// What the command line adds to or takes from every rank.
struct EnvironmentOptions {
    std::vector<std::string> pass;  ///< `--pass GLOB`: the caller's variables of such names
    std::vector<std::pair<std::string, std::string>>
        set;                                             ///< `--env K=V`, `-x K=V`; the last of a name counts
    std::vector<std::string> unset;                      ///< `--unset K`
    std::optional<std::string> emulate;                  ///< the machine that ranks emulate, or 1
    std::optional<std::filesystem::path> python_module;  ///< goes in front of PYTHONPATH, whoever set it
    std::optional<std::string> report;                   ///< a directory for what ranks report; absolute
    std::optional<std::string> interface;                ///< the network interface that MPI should use
};

/// One rank's environment, built from nothing: the same on every host, whatever the launcher's own
/// environment is. Later wins:
///   1. the caller's variables of the passed names (`is_passed`), but for those that are a rank's own;
///   2. what tt-run manages, the caller's HOME, USER, PATH, VIRTUAL_ENV (if not empty) and PYTHONHOME;
///   3. `global_env`, then `env_overrides`, both expanded against the caller's variables;
///   4. `--env`; then `--unset` removes;
///   5. the emulated `ttnn` in front of what PYTHONPATH has come to.
/// docs/environment.md is this list for users.
RankEnvironment build_rank_environment(const BoundRank& rank, const JobBindings& job, const RankPlace& place,
                                       const EnvironmentOptions& options,
                                       const support::HostEnvironment& host);

/// Whether the caller's variable of this name is handed to ranks by default.
bool is_passed(std::string_view name);

/// Whether a variable of this name is a rank's own, and the caller's never reaches it.
bool is_ranks_own(std::string_view name);

/// The caller's variables that look like a passed one and are not (`TTMETAL_FOO`), for a warning with -v.
std::vector<std::string> look_alikes(const support::HostEnvironment& host);

}  // namespace tt_run::launcher
