#pragma once

#include "topology/draw/missing_links.hpp"
#include "topology/draw/picture.hpp"
#include "topology/mapping/mapping.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology::draw {

/// A link of `Cluster::links()` that is not as it should be.
struct LinkCondition {
    std::uint32_t link = 0;
    LinkLook look = LinkLook::missing;
    std::string words;  ///< "down", "at 0.5 of its rate"
};

/// Who owns which part of a mesh, where a job says so.
struct OwnedPart {
    MeshId mesh;
    MeshHostRank part;
    std::string rank;  ///< "3"
};

/// A cluster as it is: a panel for each host, trays as frames, what should be there and is not in its place.
Picture draw_cluster(const Cluster& cluster, const MissingLinks& missing);

/// The same with who plays what: chips are labelled and coloured by mesh, and links that a descriptor asks
/// for and does not get are among the findings.
struct MappedSystem {
    const MeshGraph& graph;
    const Cluster& cluster;
    const Mapping& mapping;
    std::vector<LinkCondition> conditions;
    std::vector<OwnedPart> owners;
};
Picture draw_mapping(const MappedSystem& system, const MissingLinks& missing);

/// On a picture of a cluster: pairs of chips that a descriptor wants joined and that have too few links, each
/// as a missing line and a finding.
void mark_needed(Picture& picture, const Cluster& cluster,
                 const std::vector<std::pair<AsicIndex, AsicIndex>>& pairs);

}  // namespace tt_run::topology::draw
