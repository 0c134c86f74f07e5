#include "topology/physical/load_cluster.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/file.hpp"
#include "support/spelling.hpp"
#include "support/text.hpp"
#include "topology/physical/cabling_descriptor.hpp"
#include "topology/physical/cabling_union.hpp"
#include "topology/physical/cluster_file.hpp"
#include "topology/physical/cluster_mapping.hpp"
#include "topology/physical/deployment_descriptor.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/saved_cluster.hpp"
#include "topology/physical/synthetic_system.hpp"
#include "topology/physical/system_descriptor.hpp"
#include "topology/physical/umd_join.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;
using support::Span;
namespace fs = std::filesystem;

namespace {

std::string host_name_of(const UmdDescriptor& descriptor, const fs::path& path) {
    if (!descriptor.cluster_id.empty()) {
        return descriptor.cluster_id;
    }
    const std::string extension = path.extension().string();
    return (extension == ".yaml" || extension == ".yml" || extension == ".json" ? path.stem()
                                                                                : path.filename())
        .string();
}

class Loader {
  public:
    Loader(const support::HostEnvironment& host, DiagnosticSink& sink) : host_(host), sink_(sink) {}

    std::optional<Cluster> load(const Span& argument) {
        const std::string text(support::trim(argument.text()));
        const fs::path path = in_working_directory(text);
        std::error_code ignored;
        if (fs::is_directory(path, ignored)) {
            return load_directory(path, argument);
        }
        if (fs::exists(path, ignored)) {
            return load_one(path, text, argument);
        }
        // `*` and `@` are in no path that anybody writes, but in most synthetic systems, misspelt ones too.
        const bool is_path = text.find_first_of("/,") != std::string::npos;
        if (looks_synthetic(text) || (!is_path && text.find_first_of("*@") != std::string::npos)) {
            return build_synthetic(argument, sink_);
        }
        if (text.find(',') != std::string::npos) {
            return load_list(argument);
        }
        report_missing(text, argument);
        return std::nullopt;
    }

    std::optional<Cluster> understand(ClusterFile file) {
        if (file.kind == ClusterFileKind::mapping) {
            return load_mapping(file);
        }
        std::vector<ClusterFile> files;
        files.push_back(std::move(file));
        return join(std::move(files), {});
    }

  private:
    fs::path in_working_directory(const std::string& text) const {
        return (host_.working_directory / host_.with_home(text)).lexically_normal();
    }

    void report_missing(const std::string& text, const Span& place) {
        std::vector<std::string_view> words;
        const std::vector<SyntheticWord> known = synthetic_words();
        for (const SyntheticWord& word : known) {
            words.push_back(word.word);
        }
        const std::string base = text.substr(0, text.find_first_of("*@"));
        const auto near = support::nearest_spelling(base, words);
        Diagnostic missing(kClusterUnreadable, place,
                           fmt::format("`{}` is neither a file nor a known system", text));
        missing.help(near ? fmt::format("did you mean the system `{}`?", *near)
                          : "`tt-run show --list` prints the systems known by name");
        sink_.report(std::move(missing));
    }

    std::optional<ClusterFile> read(const fs::path& path, const std::string& shown_as, const Span& place) {
        support::Result<SourceTextPtr> source = support::load_source_text(path, shown_as);
        if (!source) {
            sink_.report(Diagnostic(kClusterUnreadable, place, source.error().message()));
            return std::nullopt;
        }
        return parse_cluster_file(*source, path, sink_);
    }

    std::optional<Cluster> load_one(const fs::path& path, const std::string& shown_as, const Span& place) {
        std::optional<ClusterFile> file = read(path, shown_as, place);
        return file ? understand(*std::move(file)) : std::nullopt;
    }

    std::optional<Cluster> load_list(const Span& argument) {
        const support::ErrorWatch watch(sink_);
        std::vector<ClusterFile> files;
        for (const Span& piece : support::split_span(argument, ',')) {
            const std::string text(piece.text());
            const fs::path path = in_working_directory(text);
            std::error_code ignored;
            if (text.empty() || !fs::exists(path, ignored)) {
                report_missing(text, piece);
            } else if (auto file = read(path, text, piece)) {
                files.push_back(*std::move(file));
            }
        }
        return watch.saw_error() ? std::nullopt : join(std::move(files), argument);
    }

