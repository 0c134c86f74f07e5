// Hostile descriptions: a clear diagnostic or a sound cluster, never a crash, never memory without bound.
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/synthetic_system.hpp"
#include "topology/physical/umd_export.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

std::string read(const std::string& text, std::size_t* errors = nullptr) {
    support::HostEnvironment host;
    host.working_directory = "/nowhere";
    support::DiagnosticSink sink;
    const auto source = support::make_source_text("c.yaml", text);
    const auto cluster = parse_cluster(source, "/nowhere/c.yaml", host, sink);
    CHECK(cluster.has_value() == (sink.errors() == 0));
    if (errors != nullptr) {
        *errors = sink.errors();
    }
    return render_text(sink, support::Colour::off);
}

std::vector<std::string> samples() {
    support::DiagnosticSink sink;
    const auto t3k = build_synthetic("t3k*2", sink);
    const std::vector<ExportedFile> files = export_umd_descriptors(*t3k, "c");
    return {
        files[0].content,
        files[1].content,
        render_cluster_json(*t3k),
        render_cluster_yaml(*t3k),
        "compute_node_specs:\n  a:\n    motherboard: X\n    asic_info:\n      - tray_id: 1\n        "
        "board_type: N300\n"
        "        asics:\n          - {asic_location: 0, asic_id: 1}\n          - {asic_location: 1, asic_id: "
        "2}\n"
        "local_eth_connections:\n  - [{host_name: a, tray_id: 1, asic_location: 0, chan_id: 8}, {host_name: "
        "a, "
        "tray_id: 1, asic_location: 1, chan_id: 0}]\nglobal_eth_connections: []\n",
        "hosts { hostname: \"a\" }\nboard_types { board_locations { host_id: 0 tray_id: 1 board_type: "
        "\"N300\" } }\n"
        "eth_connections { connection { endpoint_a { host_id: 0 tray_id: 1 asic_location: 0 chan_id: 8 } "
        "endpoint_b { "
        "host_id: 0 tray_id: 1 asic_location: 1 chan_id: 0 } } }\n",
        "asic_descriptors { asic_id: 1 asic_descriptor { tray_id: 1 board_type: 4 host_name: \"a\" } }\n"
        "asic_descriptors { asic_id: 2 asic_descriptor { tray_id: 1 asic_location: 1 board_type: 4 "
        "host_name: \"a\" } "
        "}\nsystem_graph { asic_connectivity_graph { host_name: \"a\" asic_topologies { asic_id: 1 topology "
        "{ "
        "asic_connections { dst_asic_id: 2 eth_connections { src_chan: 8 dst_chan: 0 is_local: true } } } } "
        "asic_topologies { asic_id: 2 topology { asic_connections { dst_asic_id: 1 eth_connections { "
        "src_chan: 0 "
        "dst_chan: 8 is_local: true } } } } } }\n",
        "graph_templates { key: \"g\" value { children { name: \"n\" node_ref { node_descriptor: \"N300_LB\" "
        "} } } }\n"
        "root_instance { template_name: \"g\" child_mappings { key: \"n\" value { host_id: 0 } } }\n",
    };
}

}  // namespace

TEST_CASE("all samples are sound to begin with") {
    for (const std::string& sample : samples()) {
        INFO(sample);
        std::size_t errors = 0;
        const std::string said = read(sample, &errors);
        INFO(said);
        CHECK((errors == 0 || said.find("there is no file") != std::string::npos));
    }
}

TEST_CASE("a file cut off anywhere is answered with a diagnostic or a smaller cluster") {
    for (const std::string& sample : samples()) {
        for (std::size_t length = 0; length < sample.size(); length += 1 + sample.size() / 150) {
            read(sample.substr(0, length));
        }
    }
}

TEST_CASE("random changes never crash a reader") {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const std::string& sample : samples()) {
        for (int round = 0; round < 60; ++round) {
            std::string changed = sample;
            const int changes = 1 + static_cast<int>(random() % 4);
            for (int k = 0; k < changes; ++k) {
                const std::size_t at = random() % changed.size();
                switch (random() % 4) {
                    case 0:
                        changed[at] = static_cast<char>(random() % 256);
                        break;
                    case 1:
                        changed.erase(at, 1 + random() % 20);
                        break;
                    case 2:
                        changed.insert(at, changed.substr(random() % changed.size(), random() % 40));
                        break;
                    default:
                        changed[at] = static_cast<char>('0' + random() % 10);
                }
                if (changed.empty()) {
                    changed = "x";
                }
            }
            INFO(changed);
            read(changed);
        }
    }
}

