// One mesh driven by several ranks in lockstep: each opens the whole, works on its own chips, and gathers and
// sums over all of them. Run it on bindings of a mesh with several host ranks.

#include <cstdio>
#include <exception>
#include <numeric>
#include <vector>

#include "tt_run/device/mesh_mapper.hpp"
#include "tt_run/device/operations.hpp"
#include "tt_run/distributed/distributed_context.hpp"

using namespace tt_run;
using namespace tt_run::device;

namespace {

bool check(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "big_mesh: wrong: %s\n", what);
    }
    return condition;
}

}  // namespace

int main() try {
    const auto device = MeshDevice::create();
    const auto chips = static_cast<std::uint32_t>(device->num_devices());
    std::vector<float> values(std::size_t{chips} * 32);
    std::iota(values.begin(), values.end(), 0.0F);

    // Every rank has the same host tensor; each keeps the rows of its own chips.
    const Tensor host =
        Tensor::from_vector<float>(values, {Shape{chips, 32}, DataType::float32, Layout::tile});
    const Tensor rows = distribute_tensor(host, shard_tensor_to_mesh_mapper(device, 0), device);
    const Tensor everywhere = all_gather(rows, 0);
    const Tensor total = all_reduce(rows);
    const Tensor together = aggregate_tensor(add(rows, 1.0F), concat_mesh_to_tensor_composer(device, 0));

    bool good = true;
    std::vector<float> sums(32, 0.0F);
    for (std::size_t k = 0; k < values.size(); ++k) {
        sums[k % 32] += values[k];
    }
    for (const MeshCoordinate& own : device->local_coordinates()) {
        const std::size_t index = own.to_linear_index(device->shape());
        good =
            check(get_device_tensors(everywhere)[index].to_vector<float>() == values, "all_gather") && good;
        good = check(get_device_tensors(total)[index].to_vector<float>() == sums, "all_reduce") && good;
    }
    for (float& value : values) {
        value += 1.0F;
    }
    good = check(together.to_vector<float>() == values, "compose") && good;

    const auto world = distributed::DistributedContext::get_current_world();
    world->barrier();
    if (good) {
        std::printf("rank %d of %d: %zu of the %u chips are mine, and all agree\n", *world->rank(),
                    *world->size(), device->local_coordinates().size(), chips);
    }
    device->close();
    return good ? 0 : 1;
} catch (const std::exception& error) {
    std::fprintf(stderr, "big_mesh: %s\n", error.what());
    return 1;
}
