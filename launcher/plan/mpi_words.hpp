#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace tt_run::launcher {

/// What becomes of a word in `--mpi-args`.
enum class MpiMeaning {
    hosts,
    hostfile,
    rankfile,
    map_by,
    ranks_per_host,
    tag_output,
    output_directory,
    binding,
    interface,
    working_directory,
    hydra_launcher,
    export_variable,
    genv,
    mca,
    keep_going,
    dropped,
    refused,
    passed_through,
};

/// A word of Open MPI's mpirun (4 and 5) or of MPICH's mpiexec.hydra (4.0), without its leading dashes.
struct MpiWord {
    std::string_view name;
    MpiMeaning meaning;
    int values = 0;  ///< words that follow it
    /// For dropped and refused ones: why, and for refused ones what to do instead.
    std::string_view reason = {};
    /// A dropped or refused word that Open MPI's mpirun knows: it is handed to that one as it is.
    bool is_open_mpis = false;
};

/// The word called `name` (no dashes), or nothing.
std::optional<MpiWord> find_mpi_word(std::string_view name);

/// All names, for near spellings.
std::vector<std::string_view> mpi_word_names();

}  // namespace tt_run::launcher
