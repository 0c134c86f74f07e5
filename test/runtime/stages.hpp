#pragma once

// What two programs of one job have agreed on.

#include "tt_run/device/fabric.hpp"
#include "tt_run/device/tensor.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

inline std::shared_ptr<tt_run::device::MeshDevice> open_stage() {
    tt_run::device::set_fabric_config(tt_run::device::FabricConfig::mesh);
    return tt_run::device::MeshDevice::create();
}

inline tt_run::device::TensorSpec stage_spec() {
    return {tt_run::device::Shape({64, 64}), tt_run::device::DataType::float32, tt_run::device::Layout::tile};
}

inline tt_run::sockets::SocketConfig stage_socket(const tt_run::device::MeshShape& shape) {
    tt_run::sockets::SocketConfig config;
    for (const auto& coordinate : tt_run::device::MeshCoordinateRange(shape)) {
        config.socket_connection_config.push_back({{coordinate, {0, 0}}, {coordinate, {0, 0}}});
    }
    config.socket_mem_config = {tt_run::device::BufferType::l1, 4096};
    config.sender_rank = tt_run::distributed::Rank{0};
    config.receiver_rank = tt_run::distributed::Rank{1};
    return config;
}
