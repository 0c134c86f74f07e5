#pragma once

#include <span>

#include "topology/mapping/sat.hpp"
#include "topology/mapping/seat_table.hpp"

namespace tt_run::topology {

/// States of the seats of one kind which can be taken at once: no two that share an ASIC, or a board that a
/// process sees as a whole. `taken` has a literal for each seat; 0 for one that is not to be had.
void state_overlaps(SatProblem& sat, const SeatTable& table, std::size_t kind, const Adjacency& adjacency,
                    std::span<const int> taken);

/// States that no ASIC of a host is left over if `used` holds.
void state_full(SatProblem& sat, const SeatTable& table, std::size_t kind, const Adjacency& adjacency,
                std::span<const int> taken, std::uint32_t host, int used);

}  // namespace tt_run::topology
