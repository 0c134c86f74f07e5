#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"

namespace tt_run::cli {

using support::Diagnostic;

namespace {

constexpr CommandPage kPage{
    .name = "completion",
    .words = "bash|zsh|fish",
    .brief = "a script that completes tt-run's words in a shell",
    .summary = "Prints a script that completes tt-run's commands, options and values in a shell.",
    .examples =
        "  source <(tt-run completion bash)      # for this shell; packages install it for all\n"
        "  tt-run completion zsh > ~/.zfunc/_tt-run\n"
        "  tt-run completion fish > ~/.config/fish/completions/tt-run.fish\n",
};

}  // namespace

void describe_completion(const PageVisitor& visit) {
    const CLI::App app;
    visit(kPage, app);
}

int run_completion(const CommandContext& context) {
    CLI::App app;
    support::DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    if (parsed && parsed->options.help_wanted) {
        context.console.print(render_help(kPage, app));
        return kYes;
    }
    const std::string shell =
        parsed && parsed->words.size() == 1 ? context.arguments.words()[parsed->words.front()] : "";
    if (shell == "bash") {
        context.console.print(render_bash_completion());
    } else if (shell == "zsh") {
        context.console.print(render_zsh_completion());
    } else if (shell == "fish") {
        context.console.print(render_fish_completion());
    } else {
        if (parsed) {
            sink.report(Diagnostic(kNothingToRun,
                                   parsed->words.empty() ? support::Span{}
                                                         : context.arguments.span(parsed->words.front()),
                                   "completion is for one of bash, zsh and fish")
                            .help("`tt-run completion bash`"));
        }
        context.console.print(sink, true);
        return kUsage;
    }
    return kYes;
}

}  // namespace tt_run::cli
