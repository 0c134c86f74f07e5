#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/mapping/footprint.hpp"

namespace tt_run::topology {

/// The footprints of every kind of mesh, found again by the ASICs that they hold. A seat is the position of a
/// footprint in its kind's list.
class SeatTable {
  public:
    SeatTable(const MeshGraph& graph, const Demand& demand, const Adjacency& adjacency, SearchLimits limits);

    /// Of each kind only seats that do not overlap, taken greedily in their order: on a Galaxy, its trays.
    /// Far fewer, and where meshes fill a cluster mostly enough.
    SeatTable tiling(const Adjacency& adjacency) const;

    std::size_t kinds() const { return kinds_.size(); }
    const std::vector<Footprint>& seats(std::size_t kind) const { return kinds_[kind].footprints.all; }
    /// Whether every footprint of every kind is here.
    bool complete() const { return complete_; }
    bool complete(std::size_t kind) const { return kinds_[kind].footprints.complete; }

    /// Seats of a kind that hold an ASIC, ascending.
    std::span<const std::uint32_t> holding(std::size_t kind, AsicIndex asic) const {
        const Kind& table = kinds_[kind];
        return {table.holders.data() + table.first[asic.value],
                table.holders.data() + table.first[asic.value + 1]};
    }

  private:
    struct Kind {
        Footprints footprints;
        std::vector<std::uint32_t> first;  ///< per ASIC, and one more
        std::vector<std::uint32_t> holders;
    };
    SeatTable() = default;
    static Kind index(Footprints footprints, std::size_t asics);

    std::vector<Kind> kinds_;
    bool complete_ = true;
};

/// Links between two sets of ASICs that share none; `b` sorted.
std::uint32_t links_between(const Adjacency& adjacency, std::span<const AsicIndex> a,
                            std::span<const AsicIndex> b);

/// Whether two footprints can be taken at once.
bool disjoint(const Footprint& a, const Footprint& b);

/// Links that a connection between two meshes finds between their footprints.
std::uint32_t links_of_connection(const Adjacency& adjacency, const ConnectionDemand& connection,
                                  const Footprint& from, const Footprint& to);

}  // namespace tt_run::topology
