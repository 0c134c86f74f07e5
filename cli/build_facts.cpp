#include "cli/build_facts.hpp"

#include <fmt/format.h>

#include "cli/commit.hpp"
#include "job/release.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::cli {

namespace {

constexpr std::string_view kCommit = TT_RUN_COMMIT;

}  // namespace

std::string render_build_facts() {
    return fmt::format(
        "tt-run {}{}\n"
        "  built by      {}\n"
        "  as            {} {}, {}\n"
        "  libraries     " TT_RUN_LIBRARIES
        "\n"
        "  supervision   protocol {}\n",
        job::release(), kCommit.empty() ? "" : fmt::format(" ({})", kCommit), TT_RUN_COMPILER,
        TT_RUN_BUILD_TYPE, TT_RUN_SYSTEM, TT_RUN_STATIC ? "one static executable" : "with shared libraries",
        job::kProtocolVersion);
}

}  // namespace tt_run::cli
