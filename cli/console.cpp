#include "cli/console.hpp"

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

namespace tt_run::cli {

namespace {

bool is_watched(int descriptor, const support::HostEnvironment& host) {
    return ::isatty(descriptor) == 1 && host.variable("TERM").value_or("dumb") != "dumb";
}

}  // namespace

Console::Console(const support::HostEnvironment& host)
    : colour_(is_watched(STDERR_FILENO, host) && !host.non_empty_variable("NO_COLOR") ? support::Colour::on
                                                                                      : support::Colour::off),
      output_is_terminal_(is_watched(STDOUT_FILENO, host)),
      errors_are_watched_(is_watched(STDERR_FILENO, host)) {}

bool Console::output_is_terminal() const {
    return output_is_terminal_;
}

int Console::standard_input() const {
    return STDIN_FILENO;
}

int Console::standard_error() const {
    return STDERR_FILENO;
}

int Console::standard_output() const {
    return STDOUT_FILENO;
}

void Console::print(std::string_view text) const {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        lost_output_ = lost_output_ == 0 ? errno : lost_output_;
    }
}

void Console::print_error(std::string_view text) const {
    std::fwrite(text.data(), 1, text.size(), stderr);
}

void Console::print(const support::DiagnosticSink& sink, bool with_notes) const {
    if (with_notes) {
        print_error(support::render_text(sink, colour_));
        return;
    }
    support::DiagnosticSink shown;
    for (const support::Diagnostic& diagnostic : sink.diagnostics()) {
        if (diagnostic.severity() != support::Severity::note) {
            shown.report(diagnostic);
        }
    }
    print_error(support::render_text(shown, colour_));
    const std::size_t dropped = sink.reported() - sink.diagnostics().size();
    if (dropped != 0) {
        print_error(fmt::format("tt-run: {} more like these are not shown\n", dropped));
    }
}

}  // namespace tt_run::cli
