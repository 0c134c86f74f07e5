#include "launcher/allocation/starter_job.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/allocation/generate_bindings.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/text.hpp"
#include "topology/mapping/find_mapping.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/device_numbering.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using topology::Cluster;
using topology::Mapping;
using topology::MeshGraph;

namespace {

constexpr std::string_view kMgdName = "mgd.textproto";
constexpr std::int32_t kGalaxyChips = 32;

/// Two meshes, by position, and the links between them.
using Connections = std::map<std::pair<std::size_t, std::size_t>, std::uint32_t>;

/// What goes into the descriptor.
struct Draft {
    MeshShape shape;
    std::size_t meshes = 1;
    std::uint32_t channels = 1;  ///< between neighbours in a mesh
    std::string_view policy = "RELAXED";
    Connections connections;
    std::string architecture;
    std::string system;
};

/// The channels that every connection has.
std::uint32_t common_channels(const Connections& connections) {
    std::uint32_t least = UINT32_MAX;
    for (const auto& [pair, links] : connections) {
        least = std::min(least, links);
    }
    return least;
}

std::string render_connections(const Draft& draft) {
    if (draft.connections.empty()) {
        return "  # no cables join the meshes of this machine\n";
    }
    const std::uint32_t channels = common_channels(draft.connections);
    if (draft.connections.size() == draft.meshes * (draft.meshes - 1) / 2) {
        return fmt::format(
            "  # Every mesh is joined to every other one. layout_type: RING would join neighbours only.\n"
            "  graph_topology {{ layout_type: ALL_TO_ALL channels {{ count: {} }} }}\n",
            channels);
    }
    std::string text =
        "  # Who is joined to whom, and by how many ethernet links. Sockets work between joined meshes, and "
        "by\n"
        "  # way of others. Leave out what the job does not need.\n";
    for (const auto& [pair, links] : draft.connections) {
        text += fmt::format(
            "  connections {{\n"
            "    nodes {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n"
            "    nodes {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n"
            "    channels {{ count: {} }}\n  }}\n",
            pair.first, pair.second, links);
    }
    return text;
}

std::string render_mesh_graph(const Draft& draft) {
    std::string text = fmt::format(
        "# The job's wish for hardware, made for {}.\n"
        "#   tt-run check FILE --cluster X   says whether a machine can grant it, and if not, which link is "
        "missing\n"
        "\n"
        "# One kind of mesh: a grid of chips that a program uses as one device.\n"
        "mesh_descriptors {{\n"
        "  name: \"M\"\n"
        "  arch: {}\n"
        "  device_topology {{ dims: [ {}, {} ] }}  # rows, columns; dim_types: [ RING, LINE ] would close "
        "the columns\n"
        "  host_topology {{ dims: [ 1, 1 ] }}    # hosts that share one mesh; each needs a rank\n"
        "  # Links between neighbours. STRICT: all must be there; RELAXED: one will do.\n"
        "  channels {{ count: {} policy: {} }}\n"
        "}}\n\n",
        draft.system, draft.architecture, draft.shape.rows, draft.shape.columns, draft.channels,
        draft.policy);
    if (draft.meshes == 1) {
        return text + "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n";
    }
    text += "# The meshes, and what joins them.\ngraph_descriptors {\n  name: \"G\"\n  type: \"FABRIC\"\n";
    for (std::size_t mesh = 0; mesh < draft.meshes; ++mesh) {
        text += fmt::format("  instances {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n", mesh);
    }
    return text + render_connections(draft) +
           "}\n\ntop_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n";
}

std::optional<MeshGraph> load(const Draft& draft, DiagnosticSink& sink) {
    return topology::load_mesh_graph(
        support::make_source_text(std::string(kMgdName), render_mesh_graph(draft)),
        topology::MgdProfile::library, sink);
}

/// Shapes that are a whole host of so many chips, the most usual first.
std::vector<MeshShape> whole_host_shapes(std::int32_t chips) {
    std::vector<MeshShape> shapes;
    for (std::int32_t rows = 1; rows <= chips; ++rows) {
        if (chips % rows == 0) {
            shapes.push_back({rows, chips / rows});
        }
    }
    const auto rank = [&](const MeshShape& shape) {
        // Galaxies stand upright, 8 x 4; everything else lies, 2 x 4.
        const bool usual = chips == kGalaxyChips ? shape.rows >= shape.columns : shape.rows <= shape.columns;
        return std::pair(std::abs(shape.rows - shape.columns), !usual);
    };
    std::stable_sort(shapes.begin(), shapes.end(),
                     [&](const MeshShape& a, const MeshShape& b) { return rank(a) < rank(b); });
    return shapes;
}

/// The links between any two chips of the mapping, by which meshes they are of.
struct Counted {
    Connections between;
    std::uint32_t least_in_mesh = UINT32_MAX;  ///< of all neighbours within meshes
};

Counted count_links(const MeshGraph& graph, const Mapping& mapping, const Cluster& cluster) {
    constexpr std::size_t kNobody = SIZE_MAX;
    std::vector<std::size_t> owner(cluster.asics().size(), kNobody);
    for (std::size_t mesh = 0; mesh < mapping.chips.size(); ++mesh) {
        for (const topology::AsicIndex asic : mapping.chips[mesh]) {
            owner[asic.value] = mesh;
        }
    }
    Counted counted;
    std::map<std::pair<topology::AsicIndex, topology::AsicIndex>, std::uint32_t> between_chips;
    for (const topology::Link& link : cluster.links()) {
        const std::size_t a = owner[link.a.asic.value];
        const std::size_t b = owner[link.b.asic.value];
        ++between_chips[std::minmax(link.a.asic, link.b.asic)];
        if (a != kNobody && b != kNobody && a != b) {
            ++counted.between[std::minmax(a, b)];
        }
    }
    for (std::size_t k = 0; k < graph.meshes.size(); ++k) {
        for (const auto& [a, b] : graph.meshes[k].neighbours()) {
            const auto pair = std::minmax(mapping.chips[k][static_cast<std::size_t>(a.value)],
                                          mapping.chips[k][static_cast<std::size_t>(b.value)]);
            counted.least_in_mesh = std::min(counted.least_in_mesh, between_chips[{pair.first, pair.second}]);
        }
    }
    return counted;
}

/// Where the draft's meshes fit, if they do; reports why not.
std::optional<Mapping> place(const Draft& draft, const Cluster& cluster, DiagnosticSink& sink) {
    const auto graph = load(draft, sink);
    if (!graph) {
        return std::nullopt;
    }
    const topology::MappingResult found = topology::find_mapping(*graph, cluster, {}, sink);
    return found.mappings.empty() ? std::nullopt : std::optional(found.mappings.front());
}

std::string architecture_of(const Cluster& cluster, const support::Span& place, DiagnosticSink& sink) {
    const auto architecture = cluster.architecture();
    for (const topology::Architecture known :
         {topology::Architecture::wormhole_b0, topology::Architecture::blackhole}) {
        if (architecture && topology::chip_architecture(known) == *architecture) {
            return std::string(topology::spelling_of(known));
        }
    }
    sink.report(
        Diagnostic(kNoStarterJob, place, "its chips are of several architectures, or of an unknown one")
            .help("name a machine whose chips are all Wormhole or all Blackhole"));
    return "";
}

/// How many of its hosts have room for how many meshes of the shape, by their chips alone.
std::size_t room_for(const MeshShape& shape, const Cluster& cluster) {
    std::size_t room = 0;
    for (const topology::Host& host : cluster.hosts()) {
        room += host.asic_count / static_cast<std::uint32_t>(shape.rows * shape.columns);
    }
    return room;
}

/// The shape and number of meshes, and where they fit.
std::optional<Mapping> choose_meshes(Draft& draft, const StarterRequest& request, const Cluster& cluster,
                                     DiagnosticSink& sink) {
    std::vector<MeshShape> shapes;
    if (request.mesh) {
        shapes = {*request.mesh};
    } else {
        shapes = whole_host_shapes(static_cast<std::int32_t>(cluster.hosts().front().asic_count));
    }
    for (const MeshShape& shape : shapes) {
        draft.shape = shape;
        draft.meshes = request.meshes.value_or(room_for(shape, cluster));
        if (draft.meshes == 0) {
            sink.report(Diagnostic(kNoStarterJob, request.place,
                                   fmt::format("no host of it has {} chips for a mesh of {}x{}",
                                               shape.rows * shape.columns, shape.rows, shape.columns))
                            .help("give a smaller mesh"));
            return std::nullopt;
        }
        DiagnosticSink told;
        const bool last = &shape == &shapes.back();
        if (auto mapping = place(draft, cluster, last ? sink : told)) {
            return mapping;
        }
    }
    return std::nullopt;
}

std::string binding_comment(const Draft& draft, const PhysicalModel& model) {
    return fmt::format(
        "# Which rank owns which mesh, made for {}. tt-run starts a process for each row:\n"
        "#   rank            its number, as in MPI: 0, 1, ...\n"
        "#   mesh_id         its mesh in the Mesh Graph Descriptor named below\n"
        "#   mesh_host_rank  which host's part of that mesh; 0 where a mesh is on one host\n"
        "#   env_overrides   variables for this rank alone; TT_VISIBLE_DEVICES names its devices by {}\n"
        "# `global_env:` with the same form sets variables for all ranks.\n",
        draft.system, name_of(numbering_of(model.cluster)));
}

}  // namespace