    std::optional<Cluster> load_mapping(const ClusterFile& mapping) {
        const support::ErrorWatch watch(sink_);
        const auto rows = read_mapping(mapping.yaml, sink_);
        if (!rows) {
            return std::nullopt;
        }
        std::vector<HostDescriptor> hosts;
        for (const MappedDescriptor& row : *rows) {
            const auto path = find_mapped_file(row, mapping.path.parent_path(), host_, sink_);
            const auto file = path ? read(*path, shown(*path), row.path.span) : std::nullopt;
            if (!file) {
                continue;
            }
            if (file->kind != ClusterFileKind::umd_descriptor) {
                sink_.report(Diagnostic(kClusterUnknownKind, row.path.span,
                                        fmt::format("`{}` is a {}; a mapping lists cluster descriptors",
                                                    row.path.value, name_of(file->kind))));
                continue;
            }
            if (auto descriptor = read_umd_descriptor(file->source, file->yaml, sink_)) {
                std::string name = host_name_of(*descriptor, *path);
                hosts.push_back({*std::move(descriptor), std::move(name), row.rank, {}});
            }
        }
        if (watch.saw_error()) {
            return std::nullopt;
        }
        return join_umd_descriptors(std::move(hosts), Origin::imported, mapping.source->name(), sink_);
    }

    /// Below the working directory a path is shown relative to it.
    std::string shown(const fs::path& path) const {
        const fs::path normal = path.lexically_normal();
        const fs::path relative = normal.lexically_relative(host_.working_directory);
        const bool below = !relative.empty() && *relative.begin() != "..";
        return (below ? relative : normal).string();
    }

