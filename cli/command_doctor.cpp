#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "job/release.hpp"
#include "launcher/doctor/doctor.hpp"
#include "launcher/doctor/self_test.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using launcher::Finding;
using launcher::FindingGrade;
using support::Diagnostic;

namespace {

constexpr CommandPage kDoctorPage{
    .name = "doctor",
    .words = "[options]",
    .brief = "what keeps jobs from running here, and how to fix it",
    .summary = "Looks for what keeps jobs from running here, and says how to put it right.",
    .examples =
        "  tt-run doctor\n"
        "  tt-run doctor --hosts host-a,host-b\n"
        "  tt-run doctor --self-test\n",
};

struct DoctorOptions {
    std::string hosts;
    std::string format = "text";
    std::string root;
    bool self_test = false;
};

void define(CLI::App& app, DoctorOptions& options) {
    app.add_option("--hosts", options.hosts, "look at these hosts by ssh, and compare them")
        ->type_name("A,B,...");
    app.add_option("--format", options.format, "text or json")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_flag(
        "--self-test", options.self_test,
        "start small jobs with each MPI that is installed, and see that they run and end as they should");
    app.add_option("--root", options.root, "look up /sys, /dev and /proc below this directory")
        ->type_name("DIRECTORY");
}

int run_steps(const CommandContext& context) {
    const bool passed = launcher::run_self_test(context.host, [&](const launcher::SelfTestStep& step) {
        context.console.print(fmt::format("{}  {}\n", step.passed ? "ok    " : "FAILED", step.what));
        if (!step.passed) {
            context.console.print(fmt::format("        {}\n", step.problem));
        }
    });
    context.console.print(passed ? "tt-run works here\n" : "tt-run does not work as it should here\n");
    return passed ? kYes : kNo;
}

bool has_problem(const std::vector<Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding& finding) { return finding.grade == FindingGrade::problem; });
}

std::vector<std::string> host_names(const std::string& list) {
    std::vector<std::string> names;
    for (const std::string_view piece : support::split(list, ',')) {
        // What begins with a dash would be an option to ssh.
        if (const std::string_view name = support::trim(piece); !name.empty() && !name.starts_with('-')) {
            names.emplace_back(name);
        }
    }
    return names;
}

}  // namespace

void describe_doctor(const PageVisitor& visit) {
    CLI::App app;
    DoctorOptions options;
    define(app, options);
    visit(kDoctorPage, app);
}

int run_doctor(const CommandContext& context) {
    CLI::App app;
    DoctorOptions options;
    define(app, options);
    support::DiagnosticSink sink;
    const auto parsed = read_verb(context, kDoctorPage, app, sink, [&](const VerbArguments& found) {
        if (!found.words.empty()) {
            sink.report(Diagnostic(kNothingToRun, context.arguments.span(found.words.front()),
                                   "`tt-run doctor` takes no further words"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    if (options.self_test) {
        return run_steps(context);
    }
    support::HostEnvironment host = context.host;
    if (!options.root.empty()) {
        host.file_system_root = context.host.working_directory / options.root;
    }
    const std::vector<std::string> names = host_names(options.hosts);
    const std::vector<launcher::HostHealth> health =
        names.empty() ? std::vector{launcher::examine_host(host, std::string(job::release()))}
                      : launcher::examine_hosts(names, host);
    const std::vector<Finding> together = launcher::compare_hosts(health);
    context.console.print(options.format == "json" ? launcher::render_health_json(health, together)
                                                   : launcher::render_health(health, together));
    const bool is_ill = has_problem(together) ||
                        std::any_of(health.begin(), health.end(), [](const launcher::HostHealth& one) {
                            return has_problem(one.findings);
                        });
    return is_ill ? kNo : kYes;
}

}  // namespace tt_run::cli
