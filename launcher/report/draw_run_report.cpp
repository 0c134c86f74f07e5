#include <algorithm>

#include <fmt/format.h>

#include "launcher/report/render_run_report.hpp"
#include "support/counted.hpp"
#include "support/source_text.hpp"
#include "topology/draw/draw_mesh_graph.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

namespace tt_run::launcher {

namespace draw = topology::draw;

namespace {

/// `M0D5`, a device in the runtime's words, as the pictures name chips: `M0:5`.
std::string node_name(std::string device) {
    std::replace(device.begin(), device.end(), 'D', ':');
    return device;
}

draw::Overlay traffic_of(const RunReport& report) {
    draw::Overlay overlay{"traffic", "bytes", {}};
    for (const ReportedLink& link : report.links) {
        overlay.values.push_back({link.from,
                                  link.to,
                                  static_cast<double>(link.payload_bytes),
                                  fmt::format("{} bytes in {} to {}", link.payload_bytes,
                                              support::counted(link.packets, "packet"), link.to),
                                  {}});
    }
    return overlay;
}

draw::Overlay modelled_time_of(const RunReport& report) {
    draw::Overlay overlay{"modelled time", "us", {}};
    for (const ReportedLink& link : report.links) {
        if (link.modelled_us > 0) {
            overlay.values.push_back({link.from,
                                      link.to,
                                      link.modelled_us,
                                      fmt::format("{:.3f} us to {}", link.modelled_us, link.to),
                                      {}});
        }
    }
    return overlay;
}

draw::Overlay waits_of(const RunReport& report) {
    draw::Overlay overlay{"waits", "s", {}};
    for (const ReportedConnection& one : report.connections) {
        const std::string at = node_name(one.end == "sender" ? one.from : one.to);
        overlay.values.push_back(
            {at,
             at,
             one.waited_seconds,
             fmt::format("socket {} {} waited {:.6f} s", one.socket, one.end, one.waited_seconds),
             {}});
    }
    return overlay;
}

}  // namespace

std::vector<ReportPicture> draw_report(const RunReport& report) {
    std::vector<ReportPicture> pictures;
    for (const ReportedDescriptor& descriptor : report.descriptors) {
        support::DiagnosticSink told;
        const auto graph = topology::load_mesh_graph(
            support::make_source_text(descriptor.path, descriptor.text), topology::MgdProfile::library, told);
        if (!graph) {
            continue;
        }
        std::vector<draw::OwnedPart> owners;
        int next_part = 0;
        for (const ReportedRank& rank : report.ranks) {
            const topology::MeshId mesh{rank.mesh_id};
            next_part = owners.empty() || owners.back().mesh != mesh ? 0 : next_part + 1;
            owners.push_back({mesh, {rank.mesh_host_rank.value_or(next_part)}, fmt::format("{}", rank.rank)});
        }
        ReportPicture shown;
        shown.picture = draw::draw_mesh_graph(*graph, owners);
        shown.overlays.push_back(traffic_of(report));
        shown.overlays.push_back(waits_of(report));
        shown.overlays.push_back(modelled_time_of(report));
        std::erase_if(shown.overlays, [](const draw::Overlay& overlay) { return overlay.values.empty(); });
        for (const draw::Overlay& overlay : shown.overlays) {
            draw::add_lines_for(shown.picture, overlay);
        }
        pictures.push_back(std::move(shown));
    }
    return pictures;
}

}  // namespace tt_run::launcher
