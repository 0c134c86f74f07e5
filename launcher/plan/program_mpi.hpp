#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/plan/mpi_launcher.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// Which MPI a program was built for: the library that it, or one that it loads, names (libmpi.so.40,
/// libmpich.so.12); for a Python script, or a script that names an interpreter, that of the interpreter's
/// mpi4py. Reads files and runs nothing. Nothing if no MPI is named, as for a shell script.
std::optional<ProgramMpi> detect_program_mpi(const std::vector<std::string>& program,
                                             const support::HostEnvironment& host);

}  // namespace tt_run::launcher
