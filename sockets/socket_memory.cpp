#include "sockets/socket_memory.hpp"

#include <algorithm>
#include <cstring>

#include "device/mesh_device_state.hpp"

namespace tt_run::sockets {

namespace {

using device::MeshBuffer;
using device::MeshBufferConfig;

std::size_t most_downstreams(const std::vector<SocketConnection>& connections) {
    std::size_t most = 1;
    for (std::size_t k = 0; k < connections.size(); ++k) {
        most = std::max(most, downstream_of(connections, k).count);
    }
    return most;
}

std::shared_ptr<MeshBuffer> allocate_each_core(const SocketState& state, std::size_t bytes,
                                               device::BufferType type,
                                               const std::optional<device::SubDeviceId>& sub_device) {
    MeshBufferConfig config;
    config.size = bytes;
    config.page_size = bytes;
    config.buffer_type = type;
    config.bytes_per_bank = bytes;
    config.sub_device = sub_device;
    return MeshBuffer::create(config, state.device);
}

/// L1: the core's own bank. DRAM: one bank after the other, by the order of a device's connections.
std::size_t fifo_bank(const SocketState& state, std::size_t connection) {
    const auto& connections = state.config.socket_connection_config;
    const MeshCoreCoord& core = connections[connection].receiver_core;
    if (state.data_buffer->config().buffer_type == device::BufferType::l1) {
        return state.data_buffer->bank_of(core.core_coord);
    }
    std::size_t before = 0;
    for (std::size_t k = 0; k < connection; ++k) {
        before += connections[k].receiver_core.device_coord == core.device_coord ? 1 : 0;
    }
    return before % state.device->state().banks(device::BufferType::dram);
}

std::uint64_t file_offset(const SocketState& state, const void* place) {
    return state.device->state().runtime->memory().offset_of(static_cast<const std::byte*>(place));
}

void put(std::span<std::byte> block, std::size_t offset, std::uint32_t value) {
    std::memcpy(block.data() + offset, &value, sizeof value);
}

std::uint32_t low_word(std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
}

std::span<std::byte> block_of(const SocketState& state, std::size_t connection) {
    const MeshCoreCoord& core = state.own_core(connection);
    return state.config_buffer->bank_bytes(core.device_coord, state.config_buffer->bank_of(core.core_coord));
}

void write_sender_block(const SocketState& state, std::size_t connection) {
    const Downstream down = downstream_of(state.config.socket_connection_config, connection);
    const std::span<std::byte> block = block_of(state, connection);
    if (down.index == 0) {
        std::memset(block.data(), 0, SenderBlock::size(down.count));
        put(block, 0, low_word(down.count));
        put(block, 20, state.config.socket_mem_config.fifo_size);
    }
    const std::size_t target = SenderBlock::target_of(down.index, down.count);
    const MeshCoreCoord& to = state.config.socket_connection_config[connection].receiver_core;
    put(block, target, low_word(static_cast<std::uint64_t>(state.receiver_nodes[connection].mesh_id)));
    put(block, target + 4, low_word(static_cast<std::uint64_t>(state.receiver_nodes[connection].chip_id)));
    put(block, target + 8, low_word(to.core_coord.y));
    put(block, target + 12, low_word(to.core_coord.x));
}

void write_receiver_block(const SocketState& state, std::size_t connection) {
    const std::span<std::byte> block = block_of(state, connection);
    std::memset(block.data(), 0, ReceiverBlock::kSize);
    const MeshCoreCoord& from = state.config.socket_connection_config[connection].sender_core;
    put(block, 12, low_word(state.data_buffer->address()));
    put(block, 16, state.config.socket_mem_config.fifo_size);
    put(block, 20, low_word(static_cast<std::uint64_t>(state.sender_nodes[connection].mesh_id)));
    put(block, 24, low_word(static_cast<std::uint64_t>(state.sender_nodes[connection].chip_id)));
    put(block, 28, low_word(from.core_coord.y));
    put(block, 32, low_word(from.core_coord.x));
}

}  // namespace

Downstream downstream_of(const std::vector<SocketConnection>& connections, std::size_t connection) {
    Downstream down{0, 0};
    for (std::size_t k = 0; k < connections.size(); ++k) {
        if (connections[k].sender_core == connections[connection].sender_core) {
            down.index += k < connection ? 1 : 0;
            ++down.count;
        }
    }
    return down;
}

std::vector<EndPlace> allocate_socket(SocketState& state) {
    const SocketMemoryConfig& memory = state.config.socket_mem_config;
    const auto& connections = state.config.socket_connection_config;
    const bool sends = state.endpoint == SocketEndpoint::sender;
    const std::size_t block = sends ? SenderBlock::size(most_downstreams(connections)) : ReceiverBlock::kSize;
    const auto& sub_device = sends ? memory.sender_sub_device : memory.receiver_sub_device;
    state.config_buffer = allocate_each_core(state, block, device::BufferType::l1, sub_device);
    if (!sends) {
        state.data_buffer =
            allocate_each_core(state, memory.fifo_size, memory.socket_storage_type, sub_device);
    }
    state.device->synchronize();  // new memory is filled by a queue; what follows writes it from here
    std::vector<EndPlace> places;
    for (std::size_t k = 0; k < connections.size(); ++k) {
        EndPlace place;
        place.node = state.device->get_fabric_node_id(state.own_core(k).device_coord);
        place.is_local = state.is_local(k);
        if (place.is_local) {
            const std::size_t word = sends ? SenderBlock::count_of(downstream_of(connections, k).index)
                                           : ReceiverBlock::kBytesSent;
            place.word = file_offset(state, word_at(state, k, word));
            place.fifo = sends ? 0 : file_offset(state, fifo_of(state, k).data());
        }
        places.push_back(place);
    }
    return places;
}

void write_socket_blocks(const SocketState& state) {
    for (std::size_t k = 0; k < state.config.socket_connection_config.size(); ++k) {
        if (state.is_local(k)) {
            state.endpoint == SocketEndpoint::sender ? write_sender_block(state, k)
                                                     : write_receiver_block(state, k);
        }
    }
}

std::uint32_t* word_at(const SocketState& state, std::size_t connection, std::size_t offset) {
    return reinterpret_cast<std::uint32_t*>(block_of(state, connection).data() + offset);
}

std::span<std::byte> fifo_of(const SocketState& state, std::size_t connection) {
    const MeshCoreCoord& core = state.config.socket_connection_config[connection].receiver_core;
    return state.data_buffer->bank_bytes(core.device_coord, fifo_bank(state, connection))
        .first(state.config.socket_mem_config.fifo_size);
}

}  // namespace tt_run::sockets
