#pragma once

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "test/unit/device/random_tensor.hpp"
#include "tt_run/device/fabric.hpp"
#include "tt_run/device/fabric_router.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

namespace tt_run::test {

/// Every chip of an emulated Wormhole Galaxy, and two rows of it as meshes of their own.
struct TwoRows {
    explicit TwoRows(fabric::FabricConfig config = fabric::FabricConfig::mesh,
                     const device::FabricRouterConfig& routers = {});
    ~TwoRows();
    std::shared_ptr<device::MeshDevice> whole;
    std::shared_ptr<device::MeshDevice> sender;
    std::shared_ptr<device::MeshDevice> receiver;
};

/// A connection for each of four devices; for the first alone.
sockets::SocketConfig four_connections(std::uint32_t fifo, device::BufferType type = device::BufferType::l1);
sockets::SocketConfig one_connection(std::uint32_t fifo, device::BufferType type = device::BufferType::l1);

/// Pages of random bytes on every device of a mesh.
device::Tensor bytes_on(RandomTensors& random, const std::shared_ptr<device::MeshDevice>& device,
                        std::uint32_t page, std::uint32_t pages);
std::vector<std::vector<float>> shards(const device::Tensor& tensor);

/// Sends and receives, in either order, and waits for both.
void pass_on(const device::Tensor& from, const device::Tensor& to,
             const std::pair<sockets::MeshSocket, sockets::MeshSocket>& ends, bool receive_first);

}  // namespace tt_run::test
