#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sockets/link_region.hpp"
#include "sockets/transfer.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

namespace tt_run::sockets {

/// One end of a socket.
struct SocketState {
    SocketState() = default;
    SocketState(const SocketState&) = delete;
    SocketState& operator=(const SocketState&) = delete;
    /// Warns of what was sent and never received.
    ~SocketState();

    int number = 0;       ///< in this process, for messages
    std::string made_at;  ///< the call, "pipeline/main.cpp:12"
    SocketEndpoint endpoint = SocketEndpoint::sender;
    SocketConfig config;
    std::uint32_t payload = 0;  ///< bytes that a packet carries at most
    std::shared_ptr<device::MeshDevice> device;
    std::shared_ptr<device::MeshBuffer> config_buffer;
    std::shared_ptr<device::MeshBuffer> data_buffer;  ///< null at the sender
    std::vector<device::FabricNodeId> sender_nodes;   ///< by connection
    std::vector<device::FabricNodeId> receiver_nodes;
    std::vector<std::size_t> links;  ///< by connection: the fabric's link that it takes, of those there are

    std::vector<std::shared_ptr<LinkRegion>> regions;  ///< shared with peers
    bool uses_messages = false;                        ///< with some peer
    /// Time that its transfers slept.
    std::shared_ptr<std::atomic<std::uint64_t>> waited_ns = std::make_shared<std::atomic<std::uint64_t>>(0);
    /// The ends of connections with a device of this rank, by connection; several connections of one sending
    /// core share theirs.
    std::vector<std::shared_ptr<SendEnd>> senders;
    std::vector<std::shared_ptr<ReceiveEnd>> receivers;
    std::vector<const std::uint32_t*> sent_words;   ///< by connection; null where there is none here
    std::vector<const std::uint32_t*> acked_words;  ///< likewise

    const MeshCoreCoord& own_core(std::size_t connection) const;
    bool is_local(std::size_t connection) const;
    /// "socket 3 from rank 0 to rank 1, sending end".
    std::string name() const;
};

}  // namespace tt_run::sockets
