#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/error.hpp"
#include "tt_run/device/mesh_device.hpp"
#include "tt_run/sockets/socket_config.hpp"

namespace tt_run::sockets {

/// One side's end of a connection.
struct EndPlace {
    bool is_local = false;      ///< of the rank that says this
    device::FabricNodeId node;  ///< of its device
    std::uint64_t word = 0;     ///< of the count that the other side writes, in the file of its memory
    std::uint64_t fifo = 0;     ///< likewise, at the receiver
    bool operator==(const EndPlace&) const = default;
};

/// What two ranks tell each other before a socket between them exists.
struct SocketDescriptor {
    SocketEndpoint endpoint = SocketEndpoint::sender;
    std::string failure;  ///< why there will be no socket at this end; the rest says nothing then
    std::int32_t sender_rank = 0;
    std::int32_t receiver_rank = 0;
    std::vector<SocketConnection> connections;
    SocketMemoryConfig memory;
    std::string fabric;         ///< "FABRIC_2D, STRICT_INIT"
    std::uint32_t payload = 0;  ///< bytes that a packet carries at most
    std::vector<EndPlace> places;
    std::int32_t process = 0;
    std::string host;              ///< host_identity()
    std::string door;              ///< where a neighbour may call; empty if nobody shall
    bool knows_neighbour = false;  ///< the two share memory already
    std::string where;             ///< the call that makes the socket
    bool operator==(const SocketDescriptor&) const = default;
};

std::string encode_descriptor(const SocketDescriptor& descriptor);
/// Refuses what no `encode_descriptor` of this version has written.
support::Result<SocketDescriptor> decode_descriptor(std::string_view bytes);

/// In what the two sides' wishes differ, a sentence each, as rank `own` sees it.
std::vector<std::string> find_mismatches(const SocketDescriptor& own, std::int32_t own_rank,
                                         const SocketDescriptor& peer, std::int32_t peer_rank);

}  // namespace tt_run::sockets
