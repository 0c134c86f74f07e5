#include "fabric/render_fabric.hpp"

#include <fmt/format.h>

#include "support/check.hpp"
#include "support/counted.hpp"
#include "topology/physical/json_text.hpp"

namespace tt_run::fabric {

using support::counted;
using topology::json_text;

namespace {

std::string node_name(const ControlPlane& plane, NodeAt node) {
    return name_of(plane.system().node(node));
}

std::uint64_t crossings(const Route& route) {
    std::uint64_t count = 0;
    for (const Hop& hop : route) {
        count += hop.leaves_mesh() ? 1 : 0;
    }
    return count;
}

std::string list(const std::vector<std::uint32_t>& numbers) {
    return fmt::format("{}", fmt::join(numbers, ", "));
}

std::vector<std::uint32_t> planes_of_lines(const MeshRouter& router, std::size_t dimension) {
    const std::int32_t lines = dimension == 0 ? router.links().columns() : router.links().rows();
    std::vector<std::uint32_t> planes;
    for (std::int32_t line = 0; line < lines; ++line) {
        planes.push_back(router.links().planes(dimension, line, router.uses_wraps(dimension)));
    }
    return planes;
}

std::string way_of(const MeshRouter& router) {
    if (router.is_detoured()) {
        return "detours round dead links";
    }
    if (router.is_folded()) {
        return "its edge folded into a ring";
    }
    const bool rows = router.uses_wraps(1);
    const bool columns = router.uses_wraps(0);
    return rows && columns ? "rows and columns wrap" : rows ? "rows wrap" : columns ? "columns wrap" : "";
}

std::string topology_of(const ControlPlane& plane) {
    const auto name = topology_name(plane.options().settings.config);
    return name ? std::string(*name) : "none";
}

std::string traffic_json(const ControlPlane& plane, const std::vector<Transfer>& transfers) {
    const FabricConfig config = plane.options().settings.config;
    const auto traffic = count_traffic(plane, transfers, packet_format(config));
    const auto time = predict_time(plane, transfers);
    if (!traffic || !time) {
        return {};  // a route is missing, and said to be so above
    }
    std::string out = ",\n  \"links\": [";
    std::string_view separator = "\n";
    for (const LinkTraffic& one : *traffic) {
        out += fmt::format(
            "{}    {{\"from\": {}, \"to\": {}, \"direction\": \"{}\", \"plane\": {}, \"bytes\": {}, "
            "\"packets\": {}, \"flows\": {}}}",
            separator, json_text(node_name(plane, one.from)), json_text(node_name(plane, one.to)),
            name_of(one.direction), one.plane, one.payload_bytes, one.packets, one.flows);
        separator = ",\n";
    }
    const TimeModel model = time_model(plane.system().mesh(0).architecture, config);
    out += fmt::format(
        "\n  ],\n  \"prediction\": {{\"label\": {}, \"latency_us\": {:.3f}, \"busiest_link_us\": {:.3f}, "
        "\"total_us\": {:.3f}, \"constants\": [",
        json_text(model.label), time->latency.count(), time->busiest.count(), time->total.count());
    separator = "";
    for (const ModelConstant& constant : {model.hop_latency, model.link_rate}) {
        out += fmt::format("{}{{\"name\": {}, \"value\": {}, \"unit\": {}, \"source\": {}}}", separator,
                           json_text(constant.name), constant.value, json_text(constant.unit),
                           json_text(constant.source));
        separator = ", ";
    }
    return out + "]}";
}

}  // namespace

std::vector<AskedRoute> ask_routes(const ControlPlane& plane, const std::vector<NodeAt>& from,
                                   const std::vector<NodeAt>& to) {
    std::vector<AskedRoute> asked;
    for (const NodeAt source : from) {
        for (const NodeAt target : to) {
            asked.push_back({source, target, plane.route(source, target)});
        }
    }
    return asked;
}

std::string render_routes_text(const ControlPlane& plane, const std::vector<AskedRoute>& routes) {
    std::string out;
    for (const AskedRoute& asked : routes) {
        if (!asked.route) {
            out += asked.route.error().message() + "\n";
            continue;
        }
        const Route& route = *asked.route;
        out += fmt::format("{} to {}: {}", node_name(plane, asked.from), node_name(plane, asked.to),
                           counted(route.size(), "hop"));
        if (const std::uint64_t crossed = crossings(route); crossed != 0) {
            out += fmt::format(", {} between meshes", crossed);
        }
        out += route.empty() ? "\n" : fmt::format(", {}\n", counted(plane.planes(route.front()), "link"));
        for (const Hop& hop : route) {
            out += fmt::format("  {:>8} {} {:<8} channels {}, virtual channel {}{}\n",
                               node_name(plane, hop.from), name_of(hop.direction), node_name(plane, hop.to),
                               list(plane.channels(hop)), hop.virtual_channel,
                               hop.leaves_mesh() ? ", to another mesh" : "");
        }
    }
    return out;
}

std::string render_routes_json(const ControlPlane& plane, const std::vector<AskedRoute>& routes,
                               const std::vector<Transfer>& transfers) {
    std::string out = "{\n  \"schema\": \"tt-run/routes\",\n  \"version\": 1,\n  \"routes\": [";
    std::string_view separator = "\n";
    for (const AskedRoute& asked : routes) {
        out += fmt::format("{}    {{\"from\": {}, \"to\": {}, ", separator,
                           json_text(node_name(plane, asked.from)), json_text(node_name(plane, asked.to)));
        separator = ",\n";
        if (!asked.route) {
            out += fmt::format("\"reason\": {}}}", json_text(asked.route.error().message()));
            continue;
        }
        out += "\"hops\": [";
        std::string_view between = "\n";
        for (const Hop& hop : *asked.route) {
            out += fmt::format(
                "{}      {{\"from\": {}, \"to\": {}, \"direction\": \"{}\", \"virtual_channel\": {}, "
                "\"channels\": [{}]}}",
                between, json_text(node_name(plane, hop.from)), json_text(node_name(plane, hop.to)),
                name_of(hop.direction), hop.virtual_channel, list(plane.channels(hop)));
            between = ",\n";
        }
        out += asked.route->empty() ? "]}" : "\n    ]}";
    }
    out += "\n  ]";
    if (!transfers.empty()) {
        out += traffic_json(plane, transfers);
    }
    return out + "\n}\n";
}

std::string render_traffic_text(const ControlPlane& plane, const std::vector<Transfer>& transfers) {
    const FabricConfig config = plane.options().settings.config;
    const auto traffic = count_traffic(plane, transfers, packet_format(config));
    const auto time = predict_time(plane, transfers);
    TT_RUN_CHECK(traffic && time);
    std::string out = "traffic:\n";
    for (const LinkTraffic& one : *traffic) {
        out += fmt::format("  {:>8} {} {:<8} plane {}: {}, {}, {}\n", node_name(plane, one.from),
                           name_of(one.direction), node_name(plane, one.to), one.plane,
                           counted(one.payload_bytes, "byte"), counted(one.packets, "packet"),
                           counted(one.flows, "flow"));
    }
    const TimeModel model = time_model(plane.system().mesh(0).architecture, config);
    out += fmt::format("time ({}):\n", model.label);
    out += fmt::format("  {:.2f} us: {:.2f} us on the longest way, {:.2f} us on the busiest link\n",
                       time->total.count(), time->latency.count(), time->busiest.count());
    for (const ModelConstant& constant : {model.hop_latency, model.link_rate}) {
        out += fmt::format("  {} {} {}: {}\n", constant.name, constant.value, constant.unit, constant.source);
    }
    return out;
}

std::string render_fabric_text(const ControlPlane& plane) {
    const FabricSystem& system = plane.system();
    const FabricSettings& settings = plane.options().settings;
    std::string out =
        fmt::format("{} (topology {}), {}: {}, {}, {} of packets\n", name_of(settings.config),
                    topology_of(plane), name_of(settings.reliability), counted(system.mesh_count(), "mesh"),
                    counted(system.node_count(), "chip"), counted(plane.stages(), "stage"));
    for (std::size_t mesh = 0; mesh < system.mesh_count(); ++mesh) {
        const MeshRouter& router = plane.router(mesh);
        const Mesh& logical = system.mesh(mesh);
        const std::string way = way_of(router);
        out += fmt::format("{} {}: {} x {}{}{}, {}\n",
                           logical.kind == topology::MeshKind::mesh ? "mesh" : "switch", logical.id.value,
                           logical.rows(), logical.columns(), way.empty() ? "" : ", ", way,
                           counted(plane.virtual_channels(mesh), "virtual channel"));
        if (logical.columns() > 1) {
            out += fmt::format("  planes of rows: {}\n", list(planes_of_lines(router, 1)));
        }
        if (logical.rows() > 1) {
            out += fmt::format("  planes of columns: {}\n", list(planes_of_lines(router, 0)));
        }
        for (const NeighbourMesh& neighbour : plane.exits().neighbours(mesh)) {
            out += fmt::format("  to mesh {}:", system.mesh(neighbour.mesh).id.value);
            for (const ExitPort& port : plane.exits().ports(neighbour)) {
                out += fmt::format(" {} {} {} ({})", node_name(plane, port.from), name_of(port.direction),
                                   node_name(plane, port.to), counted(port.link_count, "link"));
            }
            out += "\n";
        }
    }
    for (const auto& [link, state] : plane.states().exceptions()) {
        const topology::Link& one = system.cluster().links()[link];
        out += fmt::format("link {} ~ {}: {}", system.cluster().name_of(one.a),
                           system.cluster().name_of(one.b), name_of(state.condition));
        out += state.speed < 1 ? fmt::format(", {} of its rate", state.speed) : "";
        out += state.dropped > 0 ? fmt::format(", {} of its packets lost and sent again\n", state.dropped)
                                 : "\n";
    }
    return out;
}

std::string render_fabric_json(const ControlPlane& plane) {
    const FabricSystem& system = plane.system();
    const FabricSettings& settings = plane.options().settings;
    std::string out = fmt::format(
        "{{\n  \"schema\": \"tt-run/fabric\",\n  \"version\": 1,\n  \"config\": \"{}\",\n  \"topology\": "
        "\"{}\",\n  \"reliability\": \"{}\",\n  \"stages\": {},\n  \"meshes\": [",
        name_of(settings.config), topology_of(plane), name_of(settings.reliability), plane.stages());
    std::string_view separator = "\n";
    for (std::size_t mesh = 0; mesh < system.mesh_count(); ++mesh) {
        const MeshRouter& router = plane.router(mesh);
        const Mesh& logical = system.mesh(mesh);
        out += fmt::format(
            "{}    {{\"mesh\": {}, \"rows\": {}, \"columns\": {}, \"virtual_channels\": {}, \"detours\": {}, "
            "\"row_planes\": [{}], \"column_planes\": [{}], \"exits\": [",
            separator, logical.id.value, logical.rows(), logical.columns(), plane.virtual_channels(mesh),
            router.is_detoured(), list(planes_of_lines(router, 1)), list(planes_of_lines(router, 0)));
        separator = ",\n";
        std::string_view between;
        for (const NeighbourMesh& neighbour : plane.exits().neighbours(mesh)) {
            for (const ExitPort& port : plane.exits().ports(neighbour)) {
                out += fmt::format("{}{{\"from\": {}, \"to\": {}, \"direction\": \"{}\", \"links\": {}}}",
                                   between, json_text(node_name(plane, port.from)),
                                   json_text(node_name(plane, port.to)), name_of(port.direction),
                                   port.link_count);
                between = ", ";
            }
        }
        out += "]}";
    }
    out += "\n  ],\n  \"lost_links\": [";
    separator = "\n";
    for (const topology::LostLinks& lost : plane.lost_links()) {
        out += fmt::format("{}    {{\"a\": {}, \"b\": {}, \"needed\": {}, \"present\": {}}}", separator,
                           json_text(name_of(lost.a)), json_text(name_of(lost.b)), lost.needed, lost.present);
        separator = ",\n";
    }
    out += "\n  ],\n  \"lost_planes\": [";
    separator = "\n";
    for (const PlaneLoss& loss : plane.plane_losses()) {
        out += fmt::format("{}    {{\"mesh\": {}, \"{}\": {}, \"before\": {}, \"now\": {}}}", separator,
                           loss.mesh.value, loss.dimension == 0 ? "column" : "row", loss.line, loss.wanted,
                           loss.live);
        separator = ",\n";
    }
    return out + "\n  ]\n}\n";
}

std::string render_table_text(const RoutingTable& table) {
    std::string out = fmt::format("table of {}\n", name_of(table.node));
    for (const RoutingTable::WithinMesh& row : table.within) {
        out += row.channels.empty() ? fmt::format("  chip {}: no way\n", row.target.value)
                                    : fmt::format("  chip {}: {}, channels {}\n", row.target.value,
                                                  name_of(row.direction), list(row.channels));
    }
    for (const RoutingTable::ToMesh& row : table.to_mesh) {
        out += fmt::format("  mesh {}: by chip {}, {}, channels {}\n", row.target.value, row.exit.value,
                           name_of(row.direction), list(row.channels));
    }
    return out;
}

}  // namespace tt_run::fabric
