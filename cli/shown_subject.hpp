#pragma once

#include <optional>
#include <vector>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "support/diagnostic.hpp"
#include "topology/draw/draw_cluster.hpp"
#include "topology/mgd/mesh_graph.hpp"

namespace tt_run::cli {

/// What the words of `tt-run show` name.
struct ShownSubject {
    std::optional<topology::MeshGraph> graph;
    std::vector<topology::draw::OwnedPart> owners;  ///< of its parts, where rank bindings say so
    std::optional<support::Span> cluster;           ///< where hardware is named; it is not read yet
    int exit_code = kYes;                           ///< of a failure
};

/// Reads the files of a job among these words of the command line; what is none of those is hardware. A
/// directory stands for the job that it holds, if it holds one. Reports what is wrong, and a second thing of
/// a kind of which one is shown.
ShownSubject read_subject(const CommandContext& context, const std::vector<std::size_t>& words,
                          support::DiagnosticSink& sink);

}  // namespace tt_run::cli
