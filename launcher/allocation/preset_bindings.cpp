#include "launcher/allocation/preset_bindings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/bindings/rank_binding.hpp"
#include "launcher/bindings/validate_job.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/check.hpp"
#include "support/text.hpp"
#include "topology/mgd/load_mesh_graph.hpp"
#include "topology/physical/device_numbering.hpp"
#include "topology/physical/galaxy_trays.hpp"
#include "topology/physical/visible_devices.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using topology::AsicIndex;
using topology::Board;
using topology::ChipArchitecture;
using topology::Cluster;
using topology::HostIndex;

namespace {

constexpr std::size_t kTrays = 4;
constexpr std::size_t kDevicesOfTray = 8;

struct PresetRow {
    std::int32_t mesh;
    std::int32_t host_rank;
    std::array<std::uint32_t, 2> trays;  ///< the second is 0 for none
};

struct Preset {
    std::string_view file;
    std::string_view descriptor;          ///< behind `wh_galaxy_` or `bh_galaxy_`
    std::string_view configuration;       ///< for a Wormhole Galaxy; `bh-` before it for a Blackhole one
    std::span<const PresetRow> beside_2;  ///< where tray 2 lies along the long edge of tray 1
    std::span<const PresetRow> beside_3;
};

// Four trays of 2 x 4 chips stand in a square, and 1, 3, 4, 2 is a way round. Where tray 2 lies beside tray 1
// (`tray_beside_first`), 1 and 2, 3 and 4 meet along their long edges and make 4 x 4 chips, 1 and 3, 2 and 4
// along their short ones and make 2 x 8; where tray 3 does, it is the other way about.
constexpr std::array kHalves = std::to_array<PresetRow>({{0, 0, {1, 2}}, {1, 0, {3, 4}}});
constexpr std::array kHalvesBeside3 = std::to_array<PresetRow>({{0, 0, {1, 3}}, {1, 0, {2, 4}}});
constexpr std::array kBigHalves =
    std::to_array<PresetRow>({{0, 0, {1, 0}}, {0, 1, {2, 0}}, {1, 0, {3, 0}}, {1, 1, {4, 0}}});
constexpr std::array kBigHalvesBeside3 =
    std::to_array<PresetRow>({{0, 0, {1, 0}}, {0, 1, {3, 0}}, {1, 0, {2, 0}}, {1, 1, {4, 0}}});
constexpr std::array kQuarters =
    std::to_array<PresetRow>({{0, 0, {1, 0}}, {1, 0, {2, 0}}, {2, 0, {3, 0}}, {3, 0, {4, 0}}});
constexpr std::array kCycle =
    std::to_array<PresetRow>({{0, 0, {1, 0}}, {1, 0, {3, 0}}, {2, 0, {4, 0}}, {3, 0, {2, 0}}});
constexpr std::array kHalfAndQuarters =
    std::to_array<PresetRow>({{0, 0, {1, 2}}, {1, 0, {3, 0}}, {2, 0, {4, 0}}});
constexpr std::array kHalfAndQuartersBeside3 =
    std::to_array<PresetRow>({{0, 0, {1, 3}}, {1, 0, {2, 0}}, {2, 0, {4, 0}}});
// The first version of this preset had trays 1, 2 and 3+4 on Wormhole too, where 3+4 are no 2 x 8.
constexpr std::array kQuartersAndLongHalf =
    std::to_array<PresetRow>({{0, 0, {1, 0}}, {1, 0, {3, 0}}, {2, 0, {2, 4}}});
constexpr std::array kQuartersAndLongHalfBeside3 =
    std::to_array<PresetRow>({{0, 0, {1, 0}}, {1, 0, {2, 0}}, {2, 0, {3, 4}}});

constexpr std::array kPresets = std::to_array<Preset>({
    {"4x4_multi_mesh_rank_binding.yaml", "split_4x4_multi_mesh", "split-galaxy-4x4", kHalves, kHalvesBeside3},
    {"4x4_multi_big_mesh_rank_binding.yaml", "split_4x4_multi_big_mesh", "split-galaxy-big-mesh", kBigHalves,
     kBigHalvesBeside3},
    {"4x2_multi_mesh_rank_binding.yaml", "split_4x2_multi_mesh", "split-galaxy-4x2", kQuarters, kQuarters},
    {"2x4_multi_mesh_cyclic_rank_binding.yaml", "2x4_mesh_graph_descriptor", "split-galaxy-2x4-cyclic",
     kCycle, kCycle},
    {"4x4_2x4_3_mesh_rank_binding.yaml", "split_4x4_2x4_3_mesh", "split-galaxy-4x4-2x4", kHalfAndQuarters,
     kHalfAndQuartersBeside3},
    {"2x8_2x4_3_mesh_rank_binding.yaml", "split_2x8_2x4_3_mesh", "split-galaxy-2x8-2x4", kQuartersAndLongHalf,
     kQuartersAndLongHalfBeside3},
});

constexpr HostIndex kOnlyHost{0};

/// The devices of each tray, by number in /dev/tenstorrent or as near to it as the cluster knows.
std::vector<AsicIndex> devices_of(const Cluster& cluster, const Board& board) {
    std::vector<AsicIndex> devices;
    for (std::uint32_t k = board.first_asic; k < board.first_asic + board.asic_count; ++k) {
        if (cluster.asics()[k].has_pcie) {
            devices.push_back(AsicIndex{k});
        }
    }
    return devices;
}

const Board& tray_of(const Cluster& cluster, std::uint32_t tray) {
    const auto boards = cluster.boards_of(cluster.host(kOnlyHost));
    const auto found =
        std::find_if(boards.begin(), boards.end(), [&](const Board& board) { return board.tray == tray; });
    TT_RUN_CHECK(found != boards.end());
    return *found;
}

/// What the presets need of a cluster; each thing that is wrong is told once, the gravest first.
bool check_galaxy(const Cluster& cluster, const support::Span& place, DiagnosticSink& sink) {
    if (cluster.hosts().size() != 1) {
        sink.report(Diagnostic(kPresetNoGalaxy, place,
                               fmt::format("the presets split one Galaxy, but `{}` has {} hosts",
                                           cluster.source(), cluster.hosts().size()))
                        .help("choose one with --hosts, or give a Mesh Graph Descriptor with -m"));
        return false;
    }
    const auto boards = cluster.boards();
    const auto other = std::find_if(boards.begin(), boards.end(),
                                    [](const Board& board) { return !topology::is_galaxy_tray(board.type); });
    const auto architecture = cluster.architecture();
    if (other != boards.end() || !architecture) {
        sink.report(
            Diagnostic(kPresetNoGalaxy, place,
                       other != boards.end()
                           ? fmt::format("the presets split a Galaxy, Wormhole or Blackhole, but `{}` has a "
                                         "board of type {} and architecture {}",
                                         cluster.source(), topology::name_of(other->type),
                                         topology::name_of(other->architecture))
                           : fmt::format("the presets split a Galaxy, but the trays of `{}` are of several "
                                         "architectures",
                                         cluster.source()))
                .help("for other systems give a Mesh Graph Descriptor: `tt-run generate-rank-bindings -m "
                      "MGD`"));
        return false;
    }
    std::vector<std::string> trays;
    std::vector<std::string> short_trays;
    for (const Board& board : boards) {
        trays.push_back(fmt::format("{}", board.tray));
        const std::size_t devices = devices_of(cluster, board).size();
        if (devices != kDevicesOfTray) {
            short_trays.push_back(fmt::format("tray {} has {}", board.tray, devices));
        }
    }
    for (std::uint32_t tray = 1; tray <= kTrays; ++tray) {
        if (std::none_of(boards.begin(), boards.end(),
                         [&](const Board& board) { return board.tray == tray; })) {
            sink.report(Diagnostic(kPresetTrayMissing, place,
                                   fmt::format("`{}` has no tray {}; it has {}", cluster.source(), tray,
                                               support::join(trays, ", ")))
                            .help("look for its devices with `tt-run discover`"));
            return false;
        }
    }
    if (!short_trays.empty() || boards.size() != kTrays) {
        std::size_t devices = 0;
        for (const Board& board : boards) {
            devices += devices_of(cluster, board).size();
        }
        Diagnostic count(kPresetDeviceCount, place,
                         fmt::format("`{}` has {} devices; a Galaxy has {} trays of {}", cluster.source(),
                                     devices, kTrays, kDevicesOfTray));
        if (!short_trays.empty()) {
            count.note(support::join(short_trays, ", "));
        }
        sink.report(std::move(count.help("for what there is, give a Mesh Graph Descriptor with -m")));
        return false;
    }
    return true;
}

PresetBindings build(const Preset& preset, const Cluster& cluster) {
    const bool blackhole = cluster.architecture() == ChipArchitecture::blackhole;
    PresetBindings built;
    built.name = preset.file;
    built.configuration = fmt::format("{}{}", blackhole ? "bh-" : "", preset.configuration);
    built.bindings.mesh_graph_desc_path =
        fmt::format("{}_galaxy_{}.textproto", blackhole ? "bh" : "wh", preset.descriptor);
    const bool beside_3 = topology::tray_beside_first(cluster, cluster.host(kOnlyHost)) == 3;
    for (const PresetRow& row : beside_3 ? preset.beside_3 : preset.beside_2) {
        std::vector<std::string> devices;
        std::vector<std::uint32_t> trays;
        for (const std::uint32_t tray : row.trays) {
            if (tray != 0) {
                trays.push_back(tray);
                devices.push_back(topology::render_visible_devices(
                    cluster, kOnlyHost, devices_of(cluster, tray_of(cluster, tray)), rule_of(cluster)));
            }
        }
        const int rank = static_cast<int>(built.bindings.ranks.size());
        built.bindings.ranks.push_back({{rank},
                                        {row.mesh},
                                        {row.host_rank},
                                        cluster.host(kOnlyHost).name,
                                        rank,
                                        {{job::kVisibleDevicesVariable, support::join(devices, ",")}}});
        built.trays.push_back(std::move(trays));
    }
    return built;
}

std::string render_tray_mapping(const Cluster& cluster) {
    const std::string_view architecture =
        cluster.architecture() == ChipArchitecture::blackhole ? "BLACKHOLE" : "WORMHOLE_B0";
    std::string text = fmt::format("arch: {}\ndevice_mapping:\n", architecture);
    std::vector<std::optional<topology::PciAddress>> by_address;
    for (std::uint32_t k = 0; k < cluster.asics().size(); ++k) {
        by_address.push_back(topology::address_of(cluster, AsicIndex{k}));
    }
    std::sort(by_address.begin(), by_address.end());
    for (const Board& board : cluster.boards()) {
        std::vector<std::int32_t> numbers;
        for (const AsicIndex device : devices_of(cluster, board)) {
            const topology::Asic& asic = cluster.asic(device);
            const auto position = std::lower_bound(by_address.begin(), by_address.end(),
                                                   topology::address_of(cluster, device)) -
                                  by_address.begin();
            numbers.push_back(asic.device_number >= 0 ? asic.device_number
                              : asic.chip >= 0        ? asic.chip
                                                      : static_cast<std::int32_t>(position));
        }
        std::sort(numbers.begin(), numbers.end());
        text += fmt::format("  {}: [{}]\n", board.tray, fmt::join(numbers, ", "));
    }
    return text;
}

}  // namespace

