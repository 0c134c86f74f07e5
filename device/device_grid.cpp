#include "device/device_grid.hpp"

#include <algorithm>

#include "support/require.hpp"

namespace tt_run::device {

namespace {

bool fits(const MeshShape& shape, const MeshShape& system) {
    return std::ranges::equal(shape, system, std::less_equal<>());
}

bool is_line(const MeshShape& shape) {
    return std::ranges::count_if(shape, [](std::uint32_t extent) { return extent > 1; }) <= 1;
}

MeshShape turned(const MeshShape& shape) {
    return {shape[1], shape[0]};
}

/// Row by row, every other one backwards: each device is its predecessor's neighbour.
std::vector<std::size_t> to_and_fro(const MeshShape& grid) {
    std::vector<std::size_t> order;
    for (std::size_t row = 0; row < grid[0]; ++row) {
        for (std::size_t k = 0; k < grid[1]; ++k) {
            order.push_back(row * grid[1] + (row % 2 == 0 ? k : grid[1] - 1 - k));
        }
    }
    return order;
}

std::vector<std::size_t> turned_within(const MeshShape& shape, std::size_t system_columns) {
    std::vector<std::size_t> order;
    for (std::size_t row = 0; row < shape[0]; ++row) {
        for (std::size_t column = 0; column < shape[1]; ++column) {
            order.push_back(column * system_columns + row);
        }
    }
    return order;
}

}  // namespace

std::vector<std::size_t> place_grid(const MeshShape& system, const MeshShape& shape,
                                    const std::optional<MeshCoordinate>& offset) {
    TT_RUN_REQUIRE(shape.dims() == system.dims(), "{} has {} dimensions, but the system mesh {} has {}",
                   shape.text(), shape.dims(), system.text(), system.dims());
    const MeshCoordinate start = offset.value_or(MeshCoordinate::zero(system.dims()));
    TT_RUN_REQUIRE(start.is_inside(system), "offset {} is outside the system mesh {}", start.text(),
                   system.text());
    const MeshCoordinate last = start.plus(MeshCoordinateRange(shape).end_coord());
    std::vector<std::size_t> order;
    if (last.is_inside(system)) {
        for (const MeshCoordinate& coordinate : MeshCoordinateRange(start, last)) {
            order.push_back(coordinate.to_linear_index(system));
        }
        return order;
    }
    TT_RUN_REQUIRE(!offset, "{} at offset {} reaches beyond the system mesh {}", shape.text(), start.text(),
                   system.text());
    if (fits(turned(shape), system)) {
        return turned_within(shape, system[1]);
    }
    TT_RUN_REQUIRE(is_line(shape) && shape.mesh_size() <= system.mesh_size(),
                   "{} does not fit the system mesh {}, not even turned by 90 degrees", shape.text(),
                   system.text());
    order = to_and_fro(system);
    order.resize(shape.mesh_size());
    return order;
}

std::vector<std::size_t> reshape_grid(const MeshShape& from, const MeshShape& to) {
    TT_RUN_REQUIRE(from.mesh_size() == to.mesh_size(), "{} has {} devices, {} has {}", from.text(),
                   from.mesh_size(), to.text(), to.mesh_size());
    TT_RUN_REQUIRE(to.dims() == 2, "{} has not 2 dimensions", to.text());
    if (to == from || (is_line(from) && is_line(to))) {
        return place_grid(from, from, std::nullopt);
    }
    if (to == turned(from)) {
        return turned_within(to, from[1]);
    }
    if (is_line(to)) {
        return to_and_fro(from);
    }
    TT_RUN_REQUIRE(is_line(from), "devices of {} that are neighbours would not be in {}", from.text(),
                   to.text());
    // The line walks to and fro through the new grid: its k-th device stands at the k-th place of that walk.
    const std::vector<std::size_t> walk = to_and_fro(to);
    std::vector<std::size_t> order(walk.size());
    for (std::size_t k = 0; k < walk.size(); ++k) {
        order[walk[k]] = k;
    }
    return order;
}

}  // namespace tt_run::device
