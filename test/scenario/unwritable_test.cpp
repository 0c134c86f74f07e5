// Where nothing may be written, whatever tt-run wanted to write says which directory is in the way, and whose
// rights it is that lack.

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/scenario/launch_fixture.hpp"

using namespace tt_run::test;

TEST_CASE("what cannot be written is told with the directory that is in the way, and nothing starts") {
    const LaunchFixture d;
    d.write("touch", "#!/bin/sh\n: > /dev/null; echo started\n", true);
    REQUIRE(::chmod(d.directory().c_str(), 0555) == 0);
    // Root may write everywhere, unless it gives that up.
    const std::string as = ::geteuid() == 0 ? "setpriv --bounding-set -dac_override,-dac_read_search " : "";
    const std::string launch = "--rank-binding two.yaml --no-validate";
    const std::string why = fmt::format("user {} may not write to `{}`; choose a place elsewhere",
                                        ::geteuid(), d.directory().string());
    const std::vector<std::string> refused{
        "-m mgd.textproto --cluster 't3k*2' ./touch",
        launch + " --events events.json ./touch",
        launch + " --events further/down/events.json ./touch",
        launch + " --report report ./touch",
        launch + " --log-dir logs ./touch",
        launch + " --plan plan.json ./touch",
        launch + " --direct --mpi-args '--output-filename logs' ./touch",
        "init t3k -o job",
        "generate-rank-bindings -m mgd.textproto --cluster 't3k*2'",
        "show t3k --format svg -o t3k.svg",
        "convert t3k -o mock",
        "manual -d pages",
    };
    for (const std::string& words : refused) {
        INFO(words);
        const ChildOutcome outcome = d.shell(as + "tt-run " + words);
        INFO(outcome.standard_error);
        CHECK(has(outcome.standard_error, "error: "));
        CHECK(has(outcome.standard_error, why));
        CHECK(outcome.exit_code != 0);
        CHECK(!has(outcome.standard_output, "started"));
    }
    REQUIRE(::chmod(d.directory().c_str(), 0755) == 0);
}
