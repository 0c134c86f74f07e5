#pragma once

#include "sockets/handshake.hpp"
#include "sockets/socket_state.hpp"

namespace tt_run::sockets {

/// Makes room for the ends of all connections with a device of this rank.
void prepare_ends(SocketState& state);

/// Joins the ends of the connections between this rank and one that it has met.
void connect_ends(SocketState& state, const SocketDescriptor& own, const Meeting& meeting,
                  const OwnMemory& memory, job::Rank peer_in_world);

/// Allocates, checks and joins both ends of a socket within this process.
void connect_pair(SocketState& sender, SocketState& receiver);

}  // namespace tt_run::sockets
