#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fabric/fabric_config.hpp"
#include "fabric/fabric_system.hpp"
#include "fabric/link_state.hpp"
#include "fabric/mesh_exits.hpp"
#include "fabric/mesh_paths.hpp"
#include "fabric/mesh_router.hpp"
#include "support/diagnostic.hpp"

namespace tt_run::fabric {

/// How a fabric is to be opened.
struct FabricOptions {
    FabricSettings settings;
    /// In meshes where some neighbours have no link left, find other ways (see MeshRouter).
    bool reroute = false;
    /// Send everything on one virtual channel. Rings of links or of meshes then can stop for ever: only to
    /// see the deadlock check say so.
    bool one_virtual_channel = false;
};

/// One move of a packet, from a chip over one link to the next.
struct Hop {
    static constexpr std::uint32_t kNoPort = 0xFFFFFFFF;
    NodeAt from;
    NodeAt to;
    std::uint32_t port = kNoPort;  ///< in MeshExits::ports() if this leaves the mesh
    std::uint16_t virtual_channel = 0;
    Slot slot = 0;  ///< if this stays in the mesh
    RoutingDirection direction = RoutingDirection::centre;
    bool leaves_mesh() const { return port != kNoPort; }
    bool operator==(const Hop&) const = default;
};

using Route = std::vector<Hop>;

/// A packet on its way: what it carries to find it.
struct Packet {
    NodeAt at;
    NodeAt to;
    /// The exit it heads for in this mesh, chosen where it starts or enters: a mesh is crossed to one exit.
    std::uint32_t exit = Hop::kNoPort;
    std::optional<Slot> arrived;  ///< the slot of its last move within this mesh
};

/// Rows and columns of nodes of a mesh, from `first` to `last` with both.
struct CoordinateRange {
    std::int32_t first_row = 0;
    std::int32_t first_column = 0;
    std::int32_t last_row = 0;
    std::int32_t last_column = 0;
    bool operator==(const CoordinateRange&) const = default;
};

/// A row or column that has fewer routing planes than its mesh's descriptor says.
struct PlaneLoss {
    MeshId mesh;
    std::size_t dimension = 0;  ///< 0: a column; 1: a row
    std::int32_t line = 0;
    std::uint32_t wanted = 0;
    std::uint32_t live = 0;  ///< 0 if no two neighbours have a link left
};

/// Who reaches whom in a mapped system, over which links, on which planes and virtual channels. Routes are
/// worked out when asked for; what is kept are a few bytes for each chip, exit and pair of meshes. Immutable
/// but for rows of MeshPaths that fill in; safe from many threads. All nodes must exist.
class ControlPlane {
  public:
    /// Opens a fabric. Reports, as errors: CUSTOM (`fabric-no-topology`); a config that wants wraps where no
    /// mesh has any (`fabric-wraps`); under STRICT_INIT every pair of
    /// chips and every connection with fewer links than the descriptor asks for (`fabric-links-missing`,
    /// naming the cables that are down); rerouting of a broken mesh of more than
    /// DetourTable::kMostChips (`fabric-too-large`). Warns: under RELAXED_INIT, of the same links and of
    /// planes before and after; of links of one chip to several chips of one mesh, of which one is used
    /// (`fabric-links-unused`). Empty exactly when it reported an error.
    static std::optional<ControlPlane> open(FabricSystemPtr system, const LinkStates& states,
                                            const FabricOptions& options, support::DiagnosticSink& sink);

    const FabricSystem& system() const { return *system_; }
    const FabricOptions& options() const { return options_; }
    const LinkStates& states() const { return states_; }
    const MeshExits& exits() const { return *exits_; }
    const MeshPaths& paths() const { return *paths_; }
    const MeshRouter& router(std::size_t mesh) const { return routers_[mesh]; }

    /// Whether a packet gets from one node to another (a node always reaches itself), and why not.
    support::Result<void> reaches(NodeAt from, NodeAt to) const;

