// What a rank is told: run it with `tt-run --rank-binding FILE show_rank`.

#include <cstdio>
#include <cstdlib>

namespace {

const char* variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "-";
}

}  // namespace

int main() {
    // One write, so that lines of several ranks do not mix.
    char line[8192];
    const int length = std::snprintf(line, sizeof line,
                                     "rank %s of %s: mesh %s, host rank %s, devices %s, MGD %s, cache %s\n",
                                     variable("TT_RUN_RANK"), variable("TT_RUN_SIZE"), variable("TT_MESH_ID"),
                                     variable("TT_MESH_HOST_RANK"), variable("TT_VISIBLE_DEVICES"),
                                     variable("TT_MESH_GRAPH_DESC_PATH"), variable("TT_METAL_CACHE"));
    return length > 0 && std::fputs(line, stdout) >= 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
