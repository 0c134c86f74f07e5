#include <algorithm>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "job/release.hpp"
#include "launcher/doctor.hpp"
#include "support/text.hpp"

namespace tt_run::cli {

using launcher::Finding;
using launcher::FindingGrade;
using support::Diagnostic;

namespace {

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

int run_doctor(const CommandContext& context) {
    CLI::App app("Looks for what keeps jobs from running here, and says how to put it right.",
                 "tt-run doctor");
    std::string hosts;
    std::string format = "text";
    std::string root;
    app.add_option("--hosts", hosts, "look at these hosts by ssh, and compare them")->type_name("A,B,...");
    app.add_option("--format", format, "text or json")
        ->type_name("KIND")
        ->check(CLI::IsMember({"text", "json"}));
    app.add_option("--root", root, "look up /sys, /dev and /proc below this directory")
        ->type_name("DIRECTORY");
    support::DiagnosticSink sink;
    const auto parsed = parse_verb_arguments(app, context.arguments, sink);
    if (parsed && parsed->options.help_wanted) {
        context.console.print(app.help() + "\n" + std::string(kExitCodeHelp));
        return kYes;
    }
    if (parsed && !parsed->words.empty()) {
        sink.report(Diagnostic(kNothingToRun, context.arguments.span(parsed->words.front()),
                               "`tt-run doctor` takes no further words"));
    }
    if (!parsed || sink.errors() != 0) {
        context.console.print(sink, true);
        return kUsage;
    }
    support::HostEnvironment host = context.host;
    if (!root.empty()) {
        host.file_system_root = context.host.working_directory / root;
    }
    const std::vector<std::string> names = host_names(hosts);
    const std::vector<launcher::HostHealth> health =
        names.empty() ? std::vector{launcher::examine_host(host, std::string(job::release()))}
                      : launcher::examine_hosts(names, host);
    const std::vector<Finding> together = launcher::compare_hosts(health);
    context.console.print(format == "json" ? launcher::render_health_json(health, together)
                                           : launcher::render_health(health, together));
    const bool is_ill = has_problem(together) ||
                        std::any_of(health.begin(), health.end(), [](const launcher::HostHealth& one) {
                            return has_problem(one.findings);
                        });
    return is_ill ? kNo : kYes;
}

}  // namespace tt_run::cli
