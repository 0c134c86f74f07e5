#pragma once

#include <atomic>
#include <memory>

#include "sockets/lane.hpp"
#include "sockets/link_region.hpp"
#include "sockets/neighbour.hpp"

namespace tt_run::sockets {

/// A connection between two processes of one host, or within one: each sees the other's chips. The protocol's
/// words are those in the chips' L1, where the counters of silicon stand too.
struct SharedConnection {
    std::shared_ptr<LinkRegion> region;
    std::size_t index = 0;  ///< in the region
    std::shared_ptr<Neighbour> peer;
    std::byte* own_memory = nullptr;  ///< of this process's chips
    std::uint32_t* sent = nullptr;    ///< at the receiver; written by the sender
    std::uint32_t* acked = nullptr;   ///< at the sender; written by the receiver
    std::span<std::byte> fifo;
};

std::unique_ptr<SendLane> make_shared_send_lane(const SharedConnection& connection);
std::unique_ptr<ReceiveLane> make_shared_receive_lane(const SharedConnection& connection);

}  // namespace tt_run::sockets
