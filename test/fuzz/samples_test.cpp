// Every sample of every fuzzer, and every input that ever broke something, in every build.

#include "test/fuzz/samples.hpp"

#include <catch2/catch.hpp>

using namespace tt_run;

TEST_CASE("no sample of any fuzzer breaks a promise") {
    for (const fuzz::Target& target : fuzz::targets()) {
        const std::vector<fuzz::Sample> samples = fuzz::samples_of(target);
        INFO(target.name);
        CHECK(!samples.empty());
        target.run("");
        for (const fuzz::Sample& sample : samples) {
            INFO(sample.name);
            try {
                target.run(sample.bytes);
            } catch (const fuzz::BrokenPromise& broken) {
                FAIL_CHECK(broken.what);
            }
        }
    }
}
