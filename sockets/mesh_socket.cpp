#include "tt_run/sockets/mesh_socket.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <set>

#include <fmt/format.h>

#include "device/mesh_device_state.hpp"
#include "distributed/phase_scope.hpp"
#include "sockets/connect_ends.hpp"
#include "sockets/handshake.hpp"
#include "sockets/socket_memory.hpp"
#include "sockets/transfer_plan.hpp"
#include "sockets/validate_socket.hpp"
#include "support/call_place.hpp"
#include "support/require.hpp"
#include "tt_run/device/fabric.hpp"
#include "tt_run/device/fabric_router.hpp"
#include "tt_run/device/warnings.hpp"

namespace tt_run::sockets {

namespace {

using distributed::ContextPtr;
using distributed::Rank;
using std::chrono::milliseconds;

std::atomic<int> sockets_made{0};
std::atomic<std::int64_t> deadline_ms{-1};  ///< negative: as the environment says

std::shared_ptr<SocketState> new_state(SocketEndpoint endpoint, const SocketConfig& config,
                                       const std::shared_ptr<device::MeshDevice>& device,
                                       const std::source_location& where) {
    auto state = std::make_shared<SocketState>();
    state->number = sockets_made.fetch_add(1);
    state->endpoint = endpoint;
    state->config = config;
    state->payload = device::get_fabric_router_config().max_packet_payload_size_bytes.value_or(kUsualPayload);
    state->device = device;
    state->made_at = support::place_of(where);
    return state;
}

/// The ranks of `context` at one end.
std::vector<Rank> ranks_of_end(const SocketConfig& config, SocketEndpoint end, const ContextPtr& context,
                               const device::Runtime& runtime) {
    const bool sends = end == SocketEndpoint::sender;
    const auto mesh = sends ? config.sender_mesh_id : config.receiver_mesh_id;
    if (!mesh) {
        return {sends ? config.sender_rank : config.receiver_rank};
    }
    const auto& graph = runtime.system().graph;
    const topology::Mesh* const driven = graph ? graph->find(topology::MeshId{*mesh}) : nullptr;
    TT_RUN_REQUIRE(driven != nullptr, "a socket names mesh {}, which this job does not have", *mesh);
    std::vector<Rank> ranks;
    for (std::int32_t part = 0; part < driven->host_rank_count(); ++part) {
        const std::array<Rank, 1> in_world{runtime.rank_of(driven->id, topology::MeshHostRank{part})};
        std::array<Rank, 1> here{Rank{-1}};
        TT_RUN_REQUIRE(*in_world[0] >= 0, "no rank of this job drives host rank {} of mesh {}", part, *mesh);
        distributed::DistributedContext::get_current_world()->translate_ranks_to_other_ctx(in_world, context,
                                                                                           here);
        TT_RUN_REQUIRE(*here[0] >= 0, "rank {}, which drives part of mesh {}, is not in the socket's context",
                       *in_world[0], *mesh);
        ranks.push_back(here[0]);
    }
    return ranks;
}

/// Both ends, in ranks of a context.
struct Ends {
    ContextPtr context;
    std::vector<Rank> senders;
    std::vector<Rank> receivers;
};

Ends find_ends(const SocketConfig& config, const device::Runtime& runtime) {
    Ends ends;
    ends.context = config.distributed_context ? config.distributed_context
                                              : distributed::DistributedContext::get_current_world();
    TT_RUN_REQUIRE(config.sender_mesh_id.has_value() == config.receiver_mesh_id.has_value(),
                   "a socket between meshes names both, the sender's and the receiver's");
    TT_RUN_REQUIRE(!config.sender_mesh_id || config.sender_mesh_id != config.receiver_mesh_id,
                   "a socket joins two meshes, but mesh {} is at both ends",
                   config.sender_mesh_id.value_or(0));
    TT_RUN_REQUIRE(
        config.sender_mesh_id || config.sender_rank != config.receiver_rank,
        "a socket joins two ranks, but rank {} is at both ends; create_socket_pair joins devices of one rank",
        *config.sender_rank);
    ends.senders = ranks_of_end(config, SocketEndpoint::sender, ends.context, runtime);
    ends.receivers = ranks_of_end(config, SocketEndpoint::receiver, ends.context, runtime);
    for (const std::vector<Rank>* side : {&ends.senders, &ends.receivers}) {
        for (const Rank rank : *side) {
            TT_RUN_REQUIRE(*rank >= 0 && *rank < *ends.context->size(),
                           "a socket names rank {}, but its context has ranks 0 to {}", *rank,
                           *ends.context->size() - 1);
        }
    }
    return ends;
}

SocketDescriptor describe(const SocketState& state, const Ends& ends) {
    SocketDescriptor own;
    own.endpoint = state.endpoint;
    own.sender_rank = *ends.senders.front();
    own.receiver_rank = *ends.receivers.front();
    own.connections = state.config.socket_connection_config;
    own.memory = state.config.socket_mem_config;
    const device::FabricSettings fabric = device::get_fabric_settings();
    own.fabric = fmt::format("{}, {}", fabric::name_of(fabric.config), fabric::name_of(fabric.reliability));
    own.payload = state.payload;
    own.where = state.made_at;
    return own;
}

/// Makes this rank's end with all ranks of the other.
class EndMaker {
  public:
    EndMaker(SocketState& state, const Ends& ends)
        : state_(state), ends_(ends), own_(describe(state, ends)) {}

