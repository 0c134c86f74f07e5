#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// How good a mapping is; lesser is better, the first number that differs decides.
struct MappingScore {
    std::uint32_t hosts = 0;  ///< that play at least one chip
    std::uint32_t displaced =
        0;  ///< meshes whose first chip is not on its natural host (see score_mapping.hpp)
    std::uint32_t short_links = 0;  ///< links that relaxed channels ask for and do not get
    std::uint32_t distance = 0;     ///< over all neighbours: 0 on one board, 1 on one host, 2 between hosts
    auto operator<=>(const MappingScore&) const = default;
};

/// Fewer links than the descriptor asks for, where its policy tolerates that.
struct LostLinks {
    FabricNode a;  ///< `chip` is -1 at both ends for two meshes as wholes, or two graphs (their first meshes)
    FabricNode b;
    std::uint32_t needed = 0;
    std::uint32_t present = 0;
    auto operator<=>(const LostLinks&) const = default;
};

/// Which ASIC plays each logical chip. Says nothing about which of several links between two chips are used:
/// all of them are.
struct Mapping {
    /// By position in `MeshGraph::meshes`, then by ChipId. No ASIC twice.
    std::vector<std::vector<AsicIndex>> chips;
    MappingScore score;
    std::vector<LostLinks> lost;  ///< sorted
};

/// A part of a mesh that only some chips may play: those that a rank binding or a pinning leaves to it.
struct PartDomain {
    MeshId mesh;
    MeshHostRank host_rank;
    std::vector<AsicIndex> chips;  ///< sorted
    std::string claimant;          ///< for messages: "rank 2"
    support::Span place;           ///< that says so
};

/// Whether the parts of one mesh that have different host ranks may share a host. They always may share one
/// with parts of other meshes.
enum class HostSharing {
    distinct,  ///< every host rank of a mesh has a host of its own
    sliced,    ///< they may share one, cut apart by TT_VISIBLE_DEVICES
    either     ///< a host each if there is such a mapping, else sliced
};

struct MappingOptions {
    std::vector<PartDomain> domains;  ///< at most one for each part
    HostSharing sharing = HostSharing::either;
    /// Whether a board of one or two chips may belong to several parts. Ranks cannot do that, as a process
    /// sees such a board as a whole (visible_devices.hpp); one process that drives all meshes can.
    bool share_boards = false;
    /// Prefer mappings that use few hosts; proves the least number or says that it did not.
    bool fewest_hosts = true;
    /// Accept fewer links than strict channels ask for, down to this many; 0 for as the descriptor says.
    std::uint32_t minimum_links = 0;
    /// How many mappings are wanted, no two with the same ASICs for every mesh; 0 for all.
    std::size_t solutions = 1;
    bool distinct_host_sets = false;  ///< no two of them on the same hosts
    /// After this long the answer is `unknown`, if there is none by then. Never decides between mappings.
    std::chrono::milliseconds budget{60'000};
};

enum class MappingAnswer : std::uint8_t {
    mapped,   ///< at least one mapping
    cannot,   ///< there is none; the sink holds the reason, as errors
    unknown,  ///< links not known, or the budget ran out; the sink says which, as a warning
};

struct MappingResult {
    MappingAnswer answer = MappingAnswer::unknown;
    std::vector<Mapping> mappings;     ///< best first
    bool fewest_hosts_proved = false;  ///< no mapping uses fewer hosts than the first
    bool complete = false;             ///< there are no others (asked for with `solutions`)
    /// For `cannot`: pairs of ASICs that have too few links; with enough links there, all would fit. Empty if
    /// the reason is none that a few cables would mend.
    std::vector<std::pair<AsicIndex, AsicIndex>> missing_links;
};

}  // namespace tt_run::topology
