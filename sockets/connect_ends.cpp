#include "sockets/connect_ends.hpp"

#include <fmt/format.h>

#include "device/mesh_device_state.hpp"
#include "sockets/message_lane.hpp"
#include "sockets/shared_lane.hpp"
#include "sockets/socket_memory.hpp"
#include "sockets/validate_socket.hpp"
#include "support/require.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::sockets {

namespace {

template <class T = std::byte>
T* remote(const Neighbour& neighbour, std::uint64_t offset, std::size_t bytes) {
    const auto place = neighbour.at(offset, bytes);
    TT_RUN_REQUIRE(place.has_value(), "{}", place ? "" : place.error().message());
    return reinterpret_cast<T*>(*place);
}

/// Memory of this rank's chips by its place in the file.
template <class T = std::byte>
T* own_place(const OwnMemory& memory, std::uint64_t offset) {
    return reinterpret_cast<T*>(memory.base + offset);
}

void keep_words(SocketState& state, std::size_t connection, std::uint32_t* sent, std::uint32_t* acked) {
    state.sent_words[connection] = sent;
    state.acked_words[connection] = acked;
}

/// This rank's own count, which on silicon only its core writes: bytes sent at the sender, acked at the
/// receiver.
std::uint32_t* own_count(const SocketState& state, std::size_t connection) {
    return word_at(
        state, connection,
        state.endpoint == SocketEndpoint::sender ? SenderBlock::kBytesSent : ReceiverBlock::kBytesAcked);
}

SharedConnection shared_connection(const SocketState& state, const EndPlace& own, const EndPlace& peer,
                                   const Meeting& meeting, std::size_t lane, const OwnMemory& memory) {
    SharedConnection connection;
    connection.region = meeting.region;
    connection.index = lane;
    connection.peer = meeting.neighbour;
    connection.own_memory = memory.base;
    const std::size_t fifo = state.config.socket_mem_config.fifo_size;
    if (state.endpoint == SocketEndpoint::sender) {
        connection.acked = own_place<std::uint32_t>(memory, own.word);
        connection.sent = remote<std::uint32_t>(*meeting.neighbour, peer.word, sizeof(std::uint32_t));
        connection.fifo = {remote(*meeting.neighbour, peer.fifo, fifo), fifo};
    } else {
        connection.sent = own_place<std::uint32_t>(memory, own.word);
        connection.acked = remote<std::uint32_t>(*meeting.neighbour, peer.word, sizeof(std::uint32_t));
        connection.fifo = {own_place(memory, own.fifo), fifo};
    }
    return connection;
}

std::string name_of_connection(const SocketState& state, std::size_t connection,
                               const std::string& peer_made_at) {
    const bool sends = state.endpoint == SocketEndpoint::sender;
    return fmt::format("{} connection {}, {} to {}, made at {} and {}", state.name(), connection,
                       state.sender_nodes[connection].text(), state.receiver_nodes[connection].text(),
                       sends ? state.made_at : peer_made_at, sends ? peer_made_at : state.made_at);
}

}  // namespace

void prepare_ends(SocketState& state) {
    const auto& connections = state.config.socket_connection_config;
    state.senders.resize(connections.size());
    state.receivers.resize(connections.size());
    state.sent_words.resize(connections.size(), nullptr);
    state.acked_words.resize(connections.size(), nullptr);
    const std::uint32_t fifo = state.config.socket_mem_config.fifo_size;
    for (std::size_t k = 0; k < connections.size(); ++k) {
        if (!state.is_local(k)) {
            continue;
        }
        if (state.endpoint == SocketEndpoint::receiver) {
            state.receivers[k] = std::make_shared<ReceiveEnd>(fifo);
            continue;
        }
        for (std::size_t earlier = 0; earlier < k && !state.senders[k]; ++earlier) {
            if (connections[earlier].sender_core == connections[k].sender_core) {
                state.senders[k] = state.senders[earlier];
            }
        }
        if (!state.senders[k]) {
            state.senders[k] = std::make_shared<SendEnd>(fifo);
        }
    }
}

void connect_ends(SocketState& state, const SocketDescriptor& own, const Meeting& meeting,
                  const OwnMemory& memory, job::Rank peer_in_world) {
    std::size_t lane = 0;
    for (std::size_t k = 0; k < own.places.size(); ++k) {
        if (!own.places[k].is_local || !meeting.peer.places[k].is_local) {
            continue;
        }
        const std::size_t index = lane++;
        const bool sends = state.endpoint == SocketEndpoint::sender;
        const std::string name = name_of_connection(state, k, meeting.peer.where);
        auto* const word = own_place<std::uint32_t>(memory, own.places[k].word);
        keep_words(state, k, sends ? own_count(state, k) : word, sends ? word : own_count(state, k));
        std::unique_ptr<SendLane> send;
        std::unique_ptr<ReceiveLane> receive;
        if (meeting.neighbour) {
            const SharedConnection connection =
                shared_connection(state, own.places[k], meeting.peer.places[k], meeting, index, memory);
            sends ? void(send = make_shared_send_lane(connection))
                  : void(receive = make_shared_receive_lane(connection));
        } else {
            state.uses_messages = true;
            const MessageConnection connection{meeting.messages, meeting.peer_in_messages, peer_in_world,
                                               meeting.first_tag + static_cast<std::int32_t>(2 * index)};
            sends ? void(send = make_message_send_lane(connection, word))
                  : void(receive = make_message_receive_lane(connection, word, fifo_of(state, k)));
        }
        if (sends) {
            state.senders[k]->count_word = own_count(state, k);
            state.senders[k]->paths.push_back({std::move(send), name});
        } else {
            state.receivers[k]->count_word = own_count(state, k);
            state.receivers[k]->lane = std::move(receive);
            state.receivers[k]->name = name;
        }
    }
    if (meeting.region) {
        state.regions.push_back(meeting.region);
    }
}

void connect_pair(SocketState& sender, SocketState& receiver) {
    check_own_cores(sender);
    check_own_cores(receiver);
    SocketDescriptor from;
    SocketDescriptor to;
    from.places = allocate_socket(sender);
    to.places = allocate_socket(receiver);
    for (std::size_t k = 0; k < from.places.size(); ++k) {
        for (SocketState* state : {&sender, &receiver}) {
            state->sender_nodes.push_back(from.places[k].node);
            state->receiver_nodes.push_back(to.places[k].node);
        }
    }
    check_routes(sender);
    receiver.links = sender.links;
    write_socket_blocks(sender);
    write_socket_blocks(receiver);
    prepare_ends(sender);
    prepare_ends(receiver);

    const device::ChipMemory& chips = sender.device->state().runtime->memory();
    std::byte* const base = chips.dram(0).data() - chips.offset_of(chips.dram(0).data());
    const OwnMemory memory{chips.file_descriptor(), base, chips.size()};
    Meeting meeting;
    const job::Rank self{*distributed::DistributedContext::get_current_world()->rank()};
    meeting.neighbour = Neighbour::self(self, base, chips.size());
    auto region = LinkRegion::create(
        from.places.size(), LinkRegion::heads_for(sender.config.socket_mem_config.fifo_size, sender.payload));
    TT_RUN_REQUIRE(region.has_value(), "{}", region ? "" : region.error().message());
    meeting.region = *std::move(region);
    meeting.lanes = from.places.size();
    meeting.peer.where = sender.made_at;
    meeting.peer.places = to.places;
    connect_ends(sender, from, meeting, memory, self);
    meeting.peer.places = from.places;
    connect_ends(receiver, to, meeting, memory, self);
}

}  // namespace tt_run::sockets
