#pragma once

#include <string>
#include <vector>

#include "job/rank.hpp"

namespace tt_run::launcher {

/// The rank from the variables of whichever MPI launcher started us (Hydra, Open MPI, Slurm), or -1.
job::Rank rank_in_environment();

/// The descriptor by which Hydra serves PMI, or -1.
int pmi_in_environment();

/// What the program gets: the row's variables (`NAME=VALUE`), those of the MPI launcher's own that the row
/// does not name, and PMI's descriptor under its new number (-1 for none).
std::vector<std::string> complete_environment(std::vector<std::string> row, int pmi);

}  // namespace tt_run::launcher
