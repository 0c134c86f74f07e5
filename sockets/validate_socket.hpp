#pragma once

#include "sockets/socket_state.hpp"

namespace tt_run::sockets {

/// The rules that one end can check by itself; each throws a sentence of its own.
void check_socket_config(const SocketConfig& config);
void check_own_cores(const SocketState& state);

/// Whether the fabric joins the two devices of every connection, and by enough links; notes the link that
/// each connection takes: connection i of a device takes link i modulo links. `state` has all nodes.
void check_routes(SocketState& state);

/// Whether a connection may be used: under a 1D fabric its devices must be neighbours.
void check_forwarding(const SocketState& state, std::size_t connection, const char* operation);

}  // namespace tt_run::sockets
