#include "launcher/doctor/doctor.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "launcher/hosts/remote_commands.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

namespace {

using Json = nlohmann::ordered_json;
using support::Error;
using support::Result;

constexpr const char* kSchema = "tt-run-doctor";
constexpr int kVersion = 1;
constexpr std::int64_t kMostClockSkewSeconds = 3;
constexpr std::array<const char*, 3> kGrades{"fine", "warning", "problem"};

const char* name_of(FindingGrade grade) {
    return kGrades[static_cast<std::size_t>(grade)];
}

Json to_json(const std::vector<Finding>& findings) {
    Json list = Json::array();
    for (const Finding& finding : findings) {
        list.push_back({{"grade", name_of(finding.grade)},
                        {"subject", finding.subject},
                        {"text", finding.text},
                        {"fix", finding.fix}});
    }
    return list;
}

std::string render_findings(const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text +=
            fmt::format("  {:<8} {}: {}\n", finding.grade == FindingGrade::fine ? "" : name_of(finding.grade),
                        finding.subject, finding.text);
        if (!finding.fix.empty()) {
            text += fmt::format("           fix: {}\n", finding.fix);
        }
    }
    return text;
}

/// One finding if the hosts' values are not all the same: who has what.
void compare(const std::vector<HostHealth>& hosts, const char* subject, const char* what,
             std::string HostHealth::*value, const char* fix, std::vector<Finding>& findings) {
    std::map<std::string, std::vector<std::string>> by_value;
    for (const HostHealth& host : hosts) {
        if (!host.version.empty()) {
            by_value[host.*value].push_back(host.host);
        }
    }
    if (by_value.size() > 1) {
        std::vector<std::string> parts;
        for (const auto& [text, names] : by_value) {
            parts.push_back(
                fmt::format("{} on {}", text.empty() ? "none" : text, support::join(names, ", ")));
        }
        findings.push_back({FindingGrade::problem, subject,
                            fmt::format("{} differ: {}", what, support::join(parts, "; ")), fix});
    }
}

}  // namespace

std::vector<HostHealth> examine_hosts(const std::vector<std::string>& hosts,
                                      const support::HostEnvironment& host) {
    const std::vector<RemoteOutput> outputs = run_on_hosts(hosts, {"doctor", "--format", "json"}, host);
    std::vector<HostHealth> all;
    for (std::size_t k = 0; k < hosts.size(); ++k) {
        const auto health = parse_health_json(outputs[k].output);
        if (health && health->size() == 1) {
            all.push_back(health->front());
            all.back().host = hosts[k];
            continue;
        }
        HostHealth unknown;
        unknown.host = hosts[k];
        unknown.findings.push_back(
            {FindingGrade::problem, "ssh",
             outputs[k].output.empty()
                 ? "cannot be reached by ssh without a password, or has no tt-run at this path: " +
                       std::string(support::trim(outputs[k].errors))
                 : "its tt-run answers in words that this one does not understand",
             fmt::format("ssh -o BatchMode=yes {} {} --version", hosts[k], host.executable.string())});
        all.push_back(std::move(unknown));
    }
    return all;
}

std::vector<Finding> compare_hosts(const std::vector<HostHealth>& hosts) {
    std::vector<Finding> findings;
    compare(hosts, "version", "versions of tt-run", &HostHealth::version, "install the same tt-run on all",
            findings);
    compare(hosts, "driver", "versions of the driver", &HostHealth::driver_version,
            "install the same driver on all", findings);
    std::optional<std::set<std::string>> common;
    std::int64_t earliest = 0;
    std::int64_t latest = 0;
    std::size_t answered = 0;
    for (const HostHealth& host : hosts) {
        if (host.version.empty()) {
            continue;
        }
        earliest = answered == 0 ? host.clock_seconds : std::min(earliest, host.clock_seconds);
        latest = answered == 0 ? host.clock_seconds : std::max(latest, host.clock_seconds);
        ++answered;
        const std::set<std::string> own(host.interfaces.begin(), host.interfaces.end());
        std::set<std::string> both;
        std::set_intersection(own.begin(), own.end(), (common ? *common : own).begin(),
                              (common ? *common : own).end(), std::inserter(both, both.end()));
        common = both;
    }
    if (latest - earliest > kMostClockSkewSeconds) {
        findings.push_back({FindingGrade::warning, "clock",
                            fmt::format("the hosts' clocks are {} s apart", latest - earliest),
                            "sudo timedatectl set-ntp true"});
    }
    if (answered > 1 && common->empty()) {
        findings.push_back(
            {FindingGrade::warning, "network", "no network interface has the same name on all hosts", ""});
    } else if (answered > 1) {
        findings.push_back({FindingGrade::fine, "network",
                            "interfaces on all hosts, for --tcp-interface: " +
                                support::join({common->begin(), common->end()}, ", "),
                            ""});
    }
    return findings;
}

std::string render_health(const std::vector<HostHealth>& hosts, const std::vector<Finding>& together) {
    std::string text;
    for (const HostHealth& host : hosts) {
        text += fmt::format("{}:\n{}", host.host, render_findings(host.findings));
    }
    return together.empty() ? text : text + "all hosts:\n" + render_findings(together);
}

std::string render_health_json(const std::vector<HostHealth>& hosts, const std::vector<Finding>& together) {
    Json list = Json::array();
    for (const HostHealth& host : hosts) {
        list.push_back({{"host", host.host},
                        {"version", host.version},
                        {"driver_version", host.driver_version},
                        {"clock_seconds", host.clock_seconds},
                        {"interfaces", host.interfaces},
                        {"findings", to_json(host.findings)}});
    }
    const Json json{{"schema", kSchema},
                    {"version", kVersion},
                    {"hosts", std::move(list)},
                    {"together", to_json(together)}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<std::vector<HostHealth>> parse_health_json(const std::string& text) {
    try {
        const Json json = Json::parse(text);
        if (json.at("schema") != kSchema || json.at("version").get<int>() > kVersion) {
            return std::unexpected(Error("it is no health report, or one of a later tt-run"));
        }
        std::vector<HostHealth> hosts;
        for (const Json& one : json.at("hosts")) {
            HostHealth host{one.at("host").get<std::string>(),
                            one.at("version").get<std::string>(),
                            one.at("driver_version").get<std::string>(),
                            one.at("clock_seconds").get<std::int64_t>(),
                            one.at("interfaces").get<std::vector<std::string>>(),
                            {}};
            for (const Json& finding : one.at("findings")) {
                const auto grade =
                    std::find(kGrades.begin(), kGrades.end(), finding.at("grade").get<std::string>());
                if (grade == kGrades.end()) {
                    return std::unexpected(Error("a finding has an unknown grade"));
                }
                host.findings.push_back({static_cast<FindingGrade>(grade - kGrades.begin()),
                                         finding.at("subject").get<std::string>(),
                                         finding.at("text").get<std::string>(),
                                         finding.at("fix").get<std::string>()});
            }
            hosts.push_back(std::move(host));
        }
        return hosts;
    } catch (const std::exception& problem) {
        return std::unexpected(Error(problem.what()));
    }
}

}  // namespace tt_run::launcher
