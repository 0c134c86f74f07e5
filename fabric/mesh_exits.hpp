#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fabric/fabric_system.hpp"
#include "fabric/link_state.hpp"
#include "fabric/mesh_links.hpp"

namespace tt_run::fabric {

/// Links in use from one chip (the exit) to one chip of another mesh.
struct ExitPort {
    NodeAt from;
    NodeAt to;
    std::uint32_t first_link = 0;  ///< in MeshExits::links(); the k-th is plane k
    std::uint32_t link_count = 0;
    std::uint32_t reverse = 0;  ///< the port at the other end
    RoutingDirection direction = RoutingDirection::z;
};

/// Where in its mesh an exit's chip is.
struct ExitPlace {
    std::int32_t row = 0;
    std::int32_t column = 0;
};

/// A mesh that another one has links to.
struct NeighbourMesh {
    std::uint32_t mesh = 0;
    std::uint32_t first_port = 0;  ///< in MeshExits::ports()
    std::uint32_t port_count = 0;
};

/// The links between meshes that the fabric uses.
///
/// A connection gets as many of the links that are there as it asks for: first one between each two chips,
/// then the second ones, and so on, by chips, then channels; so they spread over the exits. A mesh-level
/// connection listed twice counts once, with its last number; device-level ones add up. Pods that are
/// connected take theirs from all pairs of their meshes.
///
/// A port's direction is a side on which its chip has no neighbour: of all sides, the one that most exits to
/// that mesh could take, else the first free one of N, E, S, W; a side takes as many links as the mesh has
/// channels. Where no side has room, or the descriptor says so, it is Z.
class MeshExits {
  public:
    /// What a connection lacks.
    struct Shortage {
        topology::LostLinks links;  ///< whole meshes: chips are -1, unless the connection named them
        std::size_t connection = 0;
        bool of_graphs = false;  ///< `connection` is one of MeshGraph::graph_connections
    };

    MeshExits(const FabricSystem& system, const LinkStates& states);

    std::span<const ExitPort> ports() const { return ports_; }
    std::span<const ExitPort> ports(const NeighbourMesh& neighbour) const {
        return ports().subspan(neighbour.first_port, neighbour.port_count);
    }
    /// The places of those ports' chips, in the same order; apart because routing looks at all of them.
    std::span<const ExitPlace> places(const NeighbourMesh& neighbour) const {
        return std::span(places_).subspan(neighbour.first_port, neighbour.port_count);
    }
    /// Ascending by mesh.
    std::span<const NeighbourMesh> neighbours(std::size_t mesh) const {
        return std::span(neighbours_)
            .subspan(first_neighbour_[mesh], first_neighbour_[mesh + 1] - first_neighbour_[mesh]);
    }
    /// Positions in `Cluster::links()`.
    std::span<const std::uint32_t> links(const ExitPort& port) const {
        return std::span(links_).subspan(port.first_link, port.link_count);
    }
    /// The chip's own ports, in the order of ports(), by their numbers.
    std::vector<std::uint32_t> ports_of(NodeAt node) const;

    const std::vector<Shortage>& shortages() const { return shortages_; }

  private:
    friend class ExitBuilder;
    std::vector<ExitPort> ports_;    ///< ascending by mesh, peer, chip, peer's chip
    std::vector<ExitPlace> places_;  ///< by port
    std::vector<std::uint32_t> links_;
    std::vector<std::uint32_t> first_neighbour_;  ///< by mesh, and one more
    std::vector<NeighbourMesh> neighbours_;
    std::vector<Shortage> shortages_;
};

}  // namespace tt_run::fabric
