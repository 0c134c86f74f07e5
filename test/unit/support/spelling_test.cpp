#include "support/spelling.hpp"

#include <array>

#include <catch2/catch.hpp>

using tt_run::support::nearest_spelling;

TEST_CASE("the nearest spelling is offered, a far one is not") {
    constexpr std::array<std::string_view, 4> words{"mesh_id", "mesh_host_rank", "env_overrides", "rank"};
    CHECK(nearest_spelling("env_override", words) == "env_overrides");
    CHECK(nearest_spelling("mesh_hostrank", words) == "mesh_host_rank");
    CHECK(nearest_spelling("Mesh-ID", words) == "mesh_id");
    CHECK(nearest_spelling("rnak", words) == "rank");
    CHECK(nearest_spelling("frobnicate", words) == std::nullopt);
    CHECK(nearest_spelling("", words) == std::nullopt);
    CHECK(nearest_spelling(std::string(100000, 'r'), words) == std::nullopt);
}
