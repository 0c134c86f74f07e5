#include <algorithm>

#include "test/fuzz/target.hpp"
#include "topology/draw/draw_mesh_graph.hpp"
#include "topology/draw/pen_svg.hpp"
#include "topology/draw/pen_text.hpp"
#include "topology/mgd/build_mesh_graph.hpp"
#include "topology/mgd/id_pattern.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/mgd/mgd_export.hpp"
#include "topology/mgd/mgd_textproto.hpp"
#include "topology/mgd/mgd_yaml.hpp"
#include "topology/mgd/validate_mgd.hpp"

namespace tt_run::fuzz {

using topology::MeshGraphDescriptor;

namespace {

/// What is larger is expanded (that is promised to be linear) and not drawn.
constexpr std::int64_t kMostDrawnChips = 64;

void check_export(const MeshGraphDescriptor& mgd) {
    const std::string once = render_mgd_textproto(mgd);
    support::DiagnosticSink sink;
    const auto again = topology::parse_mgd_textproto(as_source(once), sink);
    demand(again.has_value(), "what is exported can be read");
    demand(render_mgd_textproto(*again) == once, "what is exported is the same descriptor");
}

void check_descriptor(const MeshGraphDescriptor& mgd) {
    check_export(mgd);
    for (const auto profile : {topology::MgdProfile::runtime, topology::MgdProfile::library}) {
        support::DiagnosticSink sink;
        validate_mgd(mgd, profile, sink);
        check_diagnostics(sink);
        if (sink.errors() != 0) {
            continue;
        }
        const topology::MeshGraph graph = build_mesh_graph(mgd);
        demand(graph.chip_count() <= topology::kMostChips, "no more chips than the limit");
        if (graph.chip_count() <= kMostDrawnChips) {
            const auto picture = topology::draw::draw_mesh_graph(graph);
            render_text(picture, {});
            topology::draw::render_svg(picture);
        }
    }
}

void read_mgd_textproto(std::string_view bytes) {
    if (const auto mgd =
            load_checked([&](auto& sink) { return topology::parse_mgd_textproto(as_source(bytes), sink); })) {
        check_descriptor(*mgd);
    }
}

void read_mgd_yaml(std::string_view bytes) {
    if (const auto mgd =
            load_checked([&](auto& sink) { return topology::parse_mgd_yaml(as_source(bytes), sink); })) {
        check_descriptor(*mgd);
    }
}

void read_id_pattern(std::string_view bytes) {
    static const std::vector<std::uint32_t> domain = [] {
        std::vector<std::uint32_t> ids;
        for (std::uint32_t id = 0; id < 200; ++id) {
            ids.push_back(id * id);
        }
        return ids;
    }();
    if (const auto ids = topology::expand_pattern(bytes, domain)) {
        std::vector<std::uint32_t> sorted = *ids;
        std::sort(sorted.begin(), sorted.end());
        demand(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(), "no id twice");
        demand(std::includes(domain.begin(), domain.end(), sorted.begin(), sorted.end()),
               "only ids of the domain");
    } else {
        demand(!ids.error().empty(), "a refused pattern has a reason");
    }
}

std::vector<std::string> id_patterns() {
    return {"0,1,4-16", "[0-9]*", "1(2|4).", " 4 , 9-1", "((1+)+)+$",
            "\\d{1,3}", "(1)\\1", "4-",      "[",        "0-4294967296"};
}

}  // namespace

std::vector<Target> topology_targets() {
    return {
        {.name = "id-pattern", .largest = 250, .run = read_id_pattern, .made = id_patterns},
        {.name = "mgd-textproto", .endings = {".textproto"}, .run = read_mgd_textproto},
        {.name = "mgd-yaml", .endings = {".yaml"}, .run = read_mgd_yaml},
    };
}

}  // namespace tt_run::fuzz
