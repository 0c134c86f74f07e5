#pragma once

#include <cstdint>
#include <vector>

#include "sockets/socket_descriptor.hpp"
#include "sockets/socket_state.hpp"

namespace tt_run::sockets {

/// A sending core's block in L1, in 32-bit words: how many receivers, write pointer, bytes sent, three of the
/// FIFO, a flag and one spare; then 16 bytes for each receiver, of which the first word is its count; then 16
/// bytes with its mesh, chip and core.
struct SenderBlock {
    static constexpr std::size_t kHeadBytes = 32;
    static constexpr std::size_t kCountBytes = 16;
    static constexpr std::size_t kTargetBytes = 16;
    static constexpr std::size_t kBytesSent = 8;
    static std::size_t size(std::size_t receivers) {
        return kHeadBytes + receivers * (kCountBytes + kTargetBytes);
    }
    static std::size_t count_of(std::size_t receiver) { return kHeadBytes + receiver * kCountBytes; }
    static std::size_t target_of(std::size_t receiver, std::size_t receivers) {
        return kHeadBytes + receivers * kCountBytes + receiver * kTargetBytes;
    }
};

/// A receiving core's: bytes sent, bytes acked, read pointer, FIFO's address and size, the sender's mesh,
/// chip, core and count word, a flag: 44 bytes.
struct ReceiverBlock {
    static constexpr std::size_t kSize = 48;
    static constexpr std::size_t kBytesSent = 0;
    static constexpr std::size_t kBytesAcked = 4;
};

/// Which receiver of its sending core a connection is: cores that send over several connections count them in
/// list order.
struct Downstream {
    std::size_t index = 0;
    std::size_t count = 1;
};
Downstream downstream_of(const std::vector<SocketConnection>& connections, std::size_t connection);

/// Allocates this end's buffers and says where its counts and FIFOs are, connection by connection. Throws
/// when memory runs out.
std::vector<EndPlace> allocate_socket(SocketState& state);

/// Writes the blocks of this end's cores, all counts 0. `peers` are the other end's places.
void write_socket_blocks(const SocketState& state);

/// This rank's bytes of a connection: its word that the other side writes, its own count's word, its FIFO.
std::uint32_t* word_at(const SocketState& state, std::size_t connection, std::size_t offset);
std::span<std::byte> fifo_of(const SocketState& state, std::size_t connection);

}  // namespace tt_run::sockets
