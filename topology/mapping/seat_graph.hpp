#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "topology/mapping/seat_table.hpp"

namespace tt_run::topology {

/// Two seats that a connection can join, the lesser first.
struct SeatPair {
    std::uint32_t a = 0;
    std::uint32_t b = 0;
};

/// Seats of one kind of mesh, and which of them a connection can join: those that share no ASIC and have
/// links enough between them. Knows no meshes and no formula. Immutable; refers to the table's seats.
class SeatGraph {
  public:
    SeatGraph(const SeatTable& table, std::size_t kind, const Adjacency& adjacency,
              std::uint32_t least_links);

    std::size_t size() const { return beside_.size(); }
    /// Every pair once, by its first seat, then by its second.
    const std::vector<SeatPair>& pairs() const { return pairs_; }
    /// Seats beside one, ascending.
    std::span<const std::uint32_t> beside(std::uint32_t seat) const { return beside_[seat]; }
    bool touches(std::uint32_t a, std::uint32_t b) const { return links(a, b) != 0; }
    /// 0 if no connection can join them.
    std::uint32_t links(std::uint32_t a, std::uint32_t b) const;

    /// The seats fall into two camps, like the squares of a chessboard: every pair joins one with the other.
    bool has_two_camps() const;

    /// What seats make up where none has more than two beside it, so that no path has a choice.
    struct Strands {
        std::set<std::size_t> rings;   ///< how many seats they have
        std::size_t longest_line = 0;  ///< in seats; a ring that is cut open is one too
    };
    /// Nothing if a seat has three beside it.
    std::optional<Strands> strands() const;

    /// Sets of seats that hang together, without those that are too small to hold so many meshes at once.
    std::vector<std::vector<std::uint32_t>> islands(std::size_t meshes) const;

  private:
    void find_beside(std::uint32_t seat, std::uint32_t least_links);
    std::vector<std::uint32_t> island_of(std::uint32_t start, std::vector<bool>& seen) const;
    std::size_t room_of(const std::vector<std::uint32_t>& island) const;

    const SeatTable& table_;
    const Adjacency& adjacency_;
    std::size_t kind_;
    const std::vector<Footprint>& seats_;
    std::vector<SeatPair> pairs_;
    std::vector<std::vector<std::uint32_t>> beside_;
    std::vector<std::vector<std::uint32_t>> links_;  ///< to those
};

}  // namespace tt_run::topology
