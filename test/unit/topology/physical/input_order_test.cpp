// A cluster is the same however it is put together: from files in any order, with hosts, chips and links in
// any order within them.
#include <algorithm>
#include <random>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/diagnostic_render.hpp"
#include "test/support/temporary_directory.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/synthetic_system.hpp"
#include "topology/physical/umd_export.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

/// What `--cluster FILES` loads, but for the name of what it was loaded from.
std::string load(const test::TemporaryDirectory& directory, const std::vector<std::string>& files) {
    support::HostEnvironment host;
    host.working_directory = directory.path();
    support::DiagnosticSink sink;
    const auto cluster = load_cluster(fmt::format("{}", fmt::join(files, ",")), host, sink);
    INFO(render_text(sink, support::Colour::off));
    REQUIRE(cluster);
    std::string json = render_cluster_json(*cluster);
    const std::size_t source = json.find("\"source\"");
    REQUIRE(source != std::string::npos);
    return json.erase(source, json.find('\n', source) - source);
}

/// The items of each list or map that stand on a line of their own, in an order of chance.
std::string with_items_shuffled(const std::string& text, std::mt19937& random) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    const auto is_item = [](const std::string& line) {
        return line.starts_with("  ") || line.starts_with("- ");
    };
    for (std::size_t k = 0; k < lines.size();) {
        std::size_t end = k;
        while (end < lines.size() && is_item(lines[end])) {
            ++end;
        }
        std::shuffle(lines.begin() + static_cast<std::ptrdiff_t>(k),
                     lines.begin() + static_cast<std::ptrdiff_t>(end), random);
        k = end + 1;
    }
    return fmt::format("{}\n", fmt::join(lines, "\n"));
}

}  // namespace

TEST_CASE("a cluster is the same whatever the order of its files, and of what they hold") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const std::string machine : {"t3k*3", "wh-galaxy*2@line", "bh-galaxy*4@torus2x2"}) {
        INFO(machine);
        support::DiagnosticSink sink;
        const auto cluster = build_synthetic(machine, sink);
        REQUIRE(cluster);
        std::string first;
        for (int round = 0; round < 8; ++round) {
            const test::TemporaryDirectory directory;
            std::vector<std::string> names;
            for (const ExportedFile& file : export_umd_descriptors(*cluster, "c")) {
                directory.write(file.name,
                                round == 0 ? file.content : with_items_shuffled(file.content, random));
                names.push_back(file.name);
            }
            names.erase(names.begin());  // the mapping
            std::shuffle(names.begin(), names.end(), random);
            const std::string loaded = load(directory, names);
            first = round == 0 ? loaded : first;
            CHECK(loaded == first);
        }
    }
}

TEST_CASE("hosts stand in the order that people count in") {
    CHECK(natural_less("host-2", "host-10"));
    CHECK(!natural_less("host-10", "host-2"));
    CHECK(natural_less("a1b2", "a1b10"));
}
