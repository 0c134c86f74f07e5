#pragma once

#include <functional>
#include <optional>

#include "topology/mapping/chain_formula.hpp"
#include "topology/mapping/chip_formula.hpp"
#include "topology/mapping/seat_formula.hpp"

namespace tt_run::topology {

/// One demand on one cluster, and every engine that can answer it, the quick ones first: a chain as a formula
/// over links, or seating mesh by mesh, or seats as a formula, each on one tiling of the cluster and then on
/// all footprints; chips as a formula when footprints are too many to list. The arguments must outlive it.
class MappingSearch {
  public:
    MappingSearch(const MeshGraph& graph, const Adjacency& adjacency, const Demand& demand,
                  Deadline deadline);

    struct Answer {
        SatAnswer answer = SatAnswer::unknown;
        std::vector<std::vector<AsicIndex>> chips;  ///< as in Mapping, if satisfied
    };
    /// A mapping that uses at most so many hosts. `conflicts` as in Effort, for each engine; where a formula
    /// of seats is large, fewer, so that a bounded search takes about as long for all.
    Answer find(std::size_t most_hosts, int conflicts);

    /// What no two of several mappings have in common.
    enum class Distinct { mappings, host_sets };
    using Found = std::function<bool(const std::vector<std::vector<AsicIndex>>&)>;
    /// Calls `found` with one mapping after another until it returns false; no two have the same ASICs for
    /// every mesh, and where host sets are to be distinct, few are on the same hosts. The answer tells how it
    /// ended: `contradiction` if there are no others, `satisfied` if `found` had enough.
    SatAnswer find_all(std::size_t most_hosts, Distinct distinct, const Found& found);

    /// The meshes of which not even one alone can lie on the cluster: the first of each kind. Nothing if all
    /// can, or if their footprints are too many to be sure.
    std::vector<std::size_t> hopeless_meshes() const;

    const SeatTable& table() const { return table_; }

  private:
    SearchEnd place(const SeatTable& table, std::size_t most_hosts, Answer& answer) const;
    int conflicts_for_tiling() const;
    Answer seat(const SeatTable& table, std::size_t most_hosts, Effort effort) const;
    SatAnswer find_chains(const SeatTable& table, std::size_t most_hosts, Distinct distinct,
                          const Found& found);
    std::vector<std::vector<AsicIndex>> chips_of(const SeatTable& table, const Seating& seating) const;
    int within_reason(const SeatTable& table, int conflicts) const;
    bool is_hopeless() const { return exceeds_room_ || !hopeless_meshes().empty(); }

    const MeshGraph& graph_;
    const Adjacency& adjacency_;
    const Demand& demand_;
    Deadline deadline_;
    SeatTable table_;
    SeatTable tiling_;
    std::optional<MeshChain> chain_;
    bool exceeds_room_;  ///< see exceeds_connected_room
};

}  // namespace tt_run::topology
