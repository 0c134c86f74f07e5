#include "launcher/allocation/fingerprint.hpp"

#include <catch2/catch.hpp>

#include "topology/physical/synthetic_system.hpp"

using namespace tt_run;
using namespace tt_run::launcher;

namespace {

std::string digest_of_system(std::string_view system) {
    support::DiagnosticSink sink;
    const auto cluster = topology::build_synthetic(system, sink);
    REQUIRE(cluster);
    return digest_of(*cluster);
}

std::string with_nuls(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '~' ? '\0' : c;
    }
    return out;
}

}  // namespace

TEST_CASE("sha256 is the standard's") {
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("a fingerprint is a digest over the documented bytes") {
    AllocationInputs inputs;
    inputs.mesh_graphs = {{0, "MGD"}};
    inputs.hosts = {"b", "a"};
    CHECK(fingerprint(inputs) == sha256(with_nuls("MGD~[\"a\",\"b\"]")));
    inputs.factory_system = "FSD";
    CHECK(fingerprint(inputs) == sha256(with_nuls("MGD~[\"a\",\"b\"]~fsd~FSD")));
    inputs.factory_system.reset();
    inputs.mapping = "MAP";
    inputs.mesh_graphs = {{0, "A"}, {1, "B"}};
    CHECK(fingerprint(inputs) == sha256(with_nuls("MAP~0~A~1~B~[\"a\",\"b\"]")));
    inputs.named_cluster = "D";
    CHECK(fingerprint(inputs) == sha256(with_nuls("MAP~0~A~1~B~[\"a\",\"b\"]~cluster~D")));
}

TEST_CASE("mock descriptors take the place of hosts") {
    AllocationInputs inputs;
    inputs.mesh_graphs = {{0, "MGD"}};
    inputs.mock_descriptors = {{0, "abc"}};
    // The digest of `abc` as bytes, worked out by another program.
    CHECK(fingerprint(inputs) == "0597037291c367dfa4769946b98a8ebb732d86f4b0692099eabc64dbbe4b0dfd");
}

TEST_CASE("a topology's digest is that of its hardware") {
    CHECK(digest_of_system("t3k") == digest_of_system("n300*4"));
    CHECK(digest_of_system("t3k") != digest_of_system("t3k*2"));
    CHECK(digest_of_system("wh-galaxy") != digest_of_system("wh-galaxy-x-torus"));
    CHECK(digest_of_system("wh-galaxy") != digest_of_system("wh-galaxy-link:0/1/1~0/1/2"));
}
