#pragma once

#include <memory>

#include "topology/mapping/uneven_chain.hpp"

namespace tt_run::topology {

/// Seats a chain, one way after another. As its meshes are interchangeable, the formula knows no meshes, only
/// which seats are taken and which links between seats are used: two for each seat. Paths that close too
/// early are joined by exchanging links, or forbidden, until one is left. Where needs differ and no turn of
/// it has them all, seat_uneven_chain() finds the first way, and for others the places of the meshes are
/// stated as well; unknown if that would be too much. A contradiction is a proof only if the table is
/// complete. The arguments must outlive it.
class ChainFormula {
  public:
    ChainFormula(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                 const SeatTable& table, std::size_t most_hosts);
    ~ChainFormula();
    ChainFormula(const ChainFormula&) = delete;
    ChainFormula& operator=(const ChainFormula&) = delete;

    ChainResult next(Effort effort);

    // After an answer, so that the next one is another:
    void forbid_links();  ///< no seating that uses the very same links, however turned
    void forbid_hosts();  ///< no seating on the very same hosts

  private:
    class Statement;
    std::unique_ptr<Statement> statement_;
};

/// The first way, of a formula made for it.
ChainResult seat_chain(const MeshChain& chain, const Demand& demand, const Adjacency& adjacency,
                       const SeatTable& table, std::size_t most_hosts, Effort effort);

}  // namespace tt_run::topology
