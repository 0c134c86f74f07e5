// What the host's own limits make of tt-run.

#include <catch2/catch.hpp>

#include "test/support/child.hpp"

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
#endif
