#include "launcher/bindings/physical_model.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "launcher/bindings/binding_files.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "launcher/hosts/remote_commands.hpp"
#include "support/text.hpp"
#include "topology/physical/cluster_subset.hpp"
#include "topology/physical/discover_cluster.hpp"
#include "topology/physical/join_clusters.hpp"
#include "topology/physical/load_cluster.hpp"
#include "topology/physical/unknown_host.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;
using topology::Cluster;
using topology::HostIndex;

namespace {

/// The exit code of `tt-run discover` where there is nothing to find.
constexpr int kNoDeviceFound = 3;

}  // namespace

std::optional<PhysicalModel> load_named_model(const support::Spanned<std::string>& argument,
                                              const support::HostEnvironment& host, DiagnosticSink& sink) {
    // Without the quotes that a shell needs round it.
    const std::size_t at = argument.span ? argument.span.text().find(argument.value) : std::string_view::npos;
    auto cluster =
        at == std::string_view::npos
            ? topology::load_cluster(argument.value, host, sink)
            : topology::load_cluster(argument.span.part(at, at + argument.value.size()), host, sink);
    if (!cluster) {
        return std::nullopt;
    }
    return PhysicalModel{ModelSource::named, *std::move(cluster), {}};
}

std::optional<PhysicalModel> load_mock_model(const std::vector<fs::path>& descriptors,
                                             const support::HostEnvironment& host, DiagnosticSink& sink) {
    std::vector<fs::path> distinct;
    std::string mapping = "rank_to_cluster_mock_cluster_desc:\n";
    for (const fs::path& path : descriptors) {
        if (std::find(distinct.begin(), distinct.end(), path) == distinct.end()) {
            mapping += fmt::format("  {}: {}\n", distinct.size(), yaml_quoted(path.string()));
            distinct.push_back(path);
        }
    }
    auto cluster = topology::parse_cluster(support::make_source_text("<mock cluster>", std::move(mapping)),
                                           host.working_directory / "mock.yaml", host, sink);
    if (!cluster) {
        return std::nullopt;
    }
    PhysicalModel model{ModelSource::mock, *std::move(cluster), {}};
    for (std::uint32_t k = 0; k < model.cluster.hosts().size(); ++k) {
        const auto number = model.cluster.hosts()[k].rank;
        if (number && *number < distinct.size()) {
            model.host_of_descriptor[distinct[*number]] = HostIndex{k};
        }
    }
    return model;
}

std::optional<PhysicalModel> discover_model(const support::HostEnvironment& host, bool ask_tool,
                                            DiagnosticSink& sink) {
    topology::Discovery discovery = topology::discover_cluster(host, ask_tool, sink);
    if (!discovery.cluster) {
        return std::nullopt;
    }
    return PhysicalModel{ModelSource::live, *std::move(discovery.cluster), {}};
}

std::optional<PhysicalModel> discover_hosts(const std::vector<support::Spanned<std::string>>& names,
                                            bool ask_tool, const support::HostEnvironment& host,
                                            DiagnosticSink& sink) {
    std::vector<std::string> hosts;
    for (const support::Spanned<std::string>& name : names) {
        hosts.push_back(name.value);
    }
    std::vector<std::string> words{"discover", "--format", "cluster"};
    if (!ask_tool) {
        words.emplace_back("--no-links");
    }
    const std::vector<RemoteOutput> outputs = run_on_hosts(hosts, words, host);
    const support::ErrorWatch watch(sink);
    std::vector<std::pair<std::string, Cluster>> found;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
        const RemoteOutput& output = outputs[k];
        if (output.exit_code != 0) {
            const bool has_no_device = output.exit_code == kNoDeviceFound;
            Diagnostic problem(
                has_no_device ? kNoDevice : kManyLiveHosts, names[k].span,
                fmt::format("{} {}", output.host,
                            has_no_device ? "has no Tenstorrent device" : "cannot be asked for its devices"));
            for (const std::string_view line : support::split(support::trim(output.errors), '\n')) {
                if (!line.empty()) {
                    problem.note(std::string(line));
                }
            }
            sink.report(std::move(problem).help(
                has_no_device
                    ? "describe the hardware with --cluster"
                    : "tt-run must be there, at the same path as here, and ssh must not ask for anything"));
            continue;
        }
        auto cluster = topology::parse_cluster(
            support::make_source_text(fmt::format("<{}>", output.host), output.output),
            host.working_directory / "discovered.json", host, sink);
        if (cluster) {
            found.emplace_back(output.host == "localhost" ? host.hostname : output.host, *std::move(cluster));
        }
    }
    if (watch.saw_error()) {
        return std::nullopt;
    }
    auto joined = topology::join_clusters(found, support::join(hosts, ","), sink);
    return joined ? std::optional(PhysicalModel{ModelSource::live, *std::move(joined), {}}) : std::nullopt;
}

std::optional<PhysicalModel> restrict_to_hosts(const PhysicalModel& model,
                                               const std::vector<support::Spanned<std::string>>& names,
                                               const support::HostEnvironment& host, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    topology::Removal removal(model.cluster);
    removal.open_ends = true;
    removal.asics.assign(model.cluster.asics().size(), true);
    for (const support::Spanned<std::string>& name : names) {
        const std::string& wanted = name.value == "localhost" ? host.hostname : name.value;
        const auto found = model.cluster.find_host(wanted);
        if (!found) {
            sink.report(topology::unknown_host(kUnknownHost, name.span, wanted, model.cluster));
            continue;
        }
        const topology::Host& kept = model.cluster.host(*found);
        std::fill_n(removal.asics.begin() + kept.first_asic, kept.asic_count, false);
    }
    if (watch.saw_error()) {
        return std::nullopt;
    }
    auto cluster = topology::without(model.cluster, removal);
    if (!cluster) {
        return model;  // no names: nothing to leave out
    }
    PhysicalModel restricted{model.source, *std::move(cluster), {}};
    for (const auto& [path, index] : model.host_of_descriptor) {
        if (const auto kept = restricted.cluster.find_host(model.cluster.host(index).name)) {
            restricted.host_of_descriptor[path] = *kept;
        }
    }
    return restricted;
}

}  // namespace tt_run::launcher
