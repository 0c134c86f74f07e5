// libFuzzer's program for all targets: TT_RUN_FUZZ_TARGET names one. scripts/fuzz runs it.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "test/fuzz/target.hpp"

namespace {

const tt_run::fuzz::Target* target = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* name = std::getenv("TT_RUN_FUZZ_TARGET");
    target = tt_run::fuzz::find_target(name == nullptr ? "" : name);
    if (target == nullptr) {
        std::fprintf(stderr, "fuzz: TT_RUN_FUZZ_TARGET names no target\n");
        std::exit(2);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    try {
        target->run({reinterpret_cast<const char*>(bytes), size});
    } catch (const tt_run::fuzz::BrokenPromise& broken) {
        std::fprintf(stderr, "fuzz: broken promise: %s\n", broken.what.c_str());
        std::abort();
    }
    return 0;
}