    void make() {
        const std::vector<Rank>& peers =
            state_.endpoint == SocketEndpoint::sender ? ends_.receivers : ends_.senders;
        prepare(peers);
        own_nodes().clear();
        for (const EndPlace& place : own_.places) {
            own_nodes().push_back(place.node);
        }
        for (const Rank peer : peers) {
            meet_one(peer);
        }
        TT_RUN_REQUIRE(std::ranges::all_of(own_.connections,
                                           [&, k = std::size_t{0}](const auto&) mutable {
                                               const std::size_t at = k++;
                                               return !own_.places[at].is_local || met_[at];
                                           }),
                       "a connection of {} leads to a device that no rank of the other end drives",
                       state_.name());
    }

  private:
    /// What can fail here alone; the others hear of it.
    void prepare(const std::vector<Rank>& peers) {
        try {
            check_own_cores(state_);
            own_.places = allocate_socket(state_);
            write_blocks_later_ = true;
        } catch (const std::exception& error) {
            for (const Rank peer : peers) {
                decline(ends_.context, peer, own_, error.what());
            }
            throw;
        }
        met_.assign(own_.places.size(), false);
        prepare_ends(state_);
    }

    std::vector<device::FabricNodeId>& own_nodes() {
        return state_.endpoint == SocketEndpoint::sender ? state_.sender_nodes : state_.receiver_nodes;
    }
    std::vector<device::FabricNodeId>& peer_nodes() {
        return state_.endpoint == SocketEndpoint::sender ? state_.receiver_nodes : state_.sender_nodes;
    }

    void meet_one(Rank peer) {
        const device::ChipMemory& memory = state_.device->state().runtime->memory();
        const OwnMemory lent{memory.file_descriptor(), memory_base(memory), memory.size()};
        const Meeting meeting = meet(ends_.context, peer, own_, lent, [&](const SocketDescriptor& other) {
            peer_nodes().clear();
            for (const EndPlace& place : other.places) {
                peer_nodes().push_back(place.node);
            }
            check_routes(state_);
            if (std::exchange(write_blocks_later_, false)) {
                write_socket_blocks(state_);
            }
        });
        const job::Rank in_world{*ends_.context->world_ranks()[static_cast<std::size_t>(*peer)]};
        connect_ends(state_, own_, meeting, lent, in_world);
        for (std::size_t k = 0; k < met_.size(); ++k) {
            met_[k] = met_[k] || (own_.places[k].is_local && meeting.peer.places[k].is_local);
        }
    }

    static std::byte* memory_base(const device::ChipMemory& memory) {
        return memory.dram(0).data() - memory.offset_of(memory.dram(0).data());
    }

