#pragma once

#include <optional>
#include <vector>

#include "topology/mapping/footprint.hpp"
#include "topology/mapping/mapping_search.hpp"

namespace tt_run::topology {

/// Tries changed descriptors on a cluster, to learn which change makes a misfit fit. Each try has little
/// effort; one that is not decided counts as not fitting.
class MisfitProbe {
  public:
    MisfitProbe(const Adjacency& adjacency, MappingOptions options, Deadline deadline)
        : adjacency_(adjacency), options_(std::move(options)), deadline_(deadline) {}

    /// The ASICs of a mapping, if the graph has one.
    std::optional<std::vector<std::vector<AsicIndex>>> try_graph(const MeshGraph& graph) const;
    bool fits(const MeshGraph& graph) const { return try_graph(graph).has_value(); }
    /// The same under other options.
    MisfitProbe with(const MappingOptions& options) const { return {adjacency_, options, deadline_}; }

    /// How the one mesh of `graph` would lie if at most so many of its edges had the links they lack.
    std::optional<NearMiss> near_miss(const MeshGraph& graph, std::size_t most) const;

    const MappingOptions& options() const { return options_; }

  private:
    const Adjacency& adjacency_;
    MappingOptions options_;
    Deadline deadline_;
};

/// `graph` with one mesh alone, its pinnings and its connections to itself.
MeshGraph only_mesh(const MeshGraph& graph, std::size_t mesh);
/// `graph` with its first so many meshes, and no connections.
MeshGraph first_meshes(const MeshGraph& graph, std::size_t number);
/// `graph` with its first so many connections; those of graphs count on after those of meshes.
MeshGraph first_connections(const MeshGraph& graph, std::size_t number);
/// `graph` without one connection, counted likewise.
MeshGraph without_connection(const MeshGraph& graph, std::size_t connection);

}  // namespace tt_run::topology
