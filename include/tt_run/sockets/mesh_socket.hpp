#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <source_location>
#include <utility>
#include <vector>

#include "tt_run/device/mesh_buffer.hpp"
#include "tt_run/device/tensor.hpp"
#include "tt_run/export.hpp"
#include "tt_run/sockets/socket_config.hpp"

namespace tt_run::sockets {

struct SocketState;

/// The counts of one connection, as its end sees them: free-running, modulo 2^32.
struct SocketCounters {
    std::uint32_t bytes_sent = 0;
    std::uint32_t bytes_acked = 0;
    bool operator==(const SocketCounters&) const = default;
};

/// One end of a one-way channel for tensors between two meshes: a FIFO for each connection, in the memory of
/// the receiving devices. A handle: copies are the same end. The FIFOs go with the last one; what was sent
/// and never received goes with them, and is warned of. Use an end from one thread at a time.
class TT_RUN_API MeshSocket {
  public:
    /// The end of this rank. Collective over the ranks of both ends: waits for the others, 10 seconds by
    /// default (set_socket_deadline). On any other rank it is a null socket, and a warning. Throws
    /// std::runtime_error for a config that breaks a rule, for ends that differ (on both sides, with every
    /// field that does), and for chips that the fabric does not join.
    MeshSocket(const std::shared_ptr<device::MeshDevice>& device, const SocketConfig& config,
               std::source_location where = std::source_location::current());

    /// Both ends in this process: sender and receiver. Their devices may be the same. Ranks and contexts of
    /// `config` mean nothing.
    static std::pair<MeshSocket, MeshSocket> create_socket_pair(
        const std::shared_ptr<device::MeshDevice>& sender,
        const std::shared_ptr<device::MeshDevice>& receiver, const SocketConfig& config,
        std::source_location where = std::source_location::current());

    /// Neither end is at this rank; everything but this throws.
    bool is_null() const { return state_ == nullptr; }
    SocketEndpoint get_socket_endpoint_type() const;
    const SocketConfig& get_config() const;
    /// Its ends are ranks, not meshes.
    bool is_rank_scoped_socket() const { return !get_config().sender_mesh_id; }
    const std::vector<SocketConnection>& get_connection_config() const;
    const std::shared_ptr<device::MeshDevice>& get_mesh_device() const;
    /// This end's cores, as listed, each once.
    std::vector<MeshCoreCoord> get_active_cores() const;
    /// In L1 of the cores above: the counts and what goes with them.
    const std::shared_ptr<device::MeshBuffer>& get_config_buffer() const;
    std::size_t get_config_buffer_address() const { return get_config_buffer()->address(); }
    /// The FIFOs. Throws at the sending end, which has none.
    const std::shared_ptr<device::MeshBuffer>& get_data_buffer() const;
    /// The device at `coordinate` of an end's mesh, if some connection names it.
    device::FabricNodeId get_fabric_node_id(SocketEndpoint end,
                                            const device::MeshCoordinate& coordinate) const;
    /// Of a connection with a device of this rank at this end.
    SocketCounters counters(std::size_t connection) const;

    /// For the runtime's own parts.
    SocketState& state() const;

  private:
    explicit MeshSocket(std::shared_ptr<SocketState> state) : state_(std::move(state)) {}
    std::shared_ptr<SocketState> state_;
};

/// How long a socket waits for its other end to be made. TT_RUN_SOCKET_TIMEOUT (seconds) sets it from
/// outside.
TT_RUN_API void set_socket_deadline(std::chrono::milliseconds deadline);
TT_RUN_API std::chrono::milliseconds socket_deadline();

/// Queues the sending of the tensor's shards on the devices that connections name, and returns. What fits the
/// FIFO is sent without a receiver; a longer send ends once the receiver has taken enough. The pages of a
/// device with several connections are split among them in their order.
TT_RUN_API void send_async(const device::Tensor& tensor, const MeshSocket& socket, std::uint32_t queue = 0,
                           std::source_location where = std::source_location::current());
/// Queues receiving into a tensor that exists, of the same data type, layout and pages.
TT_RUN_API void recv_async(const device::Tensor& tensor, const MeshSocket& socket, std::uint32_t queue = 0,
                           std::source_location where = std::source_location::current());

/// The same past the FIFO: the bytes go straight into the receiver's tensor, once it has been asked for them,
/// so a page may be longer than the FIFO, which two short pages go through. Both ends must do so. Throws
/// std::runtime_error for a FIFO that is not in L1, or shorter than such a page (64 bytes, aligned).
TT_RUN_API void send_direct_async(const device::Tensor& tensor, const MeshSocket& socket,
                                  std::uint32_t queue = 0,
                                  std::source_location where = std::source_location::current());
TT_RUN_API void recv_direct_async(const device::Tensor& tensor, const MeshSocket& socket,
                                  std::uint32_t queue = 0,
                                  std::source_location where = std::source_location::current());

/// The same as send_async and recv_async, and waits until it is done, on the calling thread if the queue is
/// idle: the quickest way for small tensors.
TT_RUN_API void send(const device::Tensor& tensor, const MeshSocket& socket, std::uint32_t queue = 0,
                     std::source_location where = std::source_location::current());
TT_RUN_API void recv(const device::Tensor& tensor, const MeshSocket& socket, std::uint32_t queue = 0,
                     std::source_location where = std::source_location::current());

}  // namespace tt_run::sockets
