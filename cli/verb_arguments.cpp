#include "cli/verb_arguments.hpp"

#include <CLI/CLI.hpp>

namespace tt_run::cli {

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

}  // namespace tt_run::cli
