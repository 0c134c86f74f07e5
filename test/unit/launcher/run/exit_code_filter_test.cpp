#include "launcher/run/exit_code_filter.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace tt_run::launcher;

namespace {

struct Filtered {
    std::string passed;
    std::vector<int> statuses;
};

/// Feeds `output` in pieces of random size.
Filtered filter(const std::string& output, std::mt19937& random) {
    ExitCodeFilter codes("vm");
    Filtered filtered;
    for (std::size_t at = 0; at < output.size();) {
        const std::size_t size = 1 + random() % 12;
        filtered.passed += codes.feed(std::string_view(output).substr(at, size));
        at += size;
    }
    filtered.passed += codes.finish();
    filtered.statuses = codes.statuses();
    return filtered;
}

}  // namespace

TEST_CASE("exit codes are taken out of the output, whatever pieces it comes in") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 200; ++round) {
        const Filtered one = filter("hello\n[mpiexec@vm] Exit codes: [vm] 0,1280,9\n", random);
        CHECK(one.passed == "hello\n");
        CHECK(one.statuses == std::vector<int>{0, 1280, 9});
        const Filtered several = filter(
            "no line end[mpiexec@vm] Exit codes: [a] 256\n[b] 512,0\n[a] 768\nYOUR APPLICATION\n[a] 1\n",
            random);
        CHECK(several.passed == "no line endYOUR APPLICATION\n[a] 1\n");
        CHECK(several.statuses == std::vector<int>{256, 512, 0, 768});
        const Filtered none = filter("[mpiexec@other] Exit codes: [vm] 0\n[mpiexec@v", random);
        CHECK(none.passed == "[mpiexec@other] Exit codes: [vm] 0\n[mpiexec@v");
        CHECK(none.statuses.empty());
        CHECK(filter("[mpiexec@vm] Exit codes: [vm] 7", random).statuses == std::vector<int>{7});
    }
}

TEST_CASE("the lowest failing rank's status becomes the exit code") {
    CHECK(exit_code_of({}) == 0);
    CHECK(exit_code_of({0, 0}) == 0);
    CHECK(exit_code_of({0, 7 << 8, 3 << 8}) == 7);
    CHECK(exit_code_of({9, 256}) == 137);
    CHECK(exit_code_of({0, 11 | 0x80}) == 139);
}
