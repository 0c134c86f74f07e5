#include "device/visible_mesh.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "fabric/link_state.hpp"
#include "support/diagnostic_render.hpp"
#include "support/require.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

namespace tt_run::device {

namespace {

using topology::MeshGraph;

std::string rendered(const support::DiagnosticSink& sink) {
    return support::render_text(sink, support::Colour::off);
}

MeshGraph one_mesh(const LocalSystem& system, std::array<bool, 2> rings, std::uint32_t channels) {
    const auto type = [&](std::size_t dimension) { return rings[dimension] ? "RING" : "LINE"; };
    std::string text = fmt::format(
        "mesh_descriptors {{ name: \"visible\" arch: {} device_topology {{ dims: [ {}, {} ] dim_types: [ {}, "
        "{} ] }} host_topology {{ dims: [ 1, 1 ] }} channels {{ count: {} policy: RELAXED }} }}\n"
        "top_level_instance {{ mesh {{ mesh_descriptor: \"visible\" mesh_id: 0 }} }}\n",
        system.architecture == topology::Architecture::blackhole ? "BLACKHOLE" : "WORMHOLE_B0",
        system.shape[0], system.shape[1], type(0), type(1), channels);
    support::DiagnosticSink sink;
    auto graph = topology::load_mesh_graph(support::make_source_text("visible devices", std::move(text)),
                                           topology::MgdProfile::library, sink);
    TT_RUN_REQUIRE(graph.has_value(), "{} is no mesh of visible devices\n{}", system.shape.text(),
                   rendered(sink));
    return *std::move(graph);
}

topology::Mapping place(const MeshGraph& graph, const LocalSystem& system) {
    topology::MappingOptions options;
    options.sharing = topology::HostSharing::sliced;
    options.fewest_hosts = false;
    options.domains.push_back(
        {graph.meshes.front().id, topology::MeshHostRank{0}, system.visible, "TT_VISIBLE_DEVICES", {}});
    support::DiagnosticSink sink;
    auto result = topology::find_mapping(graph, *system.cluster, options, sink);
    TT_RUN_REQUIRE(result.answer == topology::MappingAnswer::mapped,
                   "the {} visible devices of {} are not joined as {}; give a Mesh Graph Descriptor\n{}",
                   system.visible.size(), system.machine, system.shape.text(), rendered(sink));
    return std::move(result.mappings.front());
}

/// The fewest links between neighbours along a dimension: of those inside, and of those round it.
struct Links {
    std::uint32_t inside = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t round = std::numeric_limits<std::uint32_t>::max();
};

Links fewest_links(const LocalSystem& system, const topology::Mapping& mapping, std::size_t dimension) {
    const std::array extents{system.shape[0], system.shape[1]};
    const std::uint32_t length = extents[dimension];
    Links fewest;
    for (std::uint32_t line = 0; length > 1 && line < extents[1 - dimension]; ++line) {
        for (std::uint32_t place = 0; place < length; ++place) {
            const auto asic = [&](std::uint32_t at) {
                return mapping.chips[0][dimension == 0 ? at * extents[1] + line : line * extents[1] + at];
            };
            const auto links = static_cast<std::uint32_t>(
                fabric::live_links(*system.cluster, {}, asic(place), asic((place + 1) % length)).size());
            std::uint32_t& least = place + 1 < length ? fewest.inside : fewest.round;
            least = std::min(least, links);
        }
    }
    return fewest;
}

}  // namespace

fabric::FabricSystemPtr build_visible_mesh(const LocalSystem& system) {
    const topology::Mapping mapping = place(one_mesh(system, {false, false}, 1), system);
    std::array<bool, 2> rings{};
    std::uint32_t channels = std::numeric_limits<std::uint32_t>::max();
    for (const std::size_t dimension : {std::size_t{0}, std::size_t{1}}) {
        const Links fewest = fewest_links(system, mapping, dimension);
        const std::uint32_t length = system.shape[static_cast<std::int32_t>(dimension)];
        rings[dimension] = length > 2 && fewest.round > 0;
        channels =
            std::min(channels, rings[dimension] ? std::min(fewest.inside, fewest.round) : fewest.inside);
    }
    const bool alone = channels == std::numeric_limits<std::uint32_t>::max();
    return std::make_shared<const fabric::FabricSystem>(one_mesh(system, rings, alone ? 1 : channels),
                                                        *system.cluster, mapping);
}

}  // namespace tt_run::device
