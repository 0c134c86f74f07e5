#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/mapping/seat_graph.hpp"

namespace tt_run::topology {

/// Open and closed paths of seats, no seat on two of them: what the links that a formula takes make up.
class SeatPaths {
  public:
    /// `links` are pairs of `graph`, at most two for each seat.
    SeatPaths(const SeatGraph& graph, std::span<const SeatPair> links);

    /// Two paths become one, wherever a link of each can be exchanged for two links across.
    void join();

    /// The seats of each in order; those of an open one from its lesser end. Open ones come first.
    const std::vector<std::vector<std::uint32_t>>& paths() const { return paths_; }

  private:
    void walk_all();
    std::vector<std::uint32_t> walk(std::uint32_t start, std::vector<bool>& seen) const;
    bool join_at(std::uint32_t a, std::uint32_t b, const std::vector<std::uint32_t>& path_of);
    void exchange(std::uint32_t seat, std::uint32_t from, std::uint32_t to);

    const SeatGraph& graph_;
    std::vector<std::vector<std::uint32_t>> next_;  ///< per seat
    std::vector<std::vector<std::uint32_t>> paths_;
};

}  // namespace tt_run::topology
