#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

std::string named(const MeshDescriptor& mesh) {
    return fmt::format("{} `{}`", mesh.kind == MeshKind::mesh ? "mesh" : "switch",
                       mesh.name ? mesh.name->value : "");
}

/// All descriptors are of one architecture: that of the first which names a valid one.
void check_architectures(MgdRules& rules) {
    const MeshDescriptor* first = nullptr;
    for (std::size_t k = 0; k < rules.grid_count(); ++k) {
        const MeshDescriptor& mesh = rules.grid(k);
        if (!mesh.architecture || spelling_of(mesh.architecture->value).empty()) {
            rules.findings.report(
                Diagnostic(kBadArchitecture, mesh.architecture ? mesh.architecture->span : mesh.span,
                           mesh.architecture
                               ? fmt::format("architecture number {} has no meaning",
                                             static_cast<std::int32_t>(mesh.architecture->value))
                               : fmt::format("{} does not say its architecture", named(mesh)))
                    .help("write `arch: WORMHOLE_B0` or `arch: BLACKHOLE`"));
        } else if (first == nullptr) {
            first = &mesh;
        } else if (mesh.architecture->value != first->architecture->value) {
            rules.findings.report(
                Diagnostic(kArchitectureMix, mesh.architecture->span,
                           fmt::format("{} is {}, {} is {}; all chips of a file are of one architecture",
                                       named(mesh), spelling_of(mesh.architecture->value), named(*first),
                                       spelling_of(first->architecture->value)))
                    .also(first->architecture->span, "the first one")
                    .help("give them one architecture, or describe them in two files"));
        }
    }
}

/// Two positive dims whose product is no more than a file may have chips.
bool check_device_dims(MgdRules& rules, const MeshDescriptor& mesh, GridFacts& facts) {
    const Span& place = mesh.device_topology_span ? mesh.device_topology_span : mesh.span;
    if (mesh.device_dims.size() != 2) {
        Diagnostic rank(
            kBadDimensions, place,
            mesh.device_dims.empty()
                ? fmt::format("{} has no device dims; a mesh is a grid of rows and columns", named(mesh))
                : fmt::format("{} has {}; a mesh is a grid of rows and columns", named(mesh),
                              support::counted(mesh.device_dims.size(), "device dim")));
        rank.help("write `device_topology { dims: [ROWS, COLUMNS] }`");
        rules.findings.report(std::move(rank));
        return false;
    }
    for (const auto& dim : mesh.device_dims) {
        if (dim.value <= 0) {
            rules.findings.report(
                Diagnostic(kBadDimensions, dim.span,
                           fmt::format("a mesh cannot be `{}` chips long; dims are at least 1", dim.value)));
            return false;
        }
    }
    facts.rows = mesh.device_dims[0].value;
    facts.columns = mesh.device_dims[1].value;
    if (facts.chips() > kMostChips) {
        rules.findings.report(Diagnostic(kMgdTooManyChips, place,
                                         fmt::format("{} has {} chips; a file may have {} in all",
                                                     named(mesh), facts.chips(), kMostChips)));
        return false;
    }
    return true;
}

void check_dim_types(MgdRules& rules, const MeshDescriptor& mesh) {
    if (mesh.dim_types.size() > mesh.device_dims.size()) {
        rules.findings.report(
            Diagnostic(kBadDimensionTypes, mesh.dim_types.back().span,
                       fmt::format("{} types for {} dims; `dim_types` is as long as `dims`, or shorter",
                                   mesh.dim_types.size(), mesh.device_dims.size()))
                .help("remove what is too much; those left out are `LINE`"));
    }
    for (std::size_t k = 0; k < mesh.dim_types.size(); ++k) {
        const auto& type = mesh.dim_types[k];
        if (spelling_of(type.value).empty()) {
            rules.findings.report(Diagnostic(kBadDimensionTypes, type.span,
                                             fmt::format("dimension type number {} has no meaning",
                                                         static_cast<std::int32_t>(type.value)))
                                      .help("write `LINE` or `RING`"));
        } else if (k < mesh.device_dims.size() && type.value == DimensionType::ring &&
                   mesh.device_dims[k].value >= 1 && mesh.device_dims[k].value <= 2) {
            rules.findings.report(
                Diagnostic(
                    kShortRing, type.span,
                    fmt::format("a `RING` of {} has no link of its own to close it; that takes 3 chips",
                                mesh.device_dims[k].value))
                    .also(mesh.device_dims[k].span, "the dim")
                    .help("write `LINE`, which gives the same links"));
        }
    }
}

