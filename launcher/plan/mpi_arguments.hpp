#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/plan/mpi_launcher.hpp"
#include "support/diagnostic.hpp"
#include "support/source_text.hpp"

namespace tt_run::launcher {

/// A variable for every rank: `-x NAME` (the caller's value) or `-x NAME=VALUE`.
struct ExportedVariable {
    support::Spanned<std::string> name;
    std::optional<std::string> value;
};

/// How ranks fill hosts when no rankfile places them.
enum class FillOrder { by_slot, by_host };

/// What `--mpi-args` asks for, whichever MPI's words it was said in. Words of Open MPI are those that the
/// field's scripts use; each is translated, dropped with a note, or refused with its reason (docs/mpi-args.md
/// lists all). A word that places ranks is always interpreted here, never passed on: the plan alone decides
/// placement.
struct MpiArguments {
    std::vector<support::Spanned<std::string>> hosts;  ///< `name` or `name:slots`, in the order written
    std::optional<support::Spanned<std::string>> hostfile;
    std::optional<support::Spanned<std::string>> rankfile;
    FillOrder fill_order = FillOrder::by_slot;
    std::optional<int> ranks_per_host;
    bool tag_output = false;
    std::optional<support::Spanned<std::string>> output_directory;
    std::optional<support::Spanned<std::string>> binding;    ///< none, core, hwthread, ... as Hydra spells it
    std::optional<support::Spanned<std::string>> interface;  ///< network interface to use
    std::optional<support::Spanned<std::string>> working_directory;
    std::optional<support::Spanned<std::string>>
        launcher;  ///< how Hydra reaches hosts: fork, ssh, slurm, ...
    std::vector<ExportedVariable> exports;
    bool keep_going = false;                  ///< a rank's end does not end the others
    std::vector<std::string> passed_through;  ///< words of the launcher's own, in order
};

/// Reads the words of `--mpi-args` for a launcher of this family. Reports every word that has no meaning
/// here, with a caret under it. Empty exactly when it reported an error.
std::optional<MpiArguments> parse_mpi_arguments(const support::SourceTextPtr& text, MpiFamily family,
                                                support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
