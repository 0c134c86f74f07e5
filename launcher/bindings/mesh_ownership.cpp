#include "launcher/bindings/mesh_ownership.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/diagnostic_kinds.hpp"
#include "support/counted.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using topology::Mesh;
using topology::MeshGraph;

namespace {

constexpr std::size_t kMostListed = 12;

std::string list_of(const std::vector<int>& numbers) {
    std::vector<std::string> shown;
    for (std::size_t k = 0; k < std::min(numbers.size(), kMostListed); ++k) {
        shown.push_back(fmt::format("{}", numbers[k]));
    }
    if (numbers.size() > kMostListed) {
        shown.push_back(fmt::format("... ({} in all)", numbers.size()));
    }
    return support::join(shown, ", ");
}

void report_unknown_mesh(const RankBinding& row, const MeshGraph& graph, DiagnosticSink& sink) {
    std::vector<int> known;
    for (const Mesh& mesh : graph.meshes) {
        known.push_back(mesh.id.value);
    }
    sink.report(
        Diagnostic(kUnknownMeshId, row.mesh_id.span,
                   fmt::format("rank {} owns mesh `{}`, which the Mesh Graph Descriptor does not have",
                               row.rank.value.value, row.mesh_id.value.value))
            .note(fmt::format("`{}` has {} {}", graph.source_name, support::noun_for(known.size(), "mesh"),
                              list_of(known)))
            .help("use one of these ids, or name another descriptor in `mesh_graph_desc_path`"));
}

void report_extra_host_rank(const RankBinding& row, const Mesh& mesh, DiagnosticSink& sink) {
    const int parts = mesh.host_rank_count();
    sink.report(Diagnostic(kExtraHostRank, row.mesh_host_rank->span,
                           fmt::format("rank {} takes host rank `{}` of mesh {}, which has {}",
                                       row.rank.value.value, row.mesh_host_rank->value.value, mesh.id.value,
                                       parts == 1 ? std::string("host rank 0 alone")
                                                  : fmt::format("host ranks 0 to {}", parts - 1)))
                    .also(mesh.span, fmt::format("`host_topology` of `{}` is {}x{}", mesh.descriptor,
                                                 mesh.host_dims[0], mesh.host_dims[1]))
                    .help("lower `mesh_host_rank`, or split the mesh among more hosts in its descriptor"));
}

/// The rows of one mesh against its parts.
void check_mesh(const Mesh& mesh, const std::vector<const RankBinding*>& rows, DiagnosticSink& sink) {
    const int parts = mesh.host_rank_count();
    std::vector<const RankBinding*> without_part;
    std::vector<bool> owned(static_cast<std::size_t>(parts), false);
    for (const RankBinding* row : rows) {
        if (!row->mesh_host_rank) {
            without_part.push_back(row);
        } else if (row->mesh_host_rank->value.value >= parts) {
            report_extra_host_rank(*row, mesh, sink);
        } else {
            owned[static_cast<std::size_t>(row->mesh_host_rank->value.value)] = true;
        }
    }
    const auto free = static_cast<std::size_t>(std::count(owned.begin(), owned.end(), false));
    for (std::size_t k = free; k < without_part.size(); ++k) {
        const RankBinding& row = *without_part[k];
        sink.report(
            Diagnostic(kMeshHostRankDuplicate, row.mesh_id.span,
                       fmt::format("rank {} owns mesh {} too, and no part of it is left: the mesh has {}",
                                   row.rank.value.value, mesh.id.value, support::counted(parts, "host rank")))
                .also(rows.front()->mesh_id.span, "the mesh's first owner")
                .help("give this rank a mesh of its own, or split the mesh with `host_topology`"));
    }
    if (!without_part.empty() && parts > 1) {
        sink.report(Diagnostic(kHostRankUnsaid, without_part.front()->mesh_id.span,
                               fmt::format("rank {} does not say which of the {} host ranks of mesh {} it "
                                           "takes; the runtime will choose",
                                           without_part.front()->rank.value.value, parts, mesh.id.value))
                        .help("add `mesh_host_rank`, from 0, row by row over the mesh's host grid"));
        return;
    }
    std::vector<int> missing;
    for (int part = 0; part < parts && !rows.empty(); ++part) {
        if (!owned[static_cast<std::size_t>(part)] && without_part.empty()) {
            missing.push_back(part);
        }
    }
    if (!missing.empty()) {
        sink.report(Diagnostic(kMissingHostRank, rows.front()->mesh_id.span,
                               fmt::format("no rank takes {} {} of mesh {}",
                                           support::noun_for(missing.size(), "host rank"), list_of(missing),
                                           mesh.id.value))
                        .note(fmt::format("`{}` is split among {} hosts ({}x{})", mesh.descriptor, parts,
                                          mesh.host_dims[0], mesh.host_dims[1]))
                        .help("add a row for each, or the ranks of this mesh wait for one another"));
    }
}

}  // namespace

void check_ownership(const std::vector<const RankBinding*>& rows, const MeshGraph& graph,
                     DiagnosticSink& sink) {
    std::map<topology::MeshId, std::vector<const RankBinding*>> by_mesh;
    for (const RankBinding* row : rows) {
        if (graph.find(row->mesh_id.value) == nullptr) {
            report_unknown_mesh(*row, graph, sink);
        } else {
            by_mesh[row->mesh_id.value].push_back(row);
        }
    }
    std::vector<int> unowned;
    for (const Mesh& mesh : graph.meshes) {
        const auto owners = by_mesh.find(mesh.id);
        if (owners != by_mesh.end()) {
            check_mesh(mesh, owners->second, sink);
        } else if (mesh.kind == topology::MeshKind::mesh) {
            unowned.push_back(mesh.id.value);
        }
    }
    if (!unowned.empty() && !rows.empty()) {
        sink.report(
            Diagnostic(kUnownedMesh, rows.front()->span,
                       fmt::format("no rank owns {} {} of `{}`", support::noun_for(unowned.size(), "mesh"),
                                   list_of(unowned), graph.source_name))
                .label("the first of the rows")
                .help("add a row for each if they take part in the job"));
    }
}

}  // namespace tt_run::launcher
