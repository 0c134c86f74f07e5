#include "device/local_system.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "device/diagnostic_kinds.hpp"
#include "job/variable_names.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/rank_places.hpp"
#include "topology/physical/unknown_host.hpp"
#include "topology/physical/visible_devices.hpp"

namespace tt_run::device {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

namespace {

std::optional<topology::MeshGraph> load_graph(const Span& path, const support::HostEnvironment& host,
                                              DiagnosticSink& sink) {
    const std::filesystem::path absolute = host.working_directory / host.with_home(path.text());
    const auto text = support::load_source_text(absolute, std::string(path.text()));
    if (!text) {
        sink.report(Diagnostic(kRankVariable, path,
                               fmt::format("`{}` names no Mesh Graph Descriptor that can be read: {}",
                                           job::kMeshGraphDescriptorVariable, text.error().message())));
        return std::nullopt;
    }
    return topology::load_mesh_graph(*text, topology::MgdProfile::library, sink);
}

/// The chips of the cluster that this process sees, and what they are.
struct VisibleChips {
    std::optional<topology::Cluster> cluster;  ///< never empty
    std::vector<topology::AsicIndex> asics;    ///< sorted
    std::vector<std::int32_t> physical_ids;
    topology::Architecture architecture = topology::Architecture::wormhole_b0;
    std::uint32_t harvested = 0;
};

std::uint32_t harvested_of(const topology::Cluster& cluster, topology::AsicIndex index) {
    const topology::Asic& asic = cluster.asic(index);
    return asic.harvesting ? static_cast<std::uint32_t>(std::popcount(asic.harvesting->tensix))
                           : facts_of(cluster.board_of(index).type).expected_harvested_tensix;
}

/// This process's host in the cluster: the one of its name, or the one that it is told to stand for, or else
/// the one that ranks are placed on. Reports one that is not there.
std::optional<topology::HostIndex> own_host(const topology::Cluster& cluster, const RankSettings& settings,
                                            const RankInJob& rank, const support::HostEnvironment& host,
                                            DiagnosticSink& sink) {
    if (const auto named = cluster.find_host(host.hostname)) {
        return named;
    }
    if (settings.emulated_host) {
        const auto told = cluster.find_host(settings.emulated_host->text());
        if (!told) {
            sink.report(topology::unknown_host(kRankVariable, *settings.emulated_host,
                                               settings.emulated_host->text(), cluster));
        }
        return told;
    }
    return topology::place_on_cluster(static_cast<std::size_t>(rank.size),
                                      cluster)[static_cast<std::size_t>(rank.rank)];
}

std::optional<VisibleChips> see_chips(const RankSettings& settings, const RankInJob& rank,
                                      const support::HostEnvironment& host, DiagnosticSink& sink) {
    auto cluster = topology::load_cluster(*settings.cluster, host, sink);
    if (!cluster) {
        return std::nullopt;
    }
    const auto architecture = cluster->architecture();
    if (architecture != topology::ChipArchitecture::wormhole &&
        architecture != topology::ChipArchitecture::blackhole) {
        sink.report(
            Diagnostic(kRankNoDevices, *settings.cluster,
                       fmt::format("`{}` has no chips of one known architecture (Wormhole or Blackhole)",
                                   settings.cluster->text())));
        return std::nullopt;
    }
    const auto own = own_host(*cluster, settings, rank, host, sink);
    const auto visible =
        own ? resolve_visible_devices(*cluster, *own, settings.visible_devices, rule_of(*cluster), sink)
            : std::nullopt;
    if (!visible) {
        return std::nullopt;
    }
    VisibleChips chips;
    chips.architecture = architecture == topology::ChipArchitecture::wormhole
                             ? topology::Architecture::wormhole_b0
                             : topology::Architecture::blackhole;
    for (const topology::AsicIndex index : visible->chips) {
        // A process counts its chips from 0, whatever their numbers in the whole host.
        chips.physical_ids.push_back(static_cast<std::int32_t>(chips.physical_ids.size()));
        chips.harvested = std::max(chips.harvested, harvested_of(*cluster, index));
    }
    if (chips.physical_ids.empty()) {
        sink.report(Diagnostic(kRankNoDevices, *settings.visible_devices,
                               fmt::format("`{}` leaves no device visible", job::kVisibleDevicesVariable)));
        return std::nullopt;
    }
    chips.asics = visible->chips;
    chips.cluster = std::move(cluster);
    return chips;
}

/// As square as `chips` allow, wider than high; but 32 stand as in a Galaxy, 8 high.
MeshShape grid_of(std::size_t chips) {
    constexpr std::size_t kGalaxy = 32;
    if (chips == kGalaxy) {
        return {8, 4};
    }
    std::size_t rows = 1;
    for (std::size_t k = 2; k * k <= chips; ++k) {
        rows = chips % k == 0 ? k : rows;
    }
    return {static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(chips / rows)};
}

LocalSystem system_of_chips(const VisibleChips& chips) {
    LocalSystem system;
    system.shape = grid_of(chips.physical_ids.size());
    system.architecture = chips.architecture;
    system.harvested = chips.harvested;
    system.visible_devices = chips.physical_ids.size();
    for (std::size_t k = 0; k < chips.physical_ids.size(); ++k) {
        system.chips.push_back({{}, k, chips.physical_ids[k]});
    }
    return system;
}

const topology::Mesh* find_mesh(const topology::MeshGraph& graph, const RankSettings& settings,
                                const RankInJob& rank, DiagnosticSink& sink) {
    if (!settings.mesh_id) {
        const auto first = std::ranges::find(graph.meshes, topology::MeshKind::mesh, &topology::Mesh::kind);
        if (rank.size == 1 && first != graph.meshes.end()) {
            return &*first;
        }
        sink.report(
            Diagnostic(kRankMesh, {},
                       fmt::format("`{}` is not set, so which mesh of `{}` this rank drives is not known",
                                   job::kMeshIdVariable, graph.source_name))
                .help("start the ranks with tt-run, which tells each its mesh; only a job of one rank "
                      "may leave it out"));
        return nullptr;
    }
    const topology::Mesh* mesh = graph.find(topology::MeshId{settings.mesh_id->value});
    if (mesh == nullptr || mesh->kind != topology::MeshKind::mesh) {
        std::vector<std::string> ids;
        for (const topology::Mesh& known : graph.meshes) {
            ids.push_back(fmt::format("{}", known.id.value));
        }
        sink.report(Diagnostic(kRankMesh, settings.mesh_id->span,
                               fmt::format("`{}` is {}, but `{}` has no such mesh", job::kMeshIdVariable,
                                           settings.mesh_id->value, graph.source_name))
                        .note(fmt::format("its meshes are {}", support::join(ids, ", "))));
        return nullptr;
    }
    return mesh;
}

std::optional<topology::MeshHostRank> find_host_rank(const topology::Mesh& mesh, const RankSettings& settings,
                                                     DiagnosticSink& sink) {
    const std::int32_t parts = mesh.host_rank_count();
    if (!settings.host_rank && parts > 1) {
        sink.report(Diagnostic(kRankHostRank, {},
                               fmt::format("`{}` is not set, but mesh {} has {} parts",
                                           job::kMeshHostRankVariable, mesh.id.value, parts))
                        .help("give each rank its `mesh_host_rank` in the rank bindings"));
        return std::nullopt;
    }
    const std::int32_t rank = settings.host_rank ? settings.host_rank->value : 0;
    if (rank >= parts) {
        sink.report(Diagnostic(kRankHostRank, settings.host_rank->span,
                               fmt::format("`{}` is {}, but mesh {} has host ranks 0 to {}",
                                           job::kMeshHostRankVariable, rank, mesh.id.value, parts - 1)));
        return std::nullopt;
    }
    return topology::MeshHostRank{rank};
}

LocalSystem system_of_mesh(const topology::Mesh& mesh, topology::MeshHostRank own) {
    LocalSystem system;
    system.mesh = mesh.id;
    system.host_rank = own;
    system.host_rank_count = mesh.host_rank_count();
    system.shape =
        MeshShape(static_cast<std::uint32_t>(mesh.rows()), static_cast<std::uint32_t>(mesh.columns()));
    system.architecture = mesh.architecture;
    std::size_t local = 0;
    for (std::int32_t chip = 0; chip < mesh.chip_count(); ++chip) {
        SystemChip entry{mesh.host_rank_of(topology::ChipId{chip}), {}, -1};
        if (entry.owner == own) {
            entry.physical_id = static_cast<std::int32_t>(local);
            entry.local = local++;
        }
        system.chips.push_back(entry);
    }
    system.visible_devices = local;
    return system;
}

/// Checks the part of a mesh against the chips that the rank sees, and takes over what those are.
bool place_on_chips(const VisibleChips& chips, const RankSettings& settings, LocalSystem& system,
                    DiagnosticSink& sink) {
    if (chips.architecture != system.architecture) {
        sink.report(Diagnostic(kRankTooFewDevices, *settings.cluster,
                               fmt::format("mesh {} wants another architecture than `{}` has",
                                           system.mesh.value, settings.cluster->text())));
        return false;
    }
    if (chips.physical_ids.size() < system.local_chips()) {
        sink.report(
            Diagnostic(kRankTooFewDevices, settings.visible_devices.value_or(*settings.cluster),
                       fmt::format("this rank's part of mesh {} has {} chips, but {} are visible",
                                   system.mesh.value, system.local_chips(), chips.physical_ids.size())));
        return false;
    }
    system.harvested = chips.harvested;
    system.visible_devices = chips.physical_ids.size();
    return true;
}

void take_machine(VisibleChips chips, const RankSettings& settings, LocalSystem& system) {
    system.cluster = std::move(chips.cluster);
    system.machine = settings.cluster->text();
    system.visible = std::move(chips.asics);
}

std::optional<LocalSystem> build_mesh(const RankSettings& settings, const RankInJob& rank,
                                      const support::HostEnvironment& host, DiagnosticSink& sink) {
    if (!settings.mesh_graph_path && !settings.cluster) {
        sink.report(
            Diagnostic(kRankNoDevices, {}, "there is no device: neither hardware nor an emulated system")
                .help(fmt::format("start with `tt-run --emulate`, or name a system, as in `{}=t3k`",
                                  job::kEmulateVariable)));
        return std::nullopt;
    }
    std::optional<VisibleChips> chips;
    if (settings.cluster) {
        chips = see_chips(settings, rank, host, sink);
        if (!chips) {
            return std::nullopt;
        }
    }
    if (!settings.mesh_graph_path) {
        LocalSystem system = system_of_chips(*chips);
        take_machine(*std::move(chips), settings, system);
        return system;
    }
    auto graph = load_graph(*settings.mesh_graph_path, host, sink);
    const topology::Mesh* mesh = graph ? find_mesh(*graph, settings, rank, sink) : nullptr;
    const auto own = mesh != nullptr ? find_host_rank(*mesh, settings, sink) : std::nullopt;
    if (!own) {
        return std::nullopt;
    }
    LocalSystem system = system_of_mesh(*mesh, *own);
    if (chips && !place_on_chips(*chips, settings, system, sink)) {
        return std::nullopt;
    }
    if (chips) {
        take_machine(*std::move(chips), settings, system);
    }
    system.graph = std::move(graph);
    return system;
}

}  // namespace

std::size_t LocalSystem::local_chips() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(chips, [](const SystemChip& chip) { return chip.local.has_value(); }));
}

std::optional<LocalSystem> build_local_system(const RankSettings& settings, const RankInJob& rank,
                                              const support::HostEnvironment& host, DiagnosticSink& sink) {
    auto system = build_mesh(settings, rank, host, sink);
    if (system && settings.factory_system) {
        system->factory = topology::load_cluster(*settings.factory_system, host, sink);
        if (!system->factory) {
            return std::nullopt;
        }
    }
    if (system) {
        system->chip_dram_bytes = settings.chip_dram_bytes;
        system->faults = settings.faults;
    }
    return system;
}

}  // namespace tt_run::device
