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

constexpr CommandPage kCompletionPage{
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
    visit(kCompletionPage, app);
}

int run_completion(const CommandContext& context) {
    CLI::App app;
    support::DiagnosticSink sink;
    const auto parsed = read_verb(context, kCompletionPage, app, sink, [&](const VerbArguments& found) {
        const std::string shell =
            found.words.size() == 1 ? context.arguments.words()[found.words.front()] : "";
        if (shell != "bash" && shell != "zsh" && shell != "fish") {
            sink.report(Diagnostic(kNothingToRun,
                                   found.words.empty() ? support::Span{}
                                                       : context.arguments.span(found.words.front()),
                                   "completion is for one of bash, zsh and fish")
                            .help("`tt-run completion bash`"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    const std::string& shell = context.arguments.words()[parsed->words.front()];
    context.console.print(shell == "bash"  ? render_bash_completion()
                          : shell == "zsh" ? render_zsh_completion()
                                           : render_fish_completion());
    return kYes;
}

}  // namespace tt_run::cli
