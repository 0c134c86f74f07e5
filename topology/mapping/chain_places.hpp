#pragma once

#include <functional>
#include <map>
#include <span>

#include "topology/mapping/mesh_chain.hpp"
#include "topology/mapping/place_meshes.hpp"
#include "topology/mapping/seat_graph.hpp"

namespace tt_run::topology {

/// What a formula says of seats and links already.
struct ChainLiterals {
    std::span<const int> taken;  ///< per seat
    /// Of two seats beside one another; none if the formula knows no links.
    std::function<int(std::uint32_t, std::uint32_t)> linked;
};

/// States which mesh of a chain takes which seat: meshes that follow one another take seats with the links
/// that they need. The chain is cut into pieces, between which needs are small; a piece has few ways to lie
/// and is stated as a whole. A ring's first piece begins behind the `start`-th connection with the least
/// need.
class ChainPlaces {
  public:
    ChainPlaces(const MeshChain& chain, const SeatGraph& graph, const std::vector<Footprint>& seats,
                std::size_t start = 0);

    /// Whether it is worth stating at all: not if the formula would be too large.
    bool is_small() const;
    void state(SatProblem& sat, const ChainLiterals& literals);
    /// In the model of the last `satisfied`, once stated.
    Seating seating(const SatProblem& sat) const;

  private:
    using Way = std::vector<std::uint32_t>;  ///< seats of meshes that follow one another
    using PerSeat = std::vector<int>;        ///< literals; 0 for a seat that it cannot be
    struct Piece {
        std::size_t first = 0;  ///< positions in the chain
        std::size_t last = 0;
        std::vector<Way> ways;  ///< all that there are
        std::vector<int> lies;  ///< literals, as ways
        PerSeat begins;
        PerSeat ends;
    };

    void cut(std::size_t start);
    std::size_t first_position(std::size_t start) const;
    std::vector<Way> lengthened(const std::vector<Way>& ways, std::uint32_t need) const;
    bool is_free(const Way& way, std::uint32_t seat) const;
    PerSeat state_piece(SatProblem& sat, const ChainLiterals& literals, Piece& piece) const;
    PerSeat any_of(SatProblem& sat, const std::map<std::uint32_t, std::vector<int>>& per_seat) const;
    void state_step(SatProblem& sat, const ChainLiterals& literals, const PerSeat& end, const PerSeat& begin,
                    std::uint32_t need) const;

    const MeshChain& chain_;
    const SeatGraph& graph_;
    const std::vector<Footprint>& seats_;
    std::vector<Piece> pieces_;
};

}  // namespace tt_run::topology
