#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

struct Neighbour {
    AsicIndex asic;
    std::uint32_t links = 0;
};

/// A cluster reduced to what a mapping looks at: which ASICs are neighbours, by how many links, and which
/// host and board each is on. Immutable; the cluster must outlive it.
class Adjacency {
  public:
    explicit Adjacency(const Cluster& cluster);

    const Cluster& cluster() const { return cluster_; }
    std::size_t size() const { return cluster_.asics().size(); }

    /// Ascending by ASIC.
    std::span<const Neighbour> neighbours(AsicIndex asic) const {
        return {neighbours_.data() + first_[asic.value], neighbours_.data() + first_[asic.value + 1]};
    }
    /// 0 if they are no neighbours.
    std::uint32_t links(AsicIndex a, AsicIndex b) const;

    /// Whether a cable between the two may well be missing: there is one, with too few links perhaps; or
    /// there is no way at all between them; or there are ways of three steps, as round a square, and none of
    /// two.
    bool looks_unplugged(AsicIndex a, AsicIndex b) const;

    std::uint32_t host(AsicIndex asic) const { return host_[asic.value]; }
    std::uint32_t board(AsicIndex asic) const { return cluster_.asic(asic).board.value; }
    /// Whether a process sees all chips of this one's board or none (boards of one or two chips).
    bool on_whole_board(AsicIndex asic) const { return cluster_.board_of(asic).asic_count <= 2; }
    /// 0 on one board, 1 on one host, 2 between hosts.
    std::uint32_t distance(AsicIndex a, AsicIndex b) const {
        return host(a) != host(b) ? 2 : board(a) != board(b) ? 1 : 0;
    }

  private:
    const Cluster& cluster_;
    std::vector<std::uint32_t> first_;  ///< per ASIC, and one more
    std::vector<Neighbour> neighbours_;
    std::vector<std::uint32_t> host_;
    std::vector<std::uint32_t> island_;  ///< per ASIC: the least that hangs together with it
};

}  // namespace tt_run::topology