    SocketState& state_;
    const Ends& ends_;
    SocketDescriptor own_;
    std::vector<bool> met_;
    bool write_blocks_later_ = false;
};

bool has(const std::vector<Rank>& ranks, Rank rank) {
    return std::ranges::find(ranks, rank) != ranks.end();
}

}  // namespace

void set_socket_deadline(milliseconds deadline) {
    deadline_ms = deadline.count();
}

milliseconds socket_deadline() {
    if (deadline_ms >= 0) {
        return milliseconds(deadline_ms);
    }
    const char* const seconds = std::getenv("TT_RUN_SOCKET_TIMEOUT");
    double value = 10;
    if (seconds != nullptr) {
        std::from_chars(seconds, seconds + std::strlen(seconds), value);
    }
    return milliseconds(static_cast<std::int64_t>(value * 1000));
}

MeshSocket::MeshSocket(const std::shared_ptr<device::MeshDevice>& device, const SocketConfig& config,
                       std::source_location where) {
    TT_RUN_REQUIRE(device != nullptr && device->is_open(), "a socket needs an open mesh device");
    const distributed::PhaseScope phase(job::PhaseKind::sockets);
    check_socket_config(config);
    const Ends ends = find_ends(config, *device->state().runtime);
    const Rank own = ends.context->rank();
    const bool sends = has(ends.senders, own);
    if (!sends && !has(ends.receivers, own)) {
        device::warn(fmt::format(
            "rank {} is at neither end of the socket from rank {} to rank {}; it gets a null socket", *own,
            *ends.senders.front(), *ends.receivers.front()));
        return;
    }
    state_ = new_state(sends ? SocketEndpoint::sender : SocketEndpoint::receiver, config, device, where);
    state_->config.sender_rank = ends.senders.front();
    state_->config.receiver_rank = ends.receivers.front();
    EndMaker(*state_, ends).make();
}

std::pair<MeshSocket, MeshSocket> MeshSocket::create_socket_pair(
    const std::shared_ptr<device::MeshDevice>& sender, const std::shared_ptr<device::MeshDevice>& receiver,
    const SocketConfig& config, std::source_location where) {
    TT_RUN_REQUIRE(sender != nullptr && sender->is_open() && receiver != nullptr && receiver->is_open(),
                   "a socket needs open mesh devices");
    check_socket_config(config);
    auto from = new_state(SocketEndpoint::sender, config, sender, where);
    auto to = new_state(SocketEndpoint::receiver, config, receiver, where);
    connect_pair(*from, *to);
    return {MeshSocket(std::move(from)), MeshSocket(std::move(to))};
}

SocketState& MeshSocket::state() const {
    TT_RUN_REQUIRE(state_ != nullptr, "this is a null socket: this rank is at neither of its ends");
    return *state_;
}

SocketEndpoint MeshSocket::get_socket_endpoint_type() const {
    return state().endpoint;
}

const SocketConfig& MeshSocket::get_config() const {
    return state().config;
}

const std::vector<SocketConnection>& MeshSocket::get_connection_config() const {
    return state().config.socket_connection_config;
}

const std::shared_ptr<device::MeshDevice>& MeshSocket::get_mesh_device() const {
    return state().device;
}

std::vector<MeshCoreCoord> MeshSocket::get_active_cores() const {
    std::vector<MeshCoreCoord> cores;
    for (std::size_t k = 0; k < get_connection_config().size(); ++k) {
        const MeshCoreCoord& core = state().own_core(k);
        if (std::ranges::find(cores, core) == cores.end()) {
            cores.push_back(core);
        }
    }
    return cores;
}

const std::shared_ptr<device::MeshBuffer>& MeshSocket::get_config_buffer() const {
    return state().config_buffer;
}

const std::shared_ptr<device::MeshBuffer>& MeshSocket::get_data_buffer() const {
    TT_RUN_REQUIRE(state().endpoint == SocketEndpoint::receiver, "a sending socket has no data buffer");
    return state().data_buffer;
}

device::FabricNodeId MeshSocket::get_fabric_node_id(SocketEndpoint end,
                                                    const device::MeshCoordinate& coordinate) const {
    const auto& connections = get_connection_config();
    for (std::size_t k = 0; k < connections.size(); ++k) {
        const bool sends = end == SocketEndpoint::sender;
        if ((sends ? connections[k].sender_core : connections[k].receiver_core).device_coord == coordinate) {
            return (sends ? state().sender_nodes : state().receiver_nodes)[k];
        }
    }
    TT_RUN_REQUIRE(false, "no connection of this socket names {} at that end", coordinate.text());
    return {};
}

SocketCounters MeshSocket::counters(std::size_t connection) const {
    const auto& words = state().sent_words;
    TT_RUN_REQUIRE(connection < words.size() && words[connection] != nullptr,
                   "connection {} of this socket has no device of this rank at this end", connection);
    const auto load = [](const std::uint32_t* word) {
        return std::atomic_ref(*const_cast<std::uint32_t*>(word)).load(std::memory_order_acquire);
    };
    return {load(words[connection]), load(state().acked_words[connection])};
}

}  // namespace tt_run::sockets
