#include "test/scenario/launch_fixture.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "support/file.hpp"

namespace tt_run::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMgd =
    "mesh_descriptors {\n"
    "  name: \"M\"\n"
    "  arch: WORMHOLE_B0\n"
    "  device_topology { dims: [ 2, 4 ] }\n"
    "  host_topology { dims: [ 1, 2 ] }\n"
    "  channels { count: 2 policy: STRICT }\n"
    "}\n"
    "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n";

constexpr const char* kTwo =
    "rank_bindings:\n"
    "  - rank: 0\n"
    "    mesh_id: 0\n"
    "    mesh_host_rank: 0\n"
    "    env_overrides:\n"
    "      TT_VISIBLE_DEVICES: \"0,1\"\n"
    "  - rank: 1\n"
    "    mesh_id: 0\n"
    "    mesh_host_rank: 1\n"
    "    env_overrides:\n"
    "      TT_VISIBLE_DEVICES: \"2,3\"\n"
    "mesh_graph_desc_path: mgd.textproto\n";

constexpr const char* kShow =
    "#!/bin/bash\n"
    "for name in \"$@\"; do\n"
    "  if [ -v \"$name\" ]; then printf '%s %s=%s\\n' \"${PMI_RANK:-$PMIX_RANK}\" \"$name\" \"${!name}\"\n"
    "  else printf '%s %s unset\\n' \"${PMI_RANK:-$PMIX_RANK}\" \"$name\"; fi\n"
    "done\n";

}  // namespace

LaunchFixture::LaunchFixture() : environment(test_environment()) {
    write("mgd.textproto", kMgd);
    write("two.yaml", kTwo);
    write("show", kShow, true);
    for (const char* name : {"LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "ARCH_NAME", "MESH_DEVICE"}) {
        environment.erase(name);
    }
}

void LaunchFixture::write(const std::string& name, const std::string& content, bool executable) const {
    const fs::path path = directory_.write(name, content);
    if (executable) {
        fs::permissions(path, fs::perms::owner_all);
    }
}

void LaunchFixture::write_four_hosts() const {
    write("mgd4.textproto",
          "mesh_descriptors { name: \"M\" arch: BLACKHOLE device_topology { dims: [4, 4] } host_topology { "
          "dims: [4, 1] } channels { count: 1 } }\n"
          "top_level_instance { mesh { mesh_descriptor: \"M\" mesh_id: 0 } }\n");
    std::string rows = "mesh_graph_desc_path: mgd4.textproto\nrank_bindings:\n";
    for (int rank = 0; rank < 4; ++rank) {
        rows += fmt::format("  - {{rank: {0}, mesh_id: 0, mesh_host_rank: {0}}}\n", rank);
    }
    write("four.yaml", rows);
}

void LaunchFixture::write_ring(int ranks) const {
    std::string graph =
        "mesh_descriptors { name: \"M\" arch: WORMHOLE_B0 device_topology { dims: [1, 1] } "
        "host_topology { dims: [1, 1] } channels { count: 1 } }\n"
        "graph_descriptors { name: \"G\" type: \"FABRIC\"\n";
    std::string rows = "mesh_graph_desc_path: ring.textproto\nrank_bindings:\n";
    for (int rank = 0; rank < ranks; ++rank) {
        graph += fmt::format("instances {{ mesh {{ mesh_descriptor: \"M\" mesh_id: {} }} }}\n", rank);
        rows += fmt::format("  - {{rank: {0}, mesh_id: {0}, env_overrides: {{OWN: \"{0}\"}}}}\n", rank);
    }
    write("ring.textproto", graph +
                                "graph_topology { layout_type: RING channels { count: 1 } } }\n"
                                "top_level_instance { graph { graph_descriptor: \"G\" graph_id: 0 } }\n");
    write("ring.yaml", rows);
}

std::string LaunchFixture::read(const std::string& name) const {
    return support::read_file(directory() / name).value_or("(no such file)");
}

bool LaunchFixture::exists(const std::string& name) const {
    return fs::exists(directory() / name);
}

ChildOutcome LaunchFixture::run(std::vector<std::string> arguments) const {
    if (under_open_mpi()) {
        arguments.insert(arguments.begin(), {"--launcher", "openmpi"});
    }
    arguments.insert(arguments.begin(), "tt-run");
    return run_child({std::move(arguments), directory(), environment, "", std::chrono::seconds(60)});
}

ChildOutcome LaunchFixture::shell(const std::string& command) const {
    return run_child({{"/bin/bash", "-c", command}, directory(), environment, "", std::chrono::seconds(60)});
}

std::vector<std::string> sorted_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

bool under_open_mpi() {
    const char* const launcher = std::getenv("TT_RUN_TEST_LAUNCHER");
    return launcher != nullptr && std::string_view(launcher) == "openmpi";
}

std::string host_name() {
    return support::HostEnvironment::current(nullptr).hostname;
}

}  // namespace tt_run::test
