#include <array>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "job/release.hpp"

namespace tt_run::cli {

namespace {

struct Verb {
    std::string_view name;
    int (*run)(const CommandContext&);
};

constexpr std::array kVerbs = std::to_array<Verb>({
    {"agent", run_agent},
    {"cache", run_cache},
    {"check", run_check},
    {"convert", run_convert},
    {"diff", run_diff},
    {"discover", run_discover},
    {"doctor", run_doctor},
    {"env", run_env},
    {"generate-rank-bindings", run_generate_rank_bindings},
    {"show", run_show},
});

}  // namespace

int run(const CommandContext& context) {
    const std::vector<std::string>& words = context.arguments.words();
    for (const Verb& verb : kVerbs) {
        if (words.size() > 1 && words[1] == verb.name) {
            return verb.run(context);
        }
    }
    if (words.size() > 1 && words[1] == "--version") {
        context.console.print("tt-run " + std::string(job::release()) + "\n");
        return kYes;
    }
    return run_launch(context);
}

}  // namespace tt_run::cli