std::optional<std::vector<PresetBindings>> build_preset_bindings(const Cluster& cluster,
                                                                 const support::Span& place,
                                                                 DiagnosticSink& sink) {
    if (!check_galaxy(cluster, place, sink)) {
        return std::nullopt;
    }
    std::vector<PresetBindings> presets;
    for (const Preset& preset : kPresets) {
        presets.push_back(build(preset, cluster));
    }
    return presets;
}

bool is_contradicted(const Cluster& cluster, const PresetBindings& preset) {
    DiagnosticSink unsaid;
    const auto graph = topology::load_mesh_graph(
        support::make_source_text(preset.name, std::string(preset_descriptor(preset.configuration))),
        topology::MgdProfile::library, unsaid);
    TT_RUN_CHECK(graph.has_value());
    const auto text = support::make_source_text(preset.name, render_rank_bindings(preset.bindings, ""));
    const auto rows = parse_rank_bindings(text, unsaid);
    TT_RUN_CHECK(rows.has_value());
    JobBindings job;
    for (const RankBinding& row : rows->rows) {
        BoundRank rank;
        rank.rank = row.rank.value;
        rank.mesh_id = row.mesh_id.value;
        rank.mesh_host_rank = row.mesh_host_rank->value;
        rank.env_overrides = row.env_overrides;
        rank.span = row.span;
        job.ranks.push_back(std::move(rank));
    }
    const std::vector<HostIndex> places(job.ranks.size(), kOnlyHost);
    return check_ranks_on_cluster(*graph, job, places, cluster, unsaid) == topology::Fit::misfit;
}

std::vector<OutputFile> render_preset_files(const Cluster& cluster,
                                            const std::vector<PresetBindings>& presets) {
    std::vector<OutputFile> files{{"tray_to_pcie_device_mapping.yaml", render_tray_mapping(cluster)}};
    for (const PresetBindings& preset : presets) {
        files.push_back(
            {preset.bindings.mesh_graph_desc_path, std::string(preset_descriptor(preset.configuration))});
        std::string comment =
            fmt::format("# A Galaxy by trays; devices by {}.\n", name_of(numbering_of(cluster)));
        files.push_back({preset.name, render_rank_bindings(preset.bindings, comment)});
    }
    return files;
}

}  // namespace tt_run::launcher
