#include "test/unit/device/galaxy_fixture.hpp"

#include <cstdlib>
#include <numeric>

namespace tt_run::test {

namespace {

[[maybe_unused]] const bool kEnvironment = [] {
    ::setenv("TT_RUN_EMULATE", "wh-galaxy", 1);
    ::unsetenv("TT_VISIBLE_DEVICES");
    ::unsetenv("TT_MESH_GRAPH_DESC_PATH");
    // Small chips for valgrind and tsan, which map memory of their own.
    ::setenv("TT_RUN_CHIP_DRAM", "1G", 0);
    return true;
}();

}  // namespace

std::shared_ptr<device::MeshDevice> open_part(std::uint32_t rows, std::uint32_t columns,
                                              std::uint32_t queues) {
    return device::MeshDevice::create(
        {.mesh_shape = device::MeshShape(rows, columns), .num_command_queues = queues});
}

std::vector<float> counted(std::size_t count) {
    std::vector<float> values(count);
    std::iota(values.begin(), values.end(), 0.0F);
    return values;
}

}  // namespace tt_run::test
