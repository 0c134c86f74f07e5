#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/build_facts.hpp"
#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "job/release.hpp"
#include "support/spelling.hpp"

namespace tt_run::cli {

namespace {

struct Verb {
    std::string_view name;
    int (*run)(const CommandContext&);
    void (*describe)(const PageVisitor&);
};

constexpr std::array kVerbs = std::to_array<Verb>({
    {"agent", run_agent, nullptr},  // what tt-run starts where it alone is installed; not for people
    {"cache", run_cache, describe_cache},
    {"check", run_check, describe_check},
    {"completion", run_completion, describe_completion},
    {"convert", run_convert, describe_convert},
    {"diff", run_diff, describe_diff},
    {"discover", run_discover, describe_discover},
    {"doctor", run_doctor, describe_doctor},
    {"env", run_env, describe_env},
    {"generate-rank-bindings", run_generate_rank_bindings, describe_generate_rank_bindings},
    {"init", run_init, describe_init},
    {"manual", run_manual, describe_manual},
    {"show", run_show, describe_show},
});

/// What a first word that starts nothing was most likely meant to be.
std::optional<std::string> meant_verb(const std::string& word, const support::HostEnvironment& host) {
    std::vector<std::string_view> names;
    for (const Verb& verb : kVerbs) {
        if (verb.describe != nullptr) {
            names.push_back(verb.name);
        }
    }
    return word.starts_with('-') || host.find_program(word) ? std::nullopt
                                                            : support::nearest_spelling(word, names);
}

/// `tt-run help check` is `tt-run check --help`.
int run_help(const CommandContext& context) {
    std::vector<std::string> words = context.arguments.words();
    words.erase(words.begin() + 1);
    words.emplace_back("--help");
    return run({Arguments(words), context.host, context.console});
}

}  // namespace

void visit_commands(const PageVisitor& visit) {
    describe_launch(visit);
    for (const Verb& verb : kVerbs) {
        if (verb.describe != nullptr) {
            verb.describe(visit);
        }
    }
}

int run(const CommandContext& context) {
    const std::vector<std::string>& words = context.arguments.words();
    if (words.size() > 1 && words[1] == "help") {
        return run_help(context);
    }
    for (const Verb& verb : kVerbs) {
        if (words.size() > 1 && words[1] == verb.name) {
            return verb.run(context);
        }
    }
    if (words.size() > 1 && (words[1] == "--version" || words[1] == "-V" || words[1] == "version")) {
        context.console.print(render_build_facts());
        return kYes;
    }
    if (const auto meant = words.size() > 1 ? meant_verb(words[1], context.host) : std::nullopt) {
        support::DiagnosticSink sink;
        sink.report(support::Diagnostic(kNothingToRun, context.arguments.span(1),
                                        fmt::format("tt-run has no command `{}`", words[1]))
                        .help(fmt::format("did you mean `tt-run {}`?", *meant)));
        context.console.print(sink, true);
        return kUsage;
    }
    return run_launch(context);
}

}  // namespace tt_run::cli
