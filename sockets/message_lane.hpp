#pragma once

#include <memory>

#include "sockets/lane.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::sockets {

/// A connection between processes that share no memory: what is written and acknowledged goes as MPI
/// messages, into the receiver's FIFO and into the same words in L1. Two tags of a context that only the two
/// ranks use.
struct MessageConnection {
    distributed::ContextPtr context;
    distributed::Rank peer{0};  ///< in `context`
    job::Rank peer_in_world;
    std::int32_t tag = 0;  ///< for data; the next one for acknowledgements
};

/// `acked` is the word in this rank's L1 that the receiver's count is put into.
std::unique_ptr<SendLane> make_message_send_lane(const MessageConnection& connection, std::uint32_t* acked);
/// `sent` likewise; `fifo` is in this rank's memory.
std::unique_ptr<ReceiveLane> make_message_receive_lane(const MessageConnection& connection,
                                                       std::uint32_t* sent, std::span<std::byte> fifo);

}  // namespace tt_run::sockets
