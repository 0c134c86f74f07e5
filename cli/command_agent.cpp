#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "launcher/agent/join_job.hpp"
#include "launcher/agent/proxy_relay.hpp"

namespace tt_run::cli {

int run_agent(const CommandContext& context) {
    const std::vector<std::string>& words = context.arguments.words();
    return words.size() < 3 || words[2] != "--proxy" ? launcher::join_job()
                                                     : launcher::run_proxy({words.begin() + 3, words.end()});
}

}  // namespace tt_run::cli
