#include "cli/commands.hpp"
#include "launcher/agent/join_job.hpp"

namespace tt_run::cli {

int run_agent(const CommandContext&) {
    return launcher::join_job();
}

}  // namespace tt_run::cli