std::optional<MeshShape> parse_mesh_shape(std::string_view text) {
    const std::size_t cross = text.find('x');
    const auto rows = support::parse_integer(text.substr(0, cross));
    const auto columns =
        cross == std::string_view::npos ? std::nullopt : support::parse_integer(text.substr(cross + 1));
    constexpr std::int64_t kMost = 1024;
    if (!rows || !columns || *rows < 1 || *columns < 1 || *rows > kMost || *columns > kMost) {
        return std::nullopt;
    }
    return MeshShape{static_cast<std::int32_t>(*rows), static_cast<std::int32_t>(*columns)};
}

std::optional<StarterJob> build_starter_job(const PhysicalModel& model, const StarterRequest& request,
                                            const support::HostEnvironment& host, DiagnosticSink& sink) {
    const Cluster& cluster = model.cluster;
    Draft draft;
    draft.system = request.system;
    draft.architecture = architecture_of(cluster, request.place, sink);
    if (draft.architecture.empty()) {
        return std::nullopt;
    }
    const auto mapping = choose_meshes(draft, request, cluster, sink);
    if (!mapping) {
        return std::nullopt;
    }
    // As strict as the machine is good: what is written is what is there.
    const Counted counted = count_links(*load(draft, sink), *mapping, cluster);
    draft.connections = counted.between;
    draft.channels = counted.least_in_mesh == UINT32_MAX ? 1 : counted.least_in_mesh;
    draft.policy = "STRICT";
    const auto graph = load(draft, sink);
    if (!graph) {
        return std::nullopt;
    }
    JobMeshGraphs job;
    job.parts.push_back({0, host.working_directory / kMgdName, *graph});
    const Generation generation = generate_bindings(job, model, {}, host, sink);
    if (generation.solutions.empty()) {
        return std::nullopt;
    }
    GeneratedBindings bindings = generation.solutions.front().subcontexts.front();
    bindings.mesh_graph_desc_path = kMgdName;
    StarterJob starter;
    starter.mesh = draft.shape;
    starter.meshes = draft.meshes;
    starter.connections = draft.connections.size();
    starter.files.push_back({std::string(kMgdName), render_mesh_graph(draft)});
    starter.files.push_back(
        {"rank_bindings.yaml", render_rank_bindings(bindings, binding_comment(draft, model))});
    if (cluster.origin() != topology::Origin::synthetic && cluster.hosts().size() > 1) {
        starter.files.push_back({"rankfile", render_rankfile(generation.solutions.front().ranks)});
    }
    return starter;
}

}  // namespace tt_run::launcher
