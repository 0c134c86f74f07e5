#include "cli/route_picture.hpp"

#include <fmt/format.h>

#include "topology/draw/draw_cluster.hpp"
#include "topology/draw/draw_mesh_graph.hpp"

namespace tt_run::cli {

namespace draw = topology::draw;

namespace {

/// How a picture names nodes: by mesh and chip, or by the chips that play them.
using NameOf = std::string (*)(const fabric::ControlPlane&, fabric::NodeAt);

std::string logical_name(const fabric::ControlPlane& plane, fabric::NodeAt node) {
    return fabric::name_of(plane.system().node(node));
}

std::string physical_name(const fabric::ControlPlane& plane, fabric::NodeAt node) {
    return plane.system().cluster().name_of(plane.system().asic(node));
}

std::vector<draw::Overlay> route_overlays(const fabric::ControlPlane& plane,
                                          const std::vector<fabric::AskedRoute>& routes, NameOf name) {
    draw::Overlay overlay{"routes", "routes over a link", {}};
    for (const fabric::AskedRoute& asked : routes) {
        if (!asked.route) {
            continue;
        }
        std::size_t number = 0;
        for (const fabric::Hop& hop : *asked.route) {
            overlay.values.push_back(
                {name(plane, hop.from),
                 name(plane, hop.to),
                 1,
                 fmt::format("hop {} of {} to {}, {}", ++number,
                             fabric::name_of(plane.system().node(asked.from)),
                             fabric::name_of(plane.system().node(asked.to)), fabric::name_of(hop.direction)),
                 {}});
        }
    }
    return {overlay};
}

std::vector<draw::Overlay> traffic_overlays(const fabric::ControlPlane& plane,
                                            const std::vector<fabric::Transfer>& transfers, NameOf name) {
    const fabric::FabricConfig config = plane.options().settings.config;
    const auto traffic = fabric::count_traffic(plane, transfers, fabric::packet_format(config));
    std::vector<draw::Overlay> overlays{{"traffic", "bytes", {}}, {"modelled time", "us", {}}};
    if (!traffic) {
        return {};
    }
    for (const fabric::LinkTraffic& one : *traffic) {
        const fabric::TimeModel model =
            fabric::time_model(plane.system().mesh(one.from.mesh).architecture, config);
        const fabric::Microseconds time = fabric::sending_time(plane, one);
        const std::string from = name(plane, one.from);
        const std::string to = name(plane, one.to);
        overlays[0].values.push_back({from,
                                      to,
                                      static_cast<double>(one.payload_bytes),
                                      fmt::format("{} bytes {} on plane {}", one.payload_bytes,
                                                  fabric::name_of(one.direction), one.plane),
                                      {}});
        overlays[1].values.push_back(
            {from,
             to,
             time.count(),
             fmt::format("{:.3f} us {} ({})", time.count(), fabric::name_of(one.direction), model.label),
             {}});
    }
    return overlays;
}

}  // namespace

std::vector<ShownPicture> draw_routes(const fabric::ControlPlane& plane, bool has_cluster,
                                      const std::vector<fabric::AskedRoute>& routes,
                                      const std::vector<fabric::Transfer>& transfers) {
    const auto overlays = [&](NameOf name) {
        return transfers.empty() ? route_overlays(plane, routes, name)
                                 : traffic_overlays(plane, transfers, name);
    };
    const fabric::FabricSystem& system = plane.system();
    std::vector<ShownPicture> views{
        {draw::draw_mesh_graph(system.graph()), "meshes", overlays(logical_name)}};
    if (has_cluster) {
        std::vector<draw::LinkCondition> conditions;
        for (const auto& [link, state] : plane.states().exceptions()) {
            conditions.push_back(describe_condition(link, state));
        }
        const draw::MappedSystem mapped{
            system.graph(), system.cluster(), system.mapping(), std::move(conditions), {}};
        views.insert(views.begin(), {draw::draw_mapping(mapped, draw::judge_links(system.cluster())),
                                     "hardware", overlays(physical_name)});
    }
    for (ShownPicture& view : views) {
        for (const draw::Overlay& overlay : view.overlays) {
            draw::add_lines_for(view.picture, overlay);
        }
    }
    return views;
}

draw::LinkCondition describe_condition(std::uint32_t link, const fabric::LinkState& state) {
    switch (state.condition) {
        case fabric::LinkCondition::down:
            return {link, draw::LinkLook::missing, "down"};
        case fabric::LinkCondition::one_sided:
            return {link, draw::LinkLook::one_sided, "seen from one end only"};
        case fabric::LinkCondition::up:
            break;
    }
    return {link, draw::LinkLook::slow,
            state.dropped > 0 ? fmt::format("drops {:g} of its packets", state.dropped)
                              : fmt::format("at {:g} of its rate", state.speed)};
}

}  // namespace tt_run::cli
