#include "launcher/bindings/mesh_coordinates.hpp"

#include <catch2/catch.hpp>

using namespace tt_run;
using namespace tt_run::launcher;

namespace {

/// The chips of a 2 x 4 mesh that `text` names; empty for what is refused.
std::vector<std::int32_t> chips(const std::string& text) {
    topology::Mesh mesh;
    mesh.device_dims = {2, 4};
    support::DiagnosticSink sink;
    const auto source = support::make_source_text("value", text);
    const auto parsed = parse_mesh_coordinates({source, 0, text.size()}, mesh, sink);
    CHECK(parsed.has_value() == (sink.errors() == 0));
    std::vector<std::int32_t> numbers;
    for (const topology::ChipId chip : parsed.value_or(std::vector<topology::ChipId>{})) {
        numbers.push_back(chip.value);
    }
    return numbers;
}

using Chips = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("coordinates and rectangles name chips row by row") {
    CHECK(chips("(0,0)") == Chips{0});
    CHECK(chips(" ( 1 , 3 ) ") == Chips{7});
    CHECK(chips("(0,0)-(1,1)") == Chips{0, 1, 4, 5});
    CHECK(chips("(1,1)-(0,0)") == Chips{0, 1, 4, 5});
    CHECK(chips("(1,0),(0,0),(0,0)-(0,1)") == Chips{0, 1, 4});
}

TEST_CASE("what is no coordinate is refused") {
    for (const char* text : {"", "(", "()", "(0)", "(0,)", "(0,0", "(0,0)-", "(0,0),", "(0,0)(0,1)", "(-1,0)",
                             "(0,4)", "(2,0)", "(0,99999999999999999999)", "0,0"}) {
        INFO(text);
        CHECK(chips(text).empty());
    }
}

TEST_CASE("no list of devices looks like coordinates") {
    CHECK(is_mesh_coordinates(" (0,0)"));
    CHECK(!is_mesh_coordinates("0,1"));
    CHECK(!is_mesh_coordinates("0000:01:00.0"));
    CHECK(!is_mesh_coordinates(""));
}
