#include "sockets/crash_fault.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "job/variable_names.hpp"
#include "support/require.hpp"
#include "support/text.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::sockets {

namespace {

/// The transfer at which this rank is to end; 0 for none.
std::int64_t fatal_transfer() {
    const char* const text = std::getenv(job::kFaultsVariable);
    std::int64_t fatal = 0;
    for (const std::string_view word : support::split(text == nullptr ? "" : text, ' ')) {
        if (!word.starts_with("rank:")) {
            continue;
        }
        const std::size_t equals = word.find('=');
        const auto rank = support::parse_integer(word.substr(5, equals - std::min<std::size_t>(equals, 5)));
        const std::string_view what = equals == std::string_view::npos ? "" : word.substr(equals + 1);
        const auto number = what == "crash"              ? std::optional<std::int64_t>(1)
                            : what.starts_with("crash:") ? support::parse_integer(what.substr(6))
                                                         : std::nullopt;
        TT_RUN_REQUIRE(rank && number && *number > 0, "`{}` in {} is no fault of a rank, as `rank:1=crash:3`",
                       word, job::kFaultsVariable);
        if (*rank == *distributed::DistributedContext::get_world_context()->rank()) {
            fatal = *number;
        }
    }
    return fatal;
}

}  // namespace

void crash_if_told() {
    static const std::int64_t fatal = fatal_transfer();
    static std::atomic<std::int64_t> transfers{0};
    if (++transfers == fatal) {
        std::raise(SIGKILL);
    }
}

}  // namespace tt_run::sockets
