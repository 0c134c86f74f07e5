// What the host's own limits make of tt-run.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/support/child.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run;

#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // those want all addresses that there are
TEST_CASE("without memory tt-run says so and ends") {
    const auto outcome = test::run_child({{"sh", "-c", "ulimit -v 300000; exec tt-run show 'wh-galaxy*5000'"},
                                          ".",
                                          test::test_environment(),
                                          ""});
    CHECK(outcome.exit_code == 125);
    CHECK(outcome.standard_output.empty());
    CHECK(outcome.standard_error == "tt-run: error: out of memory\n");
}

TEST_CASE("aliases that multiply are refused without a copy of what they name") {
    std::string text = "rank_bindings: []\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int k = 1; k <= 11; ++k) {
        text += fmt::format("a{0}: &a{0} [", k);
        for (int time = 0; time < 10; ++time) {
            text += fmt::format("*a{}, ", k - 1);
        }
        text += "]\n";
    }
    const test::TemporaryDirectory directory;
    directory.write("b.yaml", text);
    const auto outcome = test::run_child({{"sh", "-c", "ulimit -v 100000; exec tt-run check b.yaml"},
                                          directory.path().string(),
                                          test::test_environment(),
                                          ""});
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.standard_error.find("more than 4000000 nodes") != std::string::npos);
}
#endif
