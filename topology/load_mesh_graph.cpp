#include "topology/load_mesh_graph.hpp"

#include "topology/build_mesh_graph.hpp"
#include "topology/mgd_textproto.hpp"

namespace tt_run::topology {

std::optional<MeshGraphDescriptor> load_mgd(const support::SourceTextPtr& source,
                                            support::DiagnosticSink& sink) {
    return parse_mgd_textproto(source, sink);
}

std::optional<MeshGraph> load_mesh_graph(const support::SourceTextPtr& source, MgdProfile profile,
                                         support::DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const std::optional<MeshGraphDescriptor> mgd = load_mgd(source, sink);
    if (!mgd) {
        return std::nullopt;
    }
    validate_mgd(*mgd, profile, sink);
    return watch.saw_error() ? std::nullopt : std::optional(build_mesh_graph(*mgd));
}

}  // namespace tt_run::topology
