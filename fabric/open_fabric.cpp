// Opening a fabric: building it, and telling what is missing. Asking it is control_plane.cpp.
#include <algorithm>

#include <fmt/format.h>

#include "fabric/control_plane.hpp"
#include "fabric/diagnostic_kinds.hpp"
#include "support/counted.hpp"

namespace tt_run::fabric {

using support::counted;
using support::Diagnostic;
using support::DiagnosticSink;
using topology::LostLinks;

namespace {

bool check_config(const FabricSystem& system, const FabricOptions& options, DiagnosticSink& sink) {
    const FabricConfig config = options.settings.config;
    const support::ErrorWatch watch(sink);
    if (config == FabricConfig::custom) {
        sink.report(
            Diagnostic(kFabricNoTopology, {},
                       "fabric config CUSTOM is for tests of routers; it has no topology to route by"));
    }
    if (options.settings.reliability == FabricReliability::dynamic_reconfigure) {
        sink.report(Diagnostic(kFabricNoTopology, {}, "reliability mode DYNAMIC_RECONFIG is not supported")
                        .help("use STRICT_INIT or RELAXED_INIT"));
    }
    for (const std::size_t dimension : {std::size_t{0}, std::size_t{1}}) {
        const bool wanted = is_2d(config) && uses_wraps(config, dimension);
        const bool declared = std::any_of(
            system.graph().meshes.begin(), system.graph().meshes.end(),
            [&](const Mesh& mesh) { return mesh.dim_types[dimension] == topology::DimensionType::ring; });
        if (wanted && !declared) {
            sink.report(
                Diagnostic(kFabricWraps, system.graph().meshes.front().span,
                           fmt::format("{} wraps dimension {}, but no mesh has a RING there; a config may "
                                       "leave wraps out, not add them",
                                       name_of(config), dimension))
                    .help("use FABRIC_2D, or a Mesh Graph Descriptor with `dim_types`"));
        }
    }
    return !watch.saw_error();
}

/// `M0:3 (host/1/4)`.
std::string described(const FabricSystem& system, NodeAt node) {
    return fmt::format("{} (`{}`)", name_of(system.node(node)), system.cluster().name_of(system.asic(node)));
}

/// The links between two meshes or chips that are there but carry nothing.
std::vector<std::string> silent_links(const FabricSystem& system, const LinkStates& states,
                                      const LostLinks& lost) {
    const auto matches = [](FabricNode wanted, FabricNode node) {
        return wanted.mesh == node.mesh && (wanted.chip.value < 0 || wanted.chip == node.chip);
    };
    std::vector<std::string> found;
    for (const auto& [link, state] : states.exceptions()) {
        const topology::Link& one = system.cluster().links()[link];
        const auto a = system.node_of(one.a.asic);
        const auto b = system.node_of(one.b.asic);
        if (!a || !b || state.condition == LinkCondition::up) {
            continue;
        }
        const bool straight = matches(lost.a, system.node(*a)) && matches(lost.b, system.node(*b));
        const bool reversed = matches(lost.a, system.node(*b)) && matches(lost.b, system.node(*a));
        if (straight || reversed) {
            found.push_back(fmt::format("`{}` ~ `{}` is {}", system.cluster().name_of(one.a),
                                        system.cluster().name_of(one.b), name_of(state.condition)));
        }
    }
    return found;
}

}  // namespace

std::optional<ControlPlane> ControlPlane::open(FabricSystemPtr system, const LinkStates& states,
                                               const FabricOptions& options, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    if (!check_config(*system, options, sink)) {
        return std::nullopt;
    }
    ControlPlane plane(std::move(system), states, options);
    for (std::uint32_t mesh = 0; mesh < plane.system_->mesh_count(); ++mesh) {
        MeshLinks one(*plane.system_, states, mesh);
        bool detour = options.reroute && one.is_broken();
        if (detour && one.chips() > DetourTable::kMostChips) {
            sink.report(Diagnostic(
                kFabricTooLarge, plane.system_->mesh(mesh).span,
                fmt::format("mesh {} has {} chips; at most {} are rerouted",
                            plane.system_->mesh(mesh).id.value, one.chips(), DetourTable::kMostChips)));
            detour = false;
        }
        plane.routers_.emplace_back(std::move(one), options.settings.config, detour);
    }
    plane.exits_ = std::make_unique<MeshExits>(*plane.system_, states);
    plane.paths_ = std::make_unique<MeshPaths>(*plane.exits_, plane.system_->mesh_count());
    if (options.settings.config != FabricConfig::disabled) {
        plane.find_losses(sink);
        plane.warn_of_unused_links(sink);
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(plane));
}

void ControlPlane::find_losses(DiagnosticSink& sink) {
    for (std::size_t mesh = 0; mesh < system_->mesh_count(); ++mesh) {
        find_mesh_losses(mesh, sink);
    }
    if (!crosses_meshes()) {
        return;
    }
    for (const MeshExits::Shortage& shortage : exits_->shortages()) {
        const auto& graph = system_->graph();
        if (shortage.of_graphs) {
            const topology::GraphConnection& connection = graph.graph_connections[shortage.connection];
            report_loss(shortage.links,
                        fmt::format("`{}` and `{}`", graph.path_of_graph(connection.from),
                                    graph.path_of_graph(connection.to)),
                        connection.span, sink);
            continue;
        }
        const topology::MeshConnection& connection = graph.connections[shortage.connection];
        const bool chips = connection.is_device_level();
        report_loss(shortage.links,
                    chips ? fmt::format("{} and {}", name_of(shortage.links.a), name_of(shortage.links.b))
                          : fmt::format("meshes {} and {}", connection.from.value, connection.to.value),
                    connection.span, sink);
    }
}

void ControlPlane::find_mesh_losses(std::size_t mesh, DiagnosticSink& sink) {
    const MeshLinks& links = routers_[mesh].links();
    const Mesh& wanted = system_->mesh(mesh);
    const auto count = static_cast<std::uint32_t>(wanted.channels.count);
    const std::size_t before = lost_links_.size();
    for (std::int32_t chip = 0; chip < links.chips(); ++chip) {
        for (Slot slot = 1; slot < links.slots(chip); ++slot) {
            const bool own =
                slot == 1 || slot == 2 || (slot >= kFirstExpressSlot && links.neighbour(chip, slot) > chip);
            const std::int32_t next = own ? links.neighbour(chip, slot) : -1;
            if (next < 0 || links.links(chip, slot) >= count) {
                continue;
            }
            const auto at = static_cast<std::uint32_t>(mesh);
            const LostLinks lost{
                {wanted.id, ChipId{chip}}, {wanted.id, ChipId{next}}, count, links.links(chip, slot)};
            report_loss(
                lost,
                fmt::format("{} and {}", described(*system_, {at, chip}), described(*system_, {at, next})),
                wanted.span, sink);
        }
    }
    if (lost_links_.size() != before) {
        report_plane_losses(mesh, sink);
    }
}

void ControlPlane::report_loss(const LostLinks& lost, const std::string& who, const support::Span& place,
                               DiagnosticSink& sink) {
    lost_links_.push_back(lost);
    const bool strict = options_.settings.reliability == FabricReliability::strict;
    Diagnostic diagnostic(kFabricLinksMissing, place,
                          fmt::format("{} need {}, {} carr{} traffic", who, counted(lost.needed, "link"),
                                      lost.present, lost.present == 1 ? "ies" : "y"));
    for (const std::string& link : silent_links(*system_, states_, lost)) {
        diagnostic.note(link);
    }
    if (strict) {
        diagnostic.help("repair the cable, or open the fabric with RELAXED_INIT");
    } else {
        diagnostic.with_severity(support::Severity::warning);
    }
    sink.report(std::move(diagnostic));
}

void ControlPlane::report_plane_losses(std::size_t mesh, DiagnosticSink& sink) {
    const MeshRouter& router = routers_[mesh];
    const Mesh& wanted = system_->mesh(mesh);
    const auto count = static_cast<std::uint32_t>(wanted.channels.count);
    const std::size_t before = plane_losses_.size();
    for (const std::size_t dimension : {std::size_t{1}, std::size_t{0}}) {
        const std::int32_t lines = dimension == 0 ? wanted.columns() : wanted.rows();
        const std::int32_t length = dimension == 0 ? wanted.rows() : wanted.columns();
        for (std::int32_t line = 0; length > 1 && line < lines; ++line) {
            const std::uint32_t live = router.links().planes(dimension, line, router.uses_wraps(dimension));
            if (live < count) {
                plane_losses_.push_back({wanted.id, dimension, line, count, live});
            }
        }
    }
    if (options_.settings.reliability == FabricReliability::strict || plane_losses_.size() == before) {
        return;
    }
    Diagnostic diagnostic(kFabricLinksMissing, wanted.span,
                          fmt::format("mesh {} opens with fewer routing planes", wanted.id.value));
    diagnostic.with_severity(support::Severity::warning);
    for (std::size_t k = before; k < plane_losses_.size(); ++k) {
        const PlaneLoss& loss = plane_losses_[k];
        diagnostic.note(fmt::format("{} {}: {} before, {} now", loss.dimension == 0 ? "column" : "row",
                                    loss.line, counted(loss.wanted, "plane"), loss.live));
    }
    sink.report(std::move(diagnostic));
}

void ControlPlane::warn_of_unused_links(DiagnosticSink& sink) const {
    const auto ports = exits_->ports();
    for (std::size_t k = 1; crosses_meshes() && k < ports.size(); ++k) {
        if (ports[k].from == ports[k - 1].from && ports[k].to.mesh == ports[k - 1].to.mesh) {
            sink.report(Diagnostic(
                kFabricLinksUnused, system_->mesh(ports[k].from.mesh).span,
                fmt::format("{} has links to {} and to {}; a chip sends to one chip of a mesh, so "
                            "nothing goes to {} from there",
                            name_of(system_->node(ports[k].from)), name_of(system_->node(ports[k - 1].to)),
                            name_of(system_->node(ports[k].to)), name_of(system_->node(ports[k].to)))));
        }
    }
}

}  // namespace tt_run::fabric