/// The host grid cuts the device grid in equal blocks.
void check_host_dims(MgdRules& rules, const MeshDescriptor& mesh, GridFacts& facts) {
    if (mesh.kind == MeshKind::network_switch) {
        return;  // always driven by one rank
    }
    // Tools may take a mesh that says nothing for one host's; the runtime does not.
    if (mesh.host_dims.size() != mesh.device_dims.size()) {
        rules.findings.report(
            Diagnostic(kBadHostDimensions, mesh.host_topology_span ? mesh.host_topology_span : mesh.span,
                       mesh.host_dims.empty()
                           ? fmt::format("{} does not say how its chips are split among hosts", named(mesh))
                           : fmt::format("{} host dims for {} device dims; there are as many of both",
                                         mesh.host_dims.size(), mesh.device_dims.size()))
                .with_severity(mesh.host_dims.empty() ? rules.error_at_runtime() : support::Severity::error)
                .help("write `host_topology { dims: [1, 1] }` if one rank drives the whole mesh"));
        return;
    }
    for (std::size_t k = 0; k < mesh.host_dims.size(); ++k) {
        const auto& host = mesh.host_dims[k];
        const auto& device = mesh.device_dims[k];
        if (host.value <= 0) {
            rules.findings.report(
                Diagnostic(kBadHostDimensions, host.span,
                           fmt::format("a mesh cannot be split among `{}` hosts; host dims are at least 1",
                                       host.value)));
        } else if (device.value > 0 && device.value % host.value != 0) {
            rules.findings.report(Diagnostic(kBadHostDimensions, host.span,
                                             fmt::format("{} chips cannot be split evenly among {} hosts",
                                                         device.value, host.value))
                                      .also(device.span, "the chips")
                                      .help("use a number that divides the device dim"));
        } else {
            facts.host_ranks = saturating_product(facts.host_ranks, host.value);
        }
    }
}

void check_odd_wormhole(MgdRules& rules, const MeshDescriptor& mesh, const GridFacts& facts) {
    if (rules.runtime() && mesh.architecture && mesh.architecture->value == Architecture::wormhole_b0 &&
        facts.rows % 2 == 1 && facts.columns % 2 == 1 && facts.chips() != 1) {
        rules.findings.report(
            Diagnostic(kOddWormholeMesh, mesh.device_topology_span,
                       fmt::format("{} is {}x{}; a WORMHOLE_B0 mesh has an even side unless it is one chip",
                                   named(mesh), facts.rows, facts.columns))
                .help("make one of the dims even"));
    }
}

/// The runtime takes the number of ports of mesh 0 for that of every mesh.
void check_channel_mix(MgdRules& rules) {
    std::optional<std::size_t> first;
    for (std::size_t k = 0; k < rules.grid_count(); ++k) {
        const std::int32_t count = rules.grids[k].channel_count;
        if (count == 0) {
            continue;
        }
        if (!first) {
            first = k;
        } else if (count != rules.grids[*first].channel_count) {
            rules.findings.report(
                Diagnostic(kChannelMix, rules.grid(k).channels->count->span,
                           fmt::format("{} has {} channels, {} has {}; the runtime takes one count for all",
                                       named(rules.grid(k)), count, named(rules.grid(*first)),
                                       rules.grids[*first].channel_count))
                    .also(rules.grid(*first).channels->count->span, "the first one"));
            return;
        }
    }
}

}  // namespace

std::int32_t check_channels(MgdRules& rules, const std::optional<ChannelsDescriptor>& channels,
                            const Span& owner, std::string_view owner_words) {
    std::int32_t count = 0;
    if (!channels || !channels->count) {
        rules.findings.report(
            Diagnostic(kBadChannels, channels ? channels->span : owner,
                       fmt::format("{} does not say how many channels it has; at least 1", owner_words))
                .help("add `channels { count: 2 }`"));
    } else if (channels->count->value <= 0) {
        rules.findings.report(
            Diagnostic(kBadChannels, channels->count->span,
                       fmt::format("{} has `{}` channels; at least 1", owner_words, channels->count->value)));
    } else {
        count = channels->count->value;
    }
    if (channels && channels->policy && spelling_of(channels->policy->value).empty()) {
        rules.findings.report(Diagnostic(kBadChannels, channels->policy->span,
                                         fmt::format("channel policy number {} has no meaning",
                                                     static_cast<std::int32_t>(channels->policy->value)))
                                  .help("write `STRICT` or `RELAXED`"));
    }
    return count;
}

void check_mesh_descriptors(MgdRules& rules) {
    check_architectures(rules);
    for (std::size_t k = 0; k < rules.grid_count(); ++k) {
        const MeshDescriptor& mesh = rules.grid(k);
        GridFacts& facts = rules.grids[k];
        facts.usable = check_device_dims(rules, mesh, facts);
        check_dim_types(rules, mesh);
        check_host_dims(rules, mesh, facts);
        facts.channel_count = check_channels(rules, mesh.channels, mesh.span, named(mesh));
        if (facts.usable) {
            check_odd_wormhole(rules, mesh, facts);
        }
        check_express_links(rules, k);
    }
    check_channel_mix(rules);
}

}  // namespace tt_run::topology
