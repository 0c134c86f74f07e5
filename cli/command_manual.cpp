#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/manual_page.hpp"
#include "cli/verb_arguments.hpp"
#include "support/file.hpp"

namespace tt_run::cli {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kManualPage{
    .name = "manual",
    .words = "[COMMAND...]",
    .brief = "the source of a manual page, as `man` reads it",
    .summary = "Prints the source of a command's manual page, or with -d writes all of them.",
    .notes = "  COMMAND  `check`, `show fabric`; without it the page of a launch\n",
    .examples =
        "  tt-run manual check | man -l -\n"
        "  tt-run manual -d man1\n",
};

void define_manual(CLI::App& app, std::string& directory) {
    app.add_option("-d,--directory", directory, "write every page into this directory instead")
        ->type_name("DIRECTORY");
}

int write_all(const CommandContext& context, const std::filesystem::path& directory) {
    int code = kYes;
    visit_commands([&](const CommandPage& page, const CLI::App& app) {
        const auto written =
            support::write_file(directory / (manual_name(page) + ".1"), render_manual(page, app));
        if (!written && code == kYes) {
            context.console.print_error(fmt::format("tt-run: error: {}\n", written.error().message()));
            code = kUsage;
        }
    });
    return code;
}

}  // namespace

void describe_manual(const PageVisitor& visit) {
    CLI::App app;
    std::string directory;
    define_manual(app, directory);
    visit(kManualPage, app);
}

int run_manual(const CommandContext& context) {
    CLI::App app;
    std::string directory;
    define_manual(app, directory);
    DiagnosticSink sink;
    const auto parsed = read_verb(context, kManualPage, app, sink);
    if (!parsed) {
        return parsed.error();
    }
    if (!directory.empty()) {
        return write_all(context, context.host.working_directory / directory);
    }
    std::string wanted;
    for (const std::size_t word : parsed->words) {
        wanted += (wanted.empty() ? "" : " ") + context.arguments.words()[word];
    }
    std::string text;
    visit_commands([&](const CommandPage& page, const CLI::App& options) {
        text = page.name == wanted ? render_manual(page, options) : text;
    });
    if (text.empty()) {
        sink.report(Diagnostic(kNothingToRun, context.arguments.span(parsed->words.front()),
                               fmt::format("tt-run has no command `{}`", wanted))
                        .help("`tt-run --help` lists its commands"));
        context.console.print(sink, true);
        return kUsage;
    }
    context.console.print(text);
    return kYes;
}

}  // namespace tt_run::cli
