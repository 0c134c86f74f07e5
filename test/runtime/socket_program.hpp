#pragma once

// What the programs of socket_program have in common.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tt_run/device/tensor.hpp"
#include "tt_run/distributed/distributed_context.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

namespace tt_run::test {

/// Bytes: of a FIFO, of a page, of all pages.
struct Geometry {
    std::uint32_t fifo;
    std::uint32_t page;
    std::uint32_t data;
};

/// Throws if the condition does not hold.
void require(bool condition, const char* what);

distributed::ContextPtr world();
int own_rank();
/// This rank's mesh, under FABRIC_2D.
std::shared_ptr<device::MeshDevice> open();
/// From core (0, 0) of every device to core (0, 1) of the same of the other mesh.
sockets::SocketConfig between(int sender, int receiver, std::uint32_t fifo, const device::MeshShape& shape,
                              device::BufferType type = device::BufferType::l1);

/// One seed for all ranks, made by the first and printed.
std::uint32_t shared_seed();
std::vector<std::uint8_t> random_bytes(std::uint32_t seed, std::size_t count);
device::TensorSpec spec_of(const Geometry& geometry);
void send_bytes(std::uint32_t seed, const Geometry& geometry,
                const std::shared_ptr<device::MeshDevice>& device, const sockets::MeshSocket& socket);
/// Every device of this rank that the socket names has the bytes then.
void receive_on(std::uint32_t seed, const Geometry& geometry,
                const std::shared_ptr<device::MeshDevice>& device, const sockets::MeshSocket& socket);

using Programs = std::map<std::string, void (*)()>;
/// What is to go well, what is not, and what goes on for long.
void add_exchanges(Programs& programs);
void add_mishaps(Programs& programs);
void add_endurance(Programs& programs);

}  // namespace tt_run::test
