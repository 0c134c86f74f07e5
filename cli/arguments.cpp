#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/diagnostic_kinds.hpp"
#include "support/spelling.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

namespace {

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            names.push_back("--" + name);
        }
    }
    return names;
}

std::string long_name(const CLI::Option& option) {
    return option.get_lnames().empty() ? "-" + option.get_snames().front()
                                       : "--" + option.get_lnames().front();
}

/// `command` is empty where a program is launched.
void report_unknown(const CLI::App& app, const std::string& command, const std::string& name,
                    const Span& span, DiagnosticSink& sink) {
    const std::string whose = command.empty() ? "tt-run" : fmt::format("`tt-run {}`", command);
    Diagnostic diagnostic(kUnknownOption, span, fmt::format("{} has no option `{}`", whose, name));
    const std::vector<std::string> names = option_names(app);
    const std::vector<std::string_view> views(names.begin(), names.end());
    if (command.empty() && (name == "-n" || name == "-np" || name == "--np")) {
        diagnostic.help("there are as many ranks as the binding file has rows, or as the job's meshes need");
    } else if (const auto near = support::nearest_spelling(name, views)) {
        diagnostic.help(fmt::format("did you mean `{}`?", *near));
    } else if (!command.empty()) {
        diagnostic.help(fmt::format("`tt-run {} --help` lists those that it has", command));
    } else {
        diagnostic.help("options of your program stand behind it; `tt-run --help` lists tt-run's own");
    }
    sink.report(std::move(diagnostic));
}

}  // namespace

Arguments::Arguments(std::vector<std::string> words) : words_(std::move(words)) {
    std::string text;
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (std::size_t k = 0; k < words_.size(); ++k) {
        text += k == 0 ? "" : " ";
        const std::string word = k == 0 ? "tt-run" : support::shell_quoted(words_[k]);
        places.emplace_back(text.size(), text.size() + word.size());
        text += word;
    }
    const support::SourceTextPtr source = support::make_source_text("<command line>", std::move(text));
    for (const auto& [begin, end] : places) {
        spans_.push_back({source, begin, end});
    }
}

Span ParsedArguments::span_of(const std::string& option) const {
    const auto found = value_spans.find(option);
    return found == value_spans.end() ? Span{} : found->second.back();
}

std::optional<ParsedArguments> parse_arguments(CLI::App& app, const Arguments& arguments, std::size_t from,
                                               DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    ParsedArguments parsed;
    const std::vector<std::string>& words = arguments.words();
    std::vector<std::string> normal;  // what CLI11 gets: every value joined to its option
    std::size_t at = from;
    while (at < words.size() && words[at].size() > 1 && words[at][0] == '-' && words[at] != "--") {
        const std::string& word = words[at];
        const Span span = arguments.span(at);
        ++at;
        const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
        const std::string name = word.substr(0, equals);
        CLI::Option* option = app.get_option_no_throw(name);
        if (option == nullptr) {
            report_unknown(app, from > 1 ? words[1] : "", name, span, sink);
            continue;
        }
        if (option == app.get_help_ptr() || option == app.get_help_all_ptr()) {
            parsed.help_wanted = true;
            parsed.all_help_wanted = parsed.all_help_wanted || option == app.get_help_all_ptr();
            continue;
        }
        if (option->get_items_expected_max() == 0) {
            if (equals != std::string::npos) {
                sink.report(Diagnostic(kBadOption, span, fmt::format("`{}` takes no value", name)));
            } else {
                normal.push_back(word);
                parsed.value_spans[long_name(*option)].push_back(span);
            }
            continue;
        }
        parsed.given.insert(long_name(*option));
        if (option->get_expected_min() == 0 && equals == std::string::npos) {
            normal.push_back(long_name(*option) + "=1");
            parsed.value_spans[long_name(*option)].push_back(span);
            continue;
        }
        if (equals == std::string::npos && at == words.size()) {
            sink.report(Diagnostic(kBadOption, span, fmt::format("`{}` needs a value behind it", name)));
            continue;
        }
        const std::string value = equals == std::string::npos ? words[at] : word.substr(equals + 1);
        const Span value_span = equals == std::string::npos ? arguments.span(at++) : span;
        if (!value.empty()) {
            normal.push_back(long_name(*option) + "=" + value);
            parsed.value_spans[long_name(*option)].push_back(value_span);
        }
    }
    parsed.first_positional = at < words.size() && words[at] == "--" ? at + 1 : at;
    if (watch.saw_error() || parsed.help_wanted) {
        return watch.saw_error() ? std::nullopt : std::optional(std::move(parsed));
    }
    try {
        std::reverse(normal.begin(), normal.end());  // CLI11 reads its vector from the back
        app.parse(normal);
    } catch (const CLI::ParseError& problem) {
        // What is left for CLI11 to refuse is a value outside an option's set: "--name: value not in {a,b}".
        const std::string what = problem.what();
        const std::string name = what.substr(0, what.find(':'));
        const std::size_t set = what.find(" not in {");
        Diagnostic diagnostic(kBadOption, parsed.span_of(name), what);
        if (set != std::string::npos) {
            const std::string value = what.substr(name.size() + 2, set - name.size() - 2);
            diagnostic = Diagnostic(kBadOption, parsed.span_of(name),
                                    fmt::format("`{}` is no value of `{}`", value, name));
            std::string values = what.substr(set + 9, what.size() - set - 10);
            values = support::join(std::vector<std::string>(CLI::detail::split(values, ',')), ", ");
            diagnostic.help("its values are " + values);
        }
        sink.report(std::move(diagnostic));
        return std::nullopt;
    }
    return parsed;
}

}  // namespace tt_run::cli