TEST_CASE("a million links of two chips are one diagnostic, not a million") {
    std::string text =
        "arch: {0: blackhole, 1: blackhole}\nboards: [[{board_id: 0x4000000000}, {board_type: p150}, "
        "{chips: [0]}], [{board_id: 0x4000000001}, {board_type: p150}, {chips: [1]}]]\n"
        "ethernet_connections:\n";
    for (int k = 0; k < 200'000; ++k) {
        text += fmt::format("- [{{chip: 0, chan: {}}}, {{chip: 1, chan: {}}}]\n", k, k);
    }
    std::size_t errors = 0;
    const std::string said = read(text, &errors);
    CHECK(errors == 1);
    CHECK(said.find("[too-many-links]") != std::string::npos);
    // Beyond what the reader takes at all.
    std::string huge = "arch: {0: blackhole}\nethernet_connections: [";
    for (int k = 0; k < 1'000'000; ++k) {
        huge += "[{chip: 0, chan: 1}, {chip: 0, chan: 2}],\n";
    }
    CHECK(read(huge + "]\n").find("[yaml-too-large]") != std::string::npos);
    // One long line of nonsense is answered with a few diagnostics.
    std::string line = "arch: {0: blackhole}\nethernet_connections: [";
    for (int k = 0; k < 50'000; ++k) {
        line += "[],";
    }
    CHECK(read(line + "]\n", &errors).find("[cluster-bad-value]") != std::string::npos);
    CHECK(errors < 100);
}

TEST_CASE("aliases in a circle and bytes that are no text are refused") {
    CHECK(read("arch: &a {0: *a}\n").find("[yaml-alias-cycle]") != std::string::npos);
    std::size_t errors = 0;
    read("arch: {0: \xff\xfe}\n", &errors);
    CHECK(errors > 0);
    read(std::string("arch:\0 {0: blackhole}", 21), &errors);
    CHECK(errors > 0);
}

TEST_CASE("a saved cluster is read again, whatever bytes its texts and its source's name hold") {
    const auto seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::vector<std::string_view> bits{"a",
                                             "\"",
                                             "\\",
                                             "\x01",
                                             "\n",
                                             "\x7f",
                                             "\xc2\x85",
                                             "\xe2\x80\xa8",
                                             "\xef\xbb\xbf",
                                             "\xef\xbf\xbf",
                                             "\xff",
                                             "\xed\xa0\x80",
                                             "\xc3\xa9",
                                             ": ",
                                             "#",
                                             std::string_view("\0", 1)};
    support::HostEnvironment host;
    host.working_directory = "/nowhere";
    for (int round = 0; round < 200; ++round) {
        std::string name;
        for (unsigned size = random() % 8; size != 0; --size) {
            name += bits[random() % bits.size()];
        }
        support::DiagnosticSink sink;
        const auto source = support::make_source_text(
            name, R"(hosts { hall: "h" node_type: "N300_LB" host: "caf\303\251 \357\273\277" })");
        const auto read = parse_cluster(source, "/nowhere/c.textproto", host, sink);
        REQUIRE(read);
        for (const std::string& saved : {render_cluster_json(*read), render_cluster_yaml(*read)}) {
            INFO(saved);
            const auto again =
                parse_cluster(support::make_source_text("c.json", saved), "/nowhere/c.json", host, sink);
            CHECK(render_text(sink, support::Colour::off).empty());
            REQUIRE(again);
            CHECK(again->hosts().front().name == read->hosts().front().name);
        }
    }
}

TEST_CASE("a saved cluster is the same with its parts in any order") {
    const auto seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    support::DiagnosticSink sink;
    const auto cluster = build_synthetic("t3k*2", sink);
    const std::string saved = render_cluster_yaml(*cluster);
    std::vector<std::string> parts;
    for (std::size_t begin = 0, end = 0; begin < saved.size(); begin = end) {
        for (end = saved.find('\n', begin) + 1; end < saved.size() && saved[end] == ' ';) {
            end = saved.find('\n', end) + 1;
        }
        parts.push_back(saved.substr(begin, end - begin));
    }
    REQUIRE(parts.size() == 8);
    support::HostEnvironment host;
    host.working_directory = "/nowhere";
    for (int round = 0; round < 50; ++round) {
        std::shuffle(parts.begin(), parts.end(), random);
        std::string text;
        for (const std::string& part : parts) {
            text += part;
        }
        INFO(text.substr(0, 200));
        const auto again =
            parse_cluster(support::make_source_text("c.yaml", text), "/nowhere/c.yaml", host, sink);
        CHECK(render_text(sink, support::Colour::off).empty());
        REQUIRE(again);
        CHECK(again->same_hardware(*cluster));
        CHECK(again->origin() == Origin::synthetic);
    }
}
