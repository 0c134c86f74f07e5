#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// Whose library a program must be linked with to find its peers.
enum class MpiFamily { mpich, open_mpi };

/// How a launcher wants its words.
enum class Flavour { hydra, open_mpi_4, open_mpi_5, slurm };

MpiFamily family_of(Flavour flavour);

/// An installed MPI launcher.
struct MpiLauncher {
    std::filesystem::path path;  ///< absolute; a bare name if it is not installed here
    std::string version;         ///< "MPICH Hydra", "Open MPI 4.1.4"
    Flavour flavour = Flavour::hydra;
    std::string reason;  ///< why this one
};

/// The program's family, if its own libraries or its interpreter's mpi4py tell, and what told it.
struct ProgramMpi {
    MpiFamily family;
    std::string reason;
};

/// Finds the MPI launcher: the one named (`hydra`, `openmpi`, `srun`, or a program, which is asked what it
/// is); else one of the program's family; else whichever is installed, MPICH's first. Where both MPIs are
/// installed `mpiexec` may be either, so a bare name is never believed.
support::Result<MpiLauncher> find_mpi_launcher(const support::HostEnvironment& host, const std::string& named,
                                               const std::optional<ProgramMpi>& program);

/// What to plan for where `find_mpi_launcher` finds none: the launcher that it would have looked for first.
/// Its path is a program's name, to be found along PATH wherever the plan is run. Nothing if `named` is no
/// launcher's name, for then nobody can tell how it wants its words.
std::optional<MpiLauncher> expected_mpi_launcher(const std::string& named,
                                                 const std::optional<ProgramMpi>& program);

}  // namespace tt_run::launcher
