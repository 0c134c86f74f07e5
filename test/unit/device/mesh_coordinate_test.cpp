#include "tt_run/device/mesh_coordinate.hpp"

#include <vector>

#include <catch2/catch.hpp>

using namespace tt_run::device;

TEST_CASE("a shape knows its size and counts dimensions from either end") {
    const MeshShape shape(2, 4);
    CHECK(shape.mesh_size() == 8);
    CHECK(shape.dims() == 2);
    CHECK(shape[-1] == 4);
    CHECK(shape.text() == "MeshShape([2, 4])");
    CHECK(MeshShape(2, 3, 4).mesh_size() == 24);
    CHECK_THROWS_WITH(shape[2], Catch::Contains("dimension 2 is out of range for 2 dimensions"));
    CHECK_THROWS_WITH(MeshShape(0, 4), Catch::Contains("must be greater than 0"));
}

TEST_CASE("a range visits its coordinates row-major, both corners included") {
    std::vector<MeshCoordinate> visited;
    for (const MeshCoordinate& coordinate : MeshCoordinateRange(MeshCoordinate(1, 2), MeshCoordinate(2, 3))) {
        visited.push_back(coordinate);
    }
    CHECK(visited == std::vector<MeshCoordinate>{{1, 2}, {1, 3}, {2, 2}, {2, 3}});
    CHECK(MeshCoordinateRange(MeshShape(4, 4)).shape() == MeshShape(4, 4));
    CHECK_THROWS_WITH(MeshCoordinateRange(MeshCoordinate(1, 0), MeshCoordinate(0, 5)),
                      Catch::Contains("must not start behind its end"));
}

TEST_CASE("linear indices and coordinates are each other's inverse") {
    const MeshShape shape(2, 3, 4);
    for (std::size_t index = 0; index < shape.mesh_size(); ++index) {
        CHECK(MeshCoordinate::from_linear_index(shape, index).to_linear_index(shape) == index);
    }
    CHECK(MeshCoordinate(1, 2).to_linear_index(MeshShape(4, 4)) == 6);
    CHECK_THROWS_WITH(MeshCoordinate(4, 0).to_linear_index(MeshShape(4, 4)),
                      Catch::Contains("is not inside MeshShape([4, 4])"));
}

TEST_CASE("a neighbour wraps, stays or is none at the edge") {
    const MeshShape shape(2, 4);
    const MeshCoordinate corner(0, 3);
    CHECK(corner.get_neighbor(shape, 1, 1) == MeshCoordinate(0, 0));
    CHECK(corner.get_neighbor(shape, 1, -1, BoundaryMode::clamp) == corner);
    CHECK(!corner.get_neighbor(shape, 1, 1, BoundaryMode::none));
    CHECK(corner.get_neighbor(shape, -5, 0) == MeshCoordinate(1, 3));
}

TEST_CASE("ranges meet, and a set of them grows together") {
    const MeshCoordinateRange left(MeshCoordinate(0, 0), MeshCoordinate(3, 1));
    const MeshCoordinateRange right(MeshCoordinate(0, 2), MeshCoordinate(3, 3));
    CHECK(!left.intersection(right));
    CHECK(left.intersection(MeshCoordinateRange(MeshCoordinate(2, 1), MeshCoordinate(3, 3))) ==
          MeshCoordinateRange(MeshCoordinate(2, 1), MeshCoordinate(3, 1)));
    MeshCoordinateRangeSet set(right);
    set.merge(left);
    CHECK(set.ranges() == std::vector{MeshCoordinateRange(MeshShape(4, 4))});
    set.merge(MeshCoordinateRange(MeshCoordinate(6, 6), MeshCoordinate(7, 7)));
    CHECK(set.ranges().size() == 2);
    CHECK(set.contains(MeshCoordinate(7, 6)));
    CHECK(!set.contains(MeshCoordinate(5, 5)));
    CHECK_THROWS_WITH(set.merge(MeshCoordinateRange(MeshCoordinate(3, 3), MeshCoordinate(6, 6))),
                      Catch::Contains("overlaps"));
}
