#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "sockets/link_region.hpp"
#include "sockets/message_lane.hpp"
#include "sockets/neighbour.hpp"
#include "sockets/socket_descriptor.hpp"

namespace tt_run::sockets {

/// The memory of this process's chips, to lend.
struct OwnMemory {
    int file = -1;
    std::byte* base = nullptr;
    std::size_t bytes = 0;
};

/// What two ranks have after they have met: shared memory, or messages.
struct Meeting {
    SocketDescriptor peer;
    std::shared_ptr<Neighbour> neighbour;  ///< null: messages
    std::shared_ptr<LinkRegion> region;
    distributed::ContextPtr messages;
    distributed::Rank peer_in_messages{0};
    std::int32_t first_tag = 0;
    std::size_t lanes = 0;  ///< connections between these two ranks
};

/// Meets rank `peer` of `context` to make a socket: tells it `own` and hears the same from it. Both ends then
/// know every mismatch, and `check` (routes; throws) has its say at both, before anything is set up. Throws
/// std::runtime_error: naming the peer if it has not come within the deadline (socket_deadline), each field
/// that differs, or why the other end gave up. Sockets of the same two ranks must be made by both in one
/// order.
Meeting meet(const distributed::ContextPtr& context, distributed::Rank peer, SocketDescriptor own,
             const OwnMemory& memory, const std::function<void(const SocketDescriptor&)>& check);

/// Tells a peer, without waiting, that there will be no socket at this end, and why.
void decline(const distributed::ContextPtr& context, distributed::Rank peer, SocketDescriptor own,
             const std::string& reason);

}  // namespace tt_run::sockets
