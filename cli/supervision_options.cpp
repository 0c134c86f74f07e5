#include "cli/supervision_options.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/diagnostic_kinds.hpp"

namespace tt_run::cli {

using std::chrono::milliseconds;
using support::Diagnostic;

namespace {

constexpr milliseconds kLongest = std::chrono::hours(24 * 365);

/// `2`, `1.5s`, `500ms`, `10m`, `2h`: seconds where nothing else is said. Nothing if it is no such thing.
std::optional<milliseconds> parse_duration(std::string_view text) {
    double number = 0;
    const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    constexpr std::array<std::pair<std::string_view, double>, 5> kUnits{
        {{"", 1e3}, {"s", 1e3}, {"ms", 1.0}, {"m", 60e3}, {"h", 3600e3}}};
    for (const auto& [name, in_ms] : kUnits) {
        if (problem == std::errc() && unit == name && number >= 0 &&
            number * in_ms <= static_cast<double>(kLongest.count())) {
            return milliseconds(std::llround(number * in_ms));
        }
    }
    return std::nullopt;
}

class Reader {
  public:
    Reader(const ParsedArguments& parsed, support::DiagnosticSink& sink) : parsed_(parsed), sink_(sink) {}

    /// As elsewhere, a limit of 0 is none.
    void read_limit(const char* option, const std::string& text, std::optional<milliseconds>& into) {
        milliseconds value{0};
        read_duration(option, text, value);
        into = value == milliseconds{0} ? std::nullopt : std::optional(value);
    }

    void read_duration(const char* option, const std::string& text, milliseconds& into) {
        if (text.empty()) {
            return;
        }
        if (const auto value = parse_duration(text)) {
            into = *value;
        } else {
            sink_.report(Diagnostic(kBadOption, parsed_.span_of(option),
                                    fmt::format("`{}` is no length of time for `{}`", text, option))
                             .help("write seconds, or a number with its unit: `1.5`, `500ms`, `10m`, `2h`"));
        }
    }

    void read_rank(const std::string& text, std::optional<job::Rank>& into) {
        int rank = 0;
        const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), rank);
        if (text.empty()) {
            return;
        }
        if (problem == std::errc() && rest == text.data() + text.size() && rank >= 0) {
            into = job::Rank{rank};
        } else {
            sink_.report(
                Diagnostic(kBadOption, parsed_.span_of("--only-rank"), fmt::format("`{}` is no rank", text)));
        }
    }

  private:
    const ParsedArguments& parsed_;
    support::DiagnosticSink& sink_;
};

launcher::Tag tag_of(const SupervisionWords& words) {
    using launcher::Tag;
    if (words.tag_output) {
        return Tag::open_mpi;
    }
    return words.tag == "rank"   ? Tag::rank
           : words.tag == "mesh" ? Tag::mesh
           : words.tag == "host" ? Tag::host
                                 : Tag::none;
}

}  // namespace

void define_supervision(CLI::App& app, SupervisionWords& words) {
    const auto last = CLI::MultiOptionPolicy::TakeLast;
    const char* watch = "How they are watched";
    app.add_option(
           "--on-failure", words.on_failure,
           "when a rank fails: end the others, wait for them as long as --grace, or let them continue")
        ->type_name("WHAT")
        ->group(watch)
        ->multi_option_policy(last)
        ->check(CLI::IsMember({"end", "wait", "continue"}));
    const auto add_time = [&](const char* name, std::string& into, const char* what) {
        app.add_option(name, into, what)->type_name("TIME")->group(watch)->multi_option_policy(last);
    };
    add_time("--grace", words.grace, "between TERM and KILL (500ms)");
    add_time("--start-timeout", words.start_timeout, "end the job if some rank has not started by then (2m)");
    add_time("--timeout", words.timeout, "end the job after this time; 0: never");
    add_time("--idle-timeout", words.idle_timeout, "end the job if no rank prints anything for this time");
    add_time("--host-timeout", words.host_timeout,
             "give up another host that does not answer for this time (30s)");
    app.add_option(
           "--launcher", words.launcher,
           "hydra, openmpi, srun, or a program; else the one that PROGRAM's own MPI library belongs to")
        ->type_name("WHICH")
        ->group("How they start")
        ->multi_option_policy(last);
    app.add_flag("--direct", words.direct, "plain mpiexec: no supervision, a weaker exit code")->group(watch);

    const char* output = "Their output";
    app.add_option("--tag", words.tag, "begin each line with its rank, mesh or host")
        ->type_name("WHAT")
        ->group(output)
        ->multi_option_policy(last)
        ->check(CLI::IsMember({"rank", "mesh", "host", "none"}));
    app.add_flag("--tag-output", words.tag_output, "begin each line as Open MPI does: [1,RANK]<stdout>: ")
        ->group(output);
    app.add_flag("--no-status", words.no_status, "no line on a terminal about how the job is doing")
        ->group(output);
    app.add_flag("--fold", words.fold, "identical lines once, with the ranks that printed them")
        ->group(output);
    app.add_option("--only-rank", words.only_rank, "show this rank's lines alone")
        ->type_name("RANK")
        ->group(output)
        ->multi_option_policy(last);
    app.add_option("--log-dir", words.log_directory,
                   "write DIR/rank.N.stdout and .stderr; the terminal shows what --only-rank names")
        ->type_name("DIR")
        ->group(output)
        ->multi_option_policy(last);
    const char* machines = "For machines";
    const auto add_file = [&](const char* name, std::string& into, const char* type, const char* what) {
        app.add_option(name, into, what)->type_name(type)->group(machines)->multi_option_policy(last);
    };
    add_file("--plan", words.plan_file, "FILE",
             "write the plan as JSON before it is run, or with --dry-run instead; `-`: standard output");
    add_file("--from-plan", words.from_plan, "FILE", "run a plan that --plan wrote; no PROGRAM");
    add_file("--events", words.events, "FILE",
             "write events as they happen, a line of JSON each; `-`: standard output");
    app.add_flag("--events-output", words.events_output, "events hold the ranks' output too")
        ->group(machines);
    add_file("--report", words.report, "DIR",
             "write DIR/report.json and DIR/report.html at the end; `tt-run show DIR` reads them");
}

void read_supervision(const SupervisionWords& words, const ParsedArguments& parsed,
                      launcher::PlanRequest& request, support::DiagnosticSink& sink) {
    launcher::SupervisionOptions& options = request.supervision;
    Reader reader(parsed, sink);
    request.direct = words.direct;
    options.on_failure = words.on_failure == "wait"       ? launcher::OnFailure::wait
                         : words.on_failure == "continue" ? launcher::OnFailure::carry_on
                                                          : launcher::OnFailure::end;
    reader.read_duration("--grace", words.grace, options.grace);
    reader.read_duration("--start-timeout", words.start_timeout, options.start_timeout);
    options.start_timeout = options.start_timeout == milliseconds{0} ? kLongest : options.start_timeout;
    reader.read_limit("--timeout", words.timeout, options.timeout);
    reader.read_limit("--idle-timeout", words.idle_timeout, options.idle_timeout);
    reader.read_duration("--host-timeout", words.host_timeout, options.host_timeout);
    options.output.tag = tag_of(words);
    options.output.fold = words.fold;
    reader.read_rank(words.only_rank, options.output.only_rank);
    if (!words.log_directory.empty()) {
        request.log_directory = words.log_directory;
    }
}

}  // namespace tt_run::cli
