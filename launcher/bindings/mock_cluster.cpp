#include "launcher/bindings/mock_cluster.hpp"

#include "launcher/bindings/mapping_files.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::DiagnosticSink;
using support::Spanned;

namespace {

std::optional<fs::path> find_descriptor(const Spanned<std::string>& written, const fs::path& mapping,
                                        const PathSearch& search, DiagnosticSink& sink) {
    if (auto found = search.find(written.value)) {
        return found;
    }
    if (auto beside = search.find((mapping.parent_path() / fs::path(written.value).filename()).string())) {
        return beside;
    }
    return search.find_or_report(written, "cluster descriptor", sink);
}

}  // namespace

std::vector<fs::path> MockCluster::paths() const {
    std::vector<fs::path> paths;
    for (const auto& [rank, descriptor] : descriptors) {
        paths.push_back(descriptor.path);
    }
    return paths;
}

std::optional<MockCluster> load_mock_cluster(const Spanned<std::string>& written, const PathSearch& search,
                                             const support::HostEnvironment& host, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const auto path = search.find_or_report(written, "mock cluster mapping", sink);
    if (!path) {
        return std::nullopt;
    }
    const bool as_written = (host.working_directory / written.value).lexically_normal() == *path;
    const auto source = support::load_source_text(*path, as_written ? written.value : path->string());
    if (!source) {
        sink.report(support::Diagnostic(kFileUnreadable, written.span, source.error().message()));
        return std::nullopt;
    }
    const auto mapping = parse_mock_cluster_mapping(*source, sink);
    if (!mapping) {
        return std::nullopt;
    }
    MockCluster cluster;
    cluster.is_bare_descriptor = mapping->is_bare_descriptor;
    if (mapping->is_bare_descriptor) {
        cluster.descriptors[job::Rank{0}] = {*path, written.span};
        return cluster;
    }
    const PathSearch entries(host, *path);
    for (const auto& [rank, descriptor] : mapping->descriptors) {
        if (const auto found = find_descriptor(descriptor, *path, entries, sink)) {
            cluster.descriptors[rank] = {*found, descriptor.span};
        }
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(cluster));
}

}  // namespace tt_run::launcher