    std::optional<Cluster> load_directory(const fs::path& directory, const Span& argument) {
        const support::ErrorWatch watch(sink_);
        std::vector<fs::path> paths;
        std::error_code failure;
        for (fs::directory_iterator at(directory, failure), end; !failure && at != end;
             at.increment(failure)) {
            const std::string extension = at->path().extension().string();
            std::error_code ignored;
            if (at->is_regular_file(ignored) && (extension == ".yaml" || extension == ".yml" ||
                                                 extension == ".json" || has_text_extension(at->path()))) {
                paths.push_back(at->path());
            }
        }
        if (failure) {
            sink_.report(Diagnostic(kClusterUnreadable, argument,
                                    fmt::format("reading the directory: {}", failure.message())));
            return std::nullopt;
        }
        std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) {
            return natural_less(a.filename().string(), b.filename().string());
        });
        std::vector<ClusterFile> files;
        std::vector<std::size_t> mappings;
        for (const fs::path& path : paths) {
            if (auto file = read_if_known(path, argument)) {
                if (file->kind == ClusterFileKind::mapping) {
                    mappings.push_back(files.size());
                }
                files.push_back(*std::move(file));
            }
        }
        if (watch.saw_error()) {
            return std::nullopt;
        }
        if (mappings.size() == 1) {
            return load_mapping(files[mappings.front()]);
        }
        if (files.empty() || mappings.size() > 1) {
            sink_.report(Diagnostic(
                kClusterUnknownKind, argument,
                files.empty()
                    ? std::string("this directory holds no description of hardware")
                    : fmt::format("this directory holds {} mappings; name one of them", mappings.size())));
            return std::nullopt;
        }
        return join(std::move(files), argument);
    }

    /// Other files may lie beside the descriptions (bindings, mesh graphs); they are none of our business.
    std::optional<ClusterFile> read_if_known(const fs::path& path, const Span& argument) {
        support::Result<SourceTextPtr> source = support::load_source_text(path, shown(path));
        if (!source) {
            sink_.report(Diagnostic(kClusterUnreadable, argument, source.error().message()));
            return std::nullopt;
        }
        return recognise_cluster_file(*source) ? parse_cluster_file(*source, path, sink_) : std::nullopt;
    }

    std::optional<Cluster> join(std::vector<ClusterFile> files, const Span& argument) {
        const auto count = [&](ClusterFileKind kind) {
            return static_cast<std::size_t>(std::count_if(
                files.begin(), files.end(), [&](const ClusterFile& file) { return file.kind == kind; }));
        };
        const auto first = [&](ClusterFileKind kind) {
            return std::find_if(files.begin(), files.end(),
                                [&](const ClusterFile& file) { return file.kind == kind; });
        };
        if (count(ClusterFileKind::umd_descriptor) == files.size()) {
            return join_descriptors(files, argument);
        }
        const std::size_t cablings = count(ClusterFileKind::cabling_descriptor);
        const std::size_t deployments = count(ClusterFileKind::deployment_descriptor);
        if (cablings >= 1 && deployments <= 1 && cablings + deployments == files.size()) {
            const auto deployment = first(ClusterFileKind::deployment_descriptor);
            return lay_cables(files, deployment == files.end() ? nullptr : &deployment->message, argument);
        }
        if (files.size() != 1) {
            Diagnostic mixed(kClusterUnknownKind, argument, "these files do not make up one cluster");
            for (const ClusterFile& file : files) {
                mixed.note(fmt::format("`{}` is a {}", file.source->name(), name_of(file.kind)));
            }
            sink_.report(std::move(
                mixed.help("give cluster descriptors of several hosts, or cabling descriptors with their "
                           "deployment")));
            return std::nullopt;
        }
        return read_single(files.front());
    }

    std::optional<Cluster> lay_cables(const std::vector<ClusterFile>& files, const TextMessage* deployment,
                                      const Span& argument) {
        std::vector<const TextMessage*> cablings;
        for (const ClusterFile& file : files) {
            if (file.kind == ClusterFileKind::cabling_descriptor) {
                cablings.push_back(&file.message);
            }
        }
        const std::optional<TextMessage> cabling = unite_cablings(cablings, sink_);
        return cabling ? read_cabling_descriptor(*cabling, deployment, sink_, source_of(files, argument))
                       : std::nullopt;
    }

    std::optional<Cluster> read_single(const ClusterFile& file) {
        switch (file.kind) {
            case ClusterFileKind::physical_system_descriptor:
                return read_physical_system_descriptor(file.message, sink_);
            case ClusterFileKind::physical_system_dump:
                return read_physical_system_dump(file.source, file.yaml, sink_);
            case ClusterFileKind::factory_system_descriptor:
                return read_factory_system_descriptor(file.message, sink_);
            case ClusterFileKind::saved_cluster:
                return read_saved_cluster(file.source, sink_);
            case ClusterFileKind::mapping:
                return load_mapping(file);
            case ClusterFileKind::deployment_descriptor:
                return read_deployment_descriptor(file.message, sink_);
            case ClusterFileKind::umd_descriptor:
            case ClusterFileKind::cabling_descriptor:
                break;  // joined by the caller
        }
        return std::nullopt;
    }

    std::optional<Cluster> join_descriptors(const std::vector<ClusterFile>& files, const Span& argument) {
        const support::ErrorWatch watch(sink_);
        std::vector<HostDescriptor> hosts;
        for (const ClusterFile& file : files) {
            if (auto descriptor = read_umd_descriptor(file.source, file.yaml, sink_)) {
                std::string name = host_name_of(*descriptor, file.path);
                hosts.push_back({*std::move(descriptor), std::move(name), std::nullopt, {}});
            }
        }
        if (watch.saw_error()) {
            return std::nullopt;
        }
        return join_umd_descriptors(std::move(hosts), Origin::imported, source_of(files, argument), sink_);
    }

    /// What the user wrote for all of the files.
    static std::string source_of(const std::vector<ClusterFile>& files, const Span& argument) {
        return argument ? std::string(argument.text()) : files.front().source->name();
    }

    const support::HostEnvironment& host_;
    DiagnosticSink& sink_;
};

}  // namespace

std::optional<Cluster> parse_cluster(const SourceTextPtr& text, const fs::path& path,
                                     const support::HostEnvironment& host, DiagnosticSink& sink) {
    std::optional<ClusterFile> file = parse_cluster_file(text, path, sink);
    return file ? Loader(host, sink).understand(*std::move(file)) : std::nullopt;
}

std::optional<Cluster> load_cluster(const Span& argument, const support::HostEnvironment& host,
                                    DiagnosticSink& sink) {
    return Loader(host, sink).load(argument);
}

std::optional<Cluster> load_cluster(std::string_view argument, const support::HostEnvironment& host,
                                    DiagnosticSink& sink) {
    const SourceTextPtr source = support::make_source_text("<--cluster>", std::string(argument));
    return load_cluster(Span{source, 0, argument.size()}, host, sink);
}

}  // namespace tt_run::topology
