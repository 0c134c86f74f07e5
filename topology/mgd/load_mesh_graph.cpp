#include "topology/mgd/load_mesh_graph.hpp"

#include "support/text.hpp"
#include "topology/mgd/build_mesh_graph.hpp"
#include "topology/mgd/mgd_textproto.hpp"
#include "topology/mgd/mgd_yaml.hpp"

namespace tt_run::topology {

namespace {

/// MGD 1.0 is YAML with a map of these keys; in the text format no line begins with one of them and a colon.
bool is_mgd_yaml(const support::SourceText& source) {
    for (std::size_t line = 1; line <= source.line_count(); ++line) {
        std::string_view text = source.line(line);
        text.remove_prefix(std::min(text.find_first_not_of("{\"' "), text.size()));
        if (text.starts_with("ChipSpec") || text.starts_with("RelaxedGraph")) {
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<MeshGraphDescriptor> load_mgd(const support::SourceTextPtr& source,
                                            support::DiagnosticSink& sink) {
    return is_mgd_yaml(*source) ? parse_mgd_yaml(source, sink) : parse_mgd_textproto(source, sink);
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
