#pragma once

#include <filesystem>
#include <string>

#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// An installed MPI launcher.
struct MpiLauncher {
    std::filesystem::path path;  ///< absolute
    std::string version;         ///< "MPICH Hydra"
};

/// Finds MPICH's launcher along PATH: `mpiexec.hydra`, `mpiexec.mpich`, then `mpiexec` if it says that it is
/// Hydra. The last step alone runs it, for where both MPIs are installed `mpiexec` may be either.
support::Result<MpiLauncher> find_mpi_launcher(const support::HostEnvironment& host);

}  // namespace tt_run::launcher
