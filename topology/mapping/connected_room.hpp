#pragma once

#include "topology/mapping/seat_table.hpp"

namespace tt_run::topology {

/// Whether meshes that connections join, directly or over others, have more chips than any part of the
/// cluster that hangs together by links good enough for those connections. Then no mapping keeps all of them.
/// A proof only if the table is complete.
bool exceeds_connected_room(const Demand& demand, const Adjacency& adjacency, const SeatTable& table);

}  // namespace tt_run::topology
