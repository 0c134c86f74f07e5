#include "cli/verb_arguments.hpp"

#include <CLI/CLI.hpp>

namespace tt_run::cli {

namespace {

/// Empty exactly when it reported an error.
std::optional<VerbArguments> parse_verb_arguments(CLI::App& app, const Arguments& arguments,
                                                  support::DiagnosticSink& sink) {
    VerbArguments found;
    const std::size_t end = arguments.words().size();
    for (std::size_t at = 2; at <= end;) {
        const auto parsed = parse_arguments(app, arguments, at, sink);
        if (!parsed) {
            return std::nullopt;
        }
        for (const auto& [name, spans] : parsed->value_spans) {
            std::vector<support::Span>& into = found.options.value_spans[name];
            into.insert(into.end(), spans.begin(), spans.end());
        }
        found.options.help_wanted = found.options.help_wanted || parsed->help_wanted;
        std::size_t word = parsed->first_positional;
        const bool all = word > at && word <= end && arguments.words()[word - 1] == "--";
        for (; word < end; ++word) {
            found.words.push_back(word);
            if (!all) {
                break;
            }
        }
        at = word + 1;
    }
    found.options.first_positional = found.words.empty() ? end : found.words.front();
    return found;
}

}  // namespace

std::expected<VerbArguments, ExitCode> read_verb(const CommandContext& context, const CommandPage& page,
                                                 CLI::App& app, support::DiagnosticSink& sink,
                                                 const JudgeWords& judge) {
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    if (parsed && parsed->options.help_wanted) {
        context.console.print(render_help(page, app));
        return std::unexpected(kYes);
    }
    if (parsed && judge) {
        judge(*parsed);
    }
    if (!parsed || sink.errors() != 0) {
        context.console.print(sink, true);
        return std::unexpected(kUsage);
    }
    return *parsed;
}

}  // namespace tt_run::cli
