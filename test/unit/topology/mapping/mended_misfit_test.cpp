// Explanations are believed only when acting on them helps. For every misfit among the golden cases: what it
// says is in its text, it does not fit as it stands, and it fits once the thing named is mended and nothing
// else.

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "support/file.hpp"
#include "test/golden/golden_case.hpp"
#include "test/support/altered_cluster.hpp"
#include "test/support/places.hpp"
#include "test/unit/topology/mapping/mapping_fixture.hpp"

using namespace tt_run;
using namespace tt_run::topology;
namespace fs = std::filesystem;

namespace {

const fs::path kFolder = fs::path(test::source_directory()) / "test/golden/fit";

struct Instance {
    MeshGraph graph;
    Cluster cluster;
    MappingOptions options;
};

struct Mend {
    std::string golden;  ///< file in test/golden/fit
    std::string said;    ///< of its diagnostics, the part that names the mend
    /// A text of the descriptor, or of the machine's name, and what to write instead.
    std::pair<std::string, std::string> descriptor;
    std::pair<std::string, std::string> machine;
    std::function<void(Instance&)> change;
};

test::GoldenCase golden(const std::string& name) {
    return test::GoldenCase::parse(support::read_file(kFolder / (name + ".txtar")).value());
}

std::string replaced(std::string text, const std::pair<std::string, std::string>& change) {
    if (!change.first.empty()) {
        const std::size_t at = text.find(change.first);
        REQUIRE(at != std::string::npos);
        text.replace(at, change.first.size(), change.second);
    }
    return text;
}

std::string descriptor_of(const test::GoldenCase& golden) {
    const auto file = std::find_if(golden.inputs.begin(), golden.inputs.end(),
                                   [](const auto& input) { return input.name == "mgd.textproto"; });
    REQUIRE(file != golden.inputs.end());
    return file->content;
}

/// What follows `--cluster` in the command.
std::string machine_of(const test::GoldenCase& golden) {
    const std::string flag = "--cluster ";
    const std::size_t at = golden.command.find(flag);
    REQUIRE(at != std::string::npos);
    std::string machine = golden.command.substr(at + flag.size());
    machine.erase(std::remove(machine.begin(), machine.end(), '\''), machine.end());
    return machine;
}

/// ASICs by their names, separated by commas.
std::vector<AsicIndex> asics(const Cluster& cluster, const std::string& names) {
    std::vector<AsicIndex> found;
    for (std::uint32_t k = 0; k < cluster.asics().size(); ++k) {
        if ((names + ",").find(cluster.name_of(AsicIndex{k}) + ",") != std::string::npos) {
            found.push_back({k});
        }
    }
    CHECK(found.size() == static_cast<std::size_t>(std::count(names.begin(), names.end(), ',')) + 1);
    return found;
}

std::function<void(Instance&)> with_links(const std::string& names, std::uint32_t links) {
    return [=](Instance& instance) {
        const std::vector<AsicIndex> ends = asics(instance.cluster, names);
        instance.cluster = test::with_links(instance.cluster, {{ends.at(0), ends.at(1)}}, links);
    };
}

std::function<void(Instance&)> without_connection(std::int32_t from, std::int32_t to) {
    return [=](Instance& instance) {
        CHECK(std::erase_if(instance.graph.connections, [&](const MeshConnection& connection) {
                  return connection.from == MeshId{from} && connection.to == MeshId{to};
              }) == 1);
    };
}

std::function<void(Instance&)> without_connection_number(std::ptrdiff_t number) {
    return [=](Instance& instance) {
        instance.graph.connections.erase(instance.graph.connections.begin() + number);
    };
}

/// Rank 0 is given these chips.
std::function<void(Instance&)> given(const std::string& names) {
    return [=](Instance& instance) {
        instance.options.domains = {
            {MeshId{0}, MeshHostRank{0}, asics(instance.cluster, names), "rank 0", {}}};
    };
}

/// What the golden case's rank bindings give to rank 0, as its diagnostics list it.
const std::string kGiven = "host-0/1/2, host-0/1/5, host-0/1/6, host-0/1/7, host-0/2/6, host-0/2/7";
const std::string kInstead = "host-0/1/1, host-0/1/5, host-0/1/6, host-0/1/2, host-0/1/3, host-0/1/4";

const std::vector<Mend>& mends() {
    static const std::vector<Mend> all{
        {"chips-not-beside", "without this connection all fits", {}, {}, without_connection_number(0)},
        {"chips-not-beside",
         "host-0/2/5 and host-1/1/5, which have 0",
         {},
         {},
         with_links("host-0/2/5,host-1/1/5", 4)},
        {"domain-too-small", "it fits on " + kInstead, {}, {}, given(kInstead)},
        {"host-boundary",
         "with `host_topology { dims: [ 1, 2 ] }` it fits",
         {"host_topology { dims: [ 1, 1 ] }", "host_topology { dims: [ 1, 2 ] }"},
         {},
         {}},
        {"host-rank-across-hosts",
         "needs room for 1 part of 64 chips or more, each on one host",
         {"host_topology { dims: [ 1, 1 ] }", "host_topology { dims: [ 1, 2 ] }"},
         {},
         {}},
        {"host-ranks-apart", "needs 64 chips that hang together", {}, {"@none", "@line"}, {}},
        {"missing-cable", "with these links it fits", {}, {}, with_links("host-0/1/1,host-0/1/2", 4)},
        {"no-place", "the largest part of it that fits is 4x5", {"[ 5, 5 ]", "[ 4, 5 ]"}, {}, {}},
        {"odd-ring", "without the connection of meshes 30 and 0, it fits", {}, {}, without_connection(30, 0)},
        {"one-connection", "without this connection all fits", {}, {}, without_connection(0, 1)},
        {"one-connection", "mesh 0 is on host-0 and mesh 1 on host-2", {}, {"@line", "@ring:4"}, {}},
        {"one-mesh-too-many",
         "mesh 2 is one too many",
         {"  instances { mesh { mesh_descriptor: \"M\" mesh_id: 2 } }\n", ""},
         {},
         {}},
        {"pin-inside", "without it the mesh fits", {}, {}, [](Instance& it) { it.graph.pinnings.clear(); }},
        {"pin-to-missing-tray", "it has trays 1, 2, 3, 4", {"tray_id: 7", "tray_id: 1"}, {}, {}},
        {"ring-of-another-length", "ask for fewer channels", {"count: 8", "count: 4"}, {}, {}},
        {"ring-of-another-length",
         "into rings of 6, 12 only",
         {"  instances { mesh { mesh_descriptor: \"M\" mesh_id: 6 } }\n"
          "  instances { mesh { mesh_descriptor: \"M\" mesh_id: 7 } }\n",
          ""},
         {},
         {}},
        {"ring-without-wrap", "with LINE in this dimension it fits", {"RING", "LINE"}, {}, {}},
        {"ring-without-wrap", "or cable the wrap links", {}, {"bh-galaxy", "bh-galaxy-y-torus"}, {}},
        {"shared-board",
         "there would be room if two meshes shared a board",
         {},
         {},
         [](Instance& instance) { instance.options.share_boards = true; }},
        {"short-cable", "host-0/1/1 and host-0/1/2 have 3", {}, {}, with_links("host-0/1/1,host-0/1/2", 1)},
        {"too-few-channels", "with `policy: RELAXED`", {"STRICT", "RELAXED"}, {}, {}},
        {"too-wide-connection", "with 4 channels it fits", {"count: 9", "count: 4"}, {}, {}},
        {"too-wide-connection", "`policy: RELAXED`", {"9 policy: STRICT", "9 policy: RELAXED"}, {}, {}},
        {"too-wide-connection", "without this connection all fits", {}, {}, without_connection(0, 1)},
    };
    return all;
}

Instance instance_of(const std::string& name, const std::string& descriptor, const std::string& machine) {
    Instance instance{test::load_graph(descriptor), test::imagine(machine), {}};
    if (name == "domain-too-small") {
        given(kGiven)(instance);
    }
    return instance;
}

MappingAnswer answer(const Instance& instance) {
    support::DiagnosticSink sink;
    return find_mapping(instance.graph, instance.cluster, instance.options, sink).answer;
}

}  // namespace

