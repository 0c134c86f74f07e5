#include "test/unit/sockets/socket_fixture.hpp"

#include "test/support/places.hpp"
#include "tt_run/device/tensor.hpp"

namespace tt_run::test {

using namespace device;
using namespace sockets;

namespace {

/// Before anything of the runtime starts.
const bool kEnvironment = [] {
    ::setenv("TT_RUN_EMULATE", "wh-galaxy", 1);
    ::setenv("TT_MESH_GRAPH_DESC_PATH",
             (tt_run::test::source_directory() + "/configs/wh-galaxy/mgd.textproto").c_str(), 1);
    ::unsetenv("TT_VISIBLE_DEVICES");
    ::setenv("TT_RUN_CHIP_DRAM", "1G", 0);
    return true;
}();

}  // namespace

TwoRows::TwoRows(FabricConfig config, const FabricRouterConfig& routers) {
    static_cast<void>(kEnvironment);
    set_fabric_config(FabricConfig::disabled);
    set_fabric_config(config);
    set_fabric_router_config(routers);
    whole = MeshDevice::create();
    sender = whole->create_submesh(MeshShape(1, 4), MeshCoordinate(0, 0));
    receiver = whole->create_submesh(MeshShape(1, 4), MeshCoordinate(3, 0));
}

TwoRows::~TwoRows() {
    sender.reset();
    receiver.reset();
    whole->close();
}

SocketConfig four_connections(std::uint32_t fifo, BufferType type) {
    SocketConfig config;
    for (std::uint32_t k = 0; k < 4; ++k) {
        config.socket_connection_config.push_back(
            {{MeshCoordinate(0, k), {0, 0}}, {MeshCoordinate(0, k), {0, 1}}});
    }
    config.socket_mem_config = {type, fifo};
    return config;
}

SocketConfig one_connection(std::uint32_t fifo, BufferType type) {
    SocketConfig config = four_connections(fifo, type);
    config.socket_connection_config.resize(1);
    return config;
}

std::vector<std::vector<float>> shards(const Tensor& tensor) {
    std::vector<std::vector<float>> all;
    for (const Tensor& shard : get_device_tensors(from_device(tensor))) {
        all.push_back(shard.to_vector<float>());
    }
    return all;
}

Tensor bytes_on(RandomTensors& random, const std::shared_ptr<MeshDevice>& device, std::uint32_t page,
                std::uint32_t pages) {
    std::vector<std::uint8_t> values(std::size_t{page} * pages);
    for (std::uint8_t& value : values) {
        value = static_cast<std::uint8_t>(random.below(256));
    }
    return to_device(
        Tensor::from_vector<std::uint8_t>(values, {Shape({pages, page}), DataType::uint8, Layout::row_major}),
        device);
}

void pass_on(const Tensor& from, const Tensor& to, const std::pair<MeshSocket, MeshSocket>& ends,
             bool receive_first) {
    if (receive_first) {
        recv_async(to, ends.second);
        send_async(from, ends.first);
    } else {
        send_async(from, ends.first);
        recv_async(to, ends.second);
    }
    from.device()->synchronize();
    to.device()->synchronize();
}

}  // namespace tt_run::test
