#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "device/rank_settings.hpp"
#include "topology/ids.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/physical/cluster.hpp"
#include "tt_run/device/mesh_coordinate.hpp"

namespace tt_run::device {

/// A chip of this rank's mesh.
struct SystemChip {
    topology::MeshHostRank owner;      ///< whose process it is part of
    std::optional<std::size_t> local;  ///< its number among this rank's chips, if it is one
    std::int32_t physical_id = -1;     ///< a number by which this process may ask for it; -1 if not its
};

/// The mesh that this rank drives, or a part of it: what the environment, the MGD and the cluster come to.
struct LocalSystem {
    topology::MeshId mesh;
    topology::MeshHostRank host_rank;
    std::int32_t host_rank_count = 1;
    MeshShape shape{1, 1};          ///< of the whole mesh
    std::vector<SystemChip> chips;  ///< by ChipId: row-major
    topology::Architecture architecture = topology::Architecture::wormhole_b0;
    std::uint32_t harvested = 0;      ///< rows or columns switched off, the most of any chip: all play alike
    std::size_t visible_devices = 0;  ///< what `get_num_devices` says
    std::optional<std::size_t> chip_dram_bytes;  ///< if chips are to have less (or more) than theirs
    std::optional<topology::MeshGraph> graph;    ///< nothing without an MGD
    std::optional<topology::Cluster> cluster;    ///< nothing if none is named
    std::string machine;                         ///< its name as given; empty if none is
    std::vector<topology::AsicIndex> visible;    ///< of its ASICs, what this rank sees; sorted
    std::vector<support::Span> faults;           ///< to inject into the fabric
    std::optional<topology::Cluster> factory;    ///< the wiring that should exist, if somebody says

    std::size_t local_chips() const;
};

/// What rank it is, of how many in its job.
struct RankInJob {
    std::int32_t rank = 0;
    std::int32_t size = 1;
};

/// Works out what this rank drives. With an MGD the mesh is the
/// one that TT_MESH_ID names (alone in its job, a rank may leave it out: the first mesh); without one it is
/// all visible chips of the cluster, as square a grid as they make. Reports what does not fit, variable by
/// variable; empty exactly then.
std::optional<LocalSystem> build_local_system(const RankSettings& settings, const RankInJob& rank,
                                              const support::HostEnvironment& host,
                                              support::DiagnosticSink& sink);

}  // namespace tt_run::device