TEST_CASE("a misfit fits once what its explanation names is mended") {
    for (const Mend& mend : mends()) {
        INFO(mend.golden << ": " << mend.said);
        const test::GoldenCase what = golden(mend.golden);
        CHECK(what.standard_error.find(mend.said) != std::string::npos);
        const Instance misfit = instance_of(mend.golden, descriptor_of(what), machine_of(what));
        CHECK(answer(misfit) == MappingAnswer::cannot);

        Instance mended = instance_of(mend.golden, replaced(descriptor_of(what), mend.descriptor),
                                      replaced(machine_of(what), mend.machine));
        if (mend.change) {
            mend.change(mended);
        }
        test::map_checked(mended.graph, mended.cluster, mended.options);
    }
}

TEST_CASE("connections that exclude one another do so all together and with none of them missing") {
    const test::GoldenCase what = golden("connections-conflict");
    CHECK(what.standard_error.find("it joins mesh 0 and mesh 4") != std::string::npos);
    CHECK(what.standard_error.find("mesh 0 and mesh 1; mesh 0 and mesh 2; mesh 0 and mesh 3\n") !=
          std::string::npos);
    Instance instance = instance_of("connections-conflict", descriptor_of(what), machine_of(what));
    std::erase_if(instance.graph.connections, [](const auto& connection) {
        return connection.from != MeshId{0} && connection.to != MeshId{0};
    });
    const std::vector<MeshConnection> conflict = instance.graph.connections;
    REQUIRE(conflict.size() == 4);
    CHECK(answer(instance) == MappingAnswer::cannot);
    for (std::ptrdiff_t k = 0; k < 4; ++k) {
        INFO("without the one to mesh " << k + 1);
        instance.graph.connections = conflict;
        without_connection_number(k)(instance);
        test::map_checked(instance.graph, instance.cluster);
    }
}

TEST_CASE("every misfit among the golden cases is mended here") {
    std::set<std::string> mended{"connections-conflict"};
    for (const Mend& mend : mends()) {
        mended.insert(mend.golden);
    }
    std::set<std::string> misfits;
    for (const auto& entry : fs::directory_iterator(kFolder)) {
        const std::string name = entry.path().stem().string();
        if (golden(name).exit_code == 1) {
            misfits.insert(name);
        }
    }
    CHECK(mended == misfits);
}
