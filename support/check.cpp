#include "support/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace tt_run::support {

void fail_check(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: tt-run broke its own promise: %s\n", file, line, condition);
    std::abort();
}

}  // namespace tt_run::support