    /// The next move; the packet is where it leads to afterwards. Nothing if it has arrived or cannot go on.
    std::optional<Hop> advance(Packet& packet) const;
    /// All moves; empty from a node to itself. An error says why there is no way.
    support::Result<Route> route(NodeAt from, NodeAt to) const;
    /// The same into a route that is used again; false if there is no way.
    bool route(NodeAt from, NodeAt to, Route& route) const;

    /// Where the first move goes; nothing if the nodes are the same or there is no way.
    std::optional<RoutingDirection> forwarding_direction(NodeAt from, NodeAt to) const;
    /// The links that the first move may take, by plane: positions in `Cluster::links()`. Empty if there is
    /// no way. Connection i of a socket takes link i mod size.
    std::vector<std::uint32_t> forwarding_links(NodeAt from, NodeAt to) const;
    /// The same as ethernet channels of `from`.
    std::vector<std::uint32_t> forwarding_channels(NodeAt from, NodeAt to) const;

    /// How many links a move may take, and the one that a packet on `plane` takes: a move with fewer planes
    /// folds them (plane mod planes).
    std::uint32_t planes(const Hop& hop) const;
    std::uint32_t link(const Hop& hop, std::uint32_t plane) const;
    /// All of them, by plane.
    std::vector<std::uint32_t> links(const Hop& hop) const;
    /// The same as ethernet channels of the chip that the move leaves.
    std::vector<std::uint32_t> channels(const Hop& hop) const;
    /// Links in use that leave a node on a side, within its mesh or to another.
    std::uint32_t live_planes(NodeAt node, RoutingDirection direction) const;

    /// The chips of a mesh with links in use to another one, ascending.
    std::vector<ChipId> exit_chips(std::size_t mesh, std::size_t peer) const;
    /// The exit that a packet takes that starts at `node` or enters there, towards a mesh: the nearest by
    /// rows and columns, wraps not counted; of equals the lowest chip. Nothing if no exit can be reached.
    std::optional<std::uint32_t> exit_towards(NodeAt node, std::size_t target_mesh) const;

    /// All nodes of a mesh, and those that one host rank drives.
    CoordinateRange global_range(std::size_t mesh) const;
    CoordinateRange local_range(std::size_t mesh, topology::MeshHostRank rank) const;

    /// Virtual channels of a link within a mesh: two lanes where ways close into rings, for each stage.
    std::uint32_t virtual_channels(std::size_t mesh) const;
    /// Stages of packets (see MeshPaths), 1 if no packet crosses meshes. Works out all rows the first time.
    std::uint32_t stages() const;

    /// Rows and columns with fewer planes than their descriptor says; connections and pairs with fewer links.
    const std::vector<PlaneLoss>& plane_losses() const { return plane_losses_; }
    const std::vector<topology::LostLinks>& lost_links() const { return lost_links_; }

  private:
    explicit ControlPlane(FabricSystemPtr system, const LinkStates& states, const FabricOptions& options);
    void find_losses(support::DiagnosticSink& sink);
    void find_mesh_losses(std::size_t mesh, support::DiagnosticSink& sink);
    void report_loss(const topology::LostLinks& lost, const std::string& who, const support::Span& place,
                     support::DiagnosticSink& sink);
    void report_plane_losses(std::size_t mesh, support::DiagnosticSink& sink);
    void warn_of_unused_links(support::DiagnosticSink& sink) const;

    std::optional<std::uint32_t> nearest_exit(NodeAt node, const NeighbourMesh& neighbour) const;
    std::uint16_t channel_of(std::uint32_t stage, std::size_t mesh, std::uint8_t lane) const;
    bool crosses_meshes() const { return is_2d(options_.settings.config); }
    std::string why_not(NodeAt from, NodeAt to) const;

    FabricSystemPtr system_;
    LinkStates states_;
    FabricOptions options_;
    std::vector<MeshRouter> routers_;  ///< by mesh
    std::unique_ptr<MeshExits> exits_;
    std::unique_ptr<MeshPaths> paths_;
    std::vector<PlaneLoss> plane_losses_;
    std::vector<topology::LostLinks> lost_links_;
};

}  // namespace tt_run::fabric
