#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::sockets {

/// Messages on their way to one rank, with their bytes, which must stay where they are until the peer has
/// taken them. What it has not taken when the outbox goes is kept for as long as that takes: to the end of
/// the process if nobody ever does. One thread at a time; different ones by different threads.
class Outbox {
  public:
    Outbox(distributed::ContextPtr context, distributed::Rank peer);
    ~Outbox();
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    void send(std::vector<std::byte> bytes, std::int32_t tag);
    /// Those that the peer had not taken when it was last looked.
    std::size_t under_way() const { return sent_.size(); }
    /// Looks; messages are forgotten in the order in which they were sent.
    void sweep();

    struct Sent {
        std::vector<std::byte> bytes;
        distributed::RequestPtr request;
    };

  private:
    distributed::ContextPtr context_;
    distributed::Rank peer_;
    std::deque<Sent> sent_;
};

}  // namespace tt_run::sockets
