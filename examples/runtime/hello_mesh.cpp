// Opens this rank's mesh and says what it is: `tt-run --emulate --rank-binding FILE hello_mesh`.

#include <cstdio>
#include <exception>

#include "tt_run/device/mesh_device.hpp"
#include "tt_run/distributed/distributed_context.hpp"

using namespace tt_run;

int main() try {
    const auto device = device::MeshDevice::create();
    const auto world = distributed::DistributedContext::get_current_world();
    std::printf("rank %d of %d: %s of %zu %.*s chips, the first is %s\n", *world->rank(), *world->size(),
                device->shape().text().c_str(), device->num_devices(),
                static_cast<int>(device->arch().size()), device->arch().data(),
                device->get_fabric_node_id(device::MeshCoordinate(0, 0)).text().c_str());
    device->close();
    world->barrier();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "hello_mesh: %s\n", error.what());
    return 1;
}
