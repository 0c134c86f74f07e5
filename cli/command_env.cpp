#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/launch_options.hpp"
#include "cli/plan_launch.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/plan/rank_environment.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kEnvPage{
    .name = "env",
    .words = "--rank N [launch options] [PROGRAM]",
    .brief = "a rank's environment, and why it is so",
    .summary = "Says what a rank's environment is, variable by variable, and where each value comes from.",
    .notes = "  The launch options are those of `tt-run --help-all`.\n",
    .examples =
        "  tt-run env --rank 1 --rank-binding configs/split-galaxy-4x4/rank_bindings.yaml\n"
        "  tt-run env --rank 0 --rank-binding b.yaml --env TT_LOGGER_LEVEL=Debug ./my_program\n",
    .takes_launch_options = true,
};

/// `read_words` takes it out by hand: what stands behind it is another command's.
void define_env(CLI::App& app, std::string& rank) {
    app.add_option("--rank", rank, "the rank to ask about")->type_name("N");
}

/// The verb's own option taken out of a launch's command line.
struct EnvWords {
    std::optional<support::Spanned<std::string>> rank;
    std::vector<std::string> launch;  ///< argv of the launch
    bool help_wanted = false;
};

EnvWords read_words(const Arguments& arguments) {
    EnvWords read;
    const std::vector<std::string>& words = arguments.words();
    read.launch.push_back(words[0]);
    for (std::size_t at = 2; at < words.size(); ++at) {
        if (words[at] == "--rank" && at + 1 < words.size()) {
            ++at;
            read.rank = support::Spanned<std::string>{words[at], arguments.span(at)};
        } else if (words[at].starts_with("--rank=")) {
            read.rank = support::Spanned<std::string>{words[at].substr(7), arguments.span(at)};
        } else {
            read.help_wanted = read.help_wanted || words[at] == "--help" || words[at] == "-h";
            read.launch.push_back(words[at]);
        }
    }
    return read;
}

std::string shown(const std::string& name, const std::string& value, const std::string& origin) {
    return fmt::format("{:<60}  # {}\n", support::shell_quoted(name + "=" + value), origin);
}

std::string render_environment(const launcher::PlannedRank& rank, const support::HostEnvironment& host) {
    std::string text = fmt::format("# rank {} on {}\n", rank.rank.value, rank.place.host);
    for (const auto& [name, value] : rank.environment) {
        text += shown(name, value.value, value.origin);
    }
    std::vector<std::string> blocked;
    for (const auto& [name, value] : host.variables) {
        if (launcher::is_ranks_own(name)) {
            blocked.push_back(name);
        }
    }
    if (!blocked.empty()) {
        text += fmt::format("# yours and kept from ranks, for they are a rank's own: {}\n",
                            support::join(blocked, " "));
    }
    const std::vector<std::string> alike = launcher::look_alikes(host);
    if (!alike.empty()) {
        text += fmt::format("# yours and not handed on, though they look alike (--pass NAME does): {}\n",
                            support::join(alike, " "));
    }
    return text +
           "# the MPI launcher adds its own; tt-run adds TT_RUN_JOB, TT_RUN_SUPERVISOR, TT_RUN_TOKEN\n";
}

}  // namespace

void describe_env(const PageVisitor& visit) {
    CLI::App app;
    std::string rank;
    define_env(app, rank);
    visit(kEnvPage, app);
}

int run_env(const CommandContext& context) {
    EnvWords words = read_words(context.arguments);
    if (words.help_wanted) {
        describe_env([&](const CommandPage& page, const CLI::App& app) {
            context.console.print(render_help(page, app));
        });
        return kYes;
    }
    DiagnosticSink sink;
    if (!words.rank) {
        sink.report(Diagnostic(kNothingToRun, {}, "no rank is named")
                        .help("`tt-run env --rank N --rank-binding FILE`"));
    }
    words.launch.insert(words.launch.begin() + 1, "--skip-executable-check");
    words.launch.emplace_back("true");  // where the launch needs a program, and past it where one is given
    const Arguments arguments(words.launch);
    const auto options = words.rank ? parse_launch_options(arguments, context.host, sink) : std::nullopt;
    const PlannedLaunch planned =
        options ? plan_launch(*options, options->planned_mpi.value_or(launcher::MpiLauncher{}), context.host,
                              sink)
                : PlannedLaunch{};
    const auto& plan = planned.plan;
    const auto rank = words.rank ? support::parse_integer(words.rank->value).value_or(-1) : -1;
    if (plan && (rank < 0 || rank >= std::ssize(plan->ranks))) {
        sink.report(Diagnostic(launcher::kNoSuchRank, words.rank->span,
                               fmt::format("there is no rank `{}`; the job has ranks 0 to {}",
                                           words.rank->value, plan->ranks.size() - 1)));
    }
    context.console.print(sink, false);
    if (!plan || sink.errors() != 0) {
        return kUsage;
    }
    context.console.print(render_environment(plan->ranks[static_cast<std::size_t>(rank)], context.host));
    return kYes;
}

}  // namespace tt_run::cli
