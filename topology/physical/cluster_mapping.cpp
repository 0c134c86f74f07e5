#include "topology/physical/cluster_mapping.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::YamlEntry;
using support::YamlNode;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKeys[] = {"rank_to_cluster_mock_cluster_desc", "rank_to_filename"};
constexpr std::size_t kMostPlacesShown = 3;

const YamlNode* body_of(const YamlNode& root) {
    for (const std::string_view key : kKeys) {
        if (const YamlNode* found = root.find(key)) {
            return found;
        }
    }
    return nullptr;
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

/// Files were moved into sub-folders after their mapping was written: `x_desc_rank_0.yaml` into `x_desc`.
/// Only folders that the file's name begins with are looked into, so that no stranger's file of the same name
/// is found.
void add_sub_folders(const fs::path& directory, const fs::path& name, std::vector<fs::path>& places) {
    const std::string stem = name.stem().string();
    std::error_code failure;
    std::vector<fs::path> found;
    for (fs::directory_iterator at(directory, failure), end; !failure && at != end; at.increment(failure)) {
        const std::string folder = at->path().filename().string();
        std::error_code ignored;
        if (stem.starts_with(folder) && at->is_directory(ignored)) {
            found.push_back(at->path() / name);
        }
    }
    std::sort(found.begin(), found.end());
    places.insert(places.end(), found.begin(), found.end());
}

std::vector<fs::path> places_of(const fs::path& path, const fs::path& directory,
                                const support::HostEnvironment& host) {
    if (path.is_absolute()) {
        return {path};
    }
    std::vector<fs::path> places;
    if (const auto home = host.non_empty_variable("TT_METAL_HOME")) {
        places.push_back(fs::path(*home) / path);
    }
    places.push_back(host.working_directory / path);
    places.push_back(directory / path);
    places.push_back(directory / path.filename());
    places.push_back(directory / path.parent_path().filename() / path.filename());
    places.push_back(directory.parent_path() / path.parent_path().filename() / path.filename());
    add_sub_folders(directory, path.filename(), places);
    add_sub_folders(directory.parent_path(), path.filename(), places);
    std::vector<fs::path> distinct;
    for (const fs::path& place : places) {
        fs::path normal = place.lexically_normal();
        if (std::find(distinct.begin(), distinct.end(), normal) == distinct.end()) {
            distinct.push_back(std::move(normal));
        }
    }
    return distinct;
}

}  // namespace

bool looks_like_mapping(const YamlNode& root) {
    return body_of(root) != nullptr;
}

std::optional<std::vector<MappedDescriptor>> read_mapping(const YamlNode& root, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    std::vector<MappedDescriptor> rows;
    std::vector<support::Span> places;
    const auto take = [&](const std::optional<std::uint64_t>& rank, const support::Span& place,
                          const YamlNode* path) {
        const auto name = path == nullptr ? std::nullopt : read_word(*path, "path of a descriptor", sink);
        if (rank && name) {
            rows.push_back({static_cast<std::uint32_t>(*rank), {*name, path->span}});
            places.push_back(place);
        }
    };
    const YamlNode& body = *body_of(root);
    for (const YamlEntry& entry : body.entries) {
        const auto rank = parse_number(entry.key.value);
        if (!rank || *rank > UINT32_MAX) {
            sink.report(
                Diagnostic(kClusterBadValue, entry.key.span,
                           fmt::format("`{}` is no rank; expected a number from 0", entry.key.value)));
            continue;
        }
        take(rank, entry.key.span, &entry.value);
    }
    for (const YamlNode& item : body.items) {
        const YamlNode* rank = require(item, "rank", sink);
        const YamlNode* path = item.find("filename") != nullptr ? item.find("filename") : item.find("path");
        if (path == nullptr) {
            require(item, "filename", sink);
        }
        if (rank != nullptr) {
            take(read_number(*rank, "rank", sink, UINT32_MAX), rank->span, path);
        }
    }
    if (rows.empty() && !watch.saw_error()) {
        sink.report(Diagnostic(kClusterEmpty, body.span, "this mapping lists no descriptor"));
    }
    for (std::size_t k = 0; k < rows.size(); ++k) {
        for (std::size_t j = 0; j < k; ++j) {
            if (rows[j].rank == rows[k].rank) {
                sink.report(Diagnostic(kDuplicateRank, places[k],
                                       fmt::format("rank {} is mapped twice; each rank has one descriptor",
                                                   rows[k].rank))
                                .also(places[j], "first here"));
                break;
            }
        }
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const MappedDescriptor& a, const MappedDescriptor& b) { return a.rank < b.rank; });
    return watch.saw_error() ? std::nullopt : std::optional(std::move(rows));
}

std::optional<fs::path> find_mapped_file(const MappedDescriptor& mapped, const fs::path& mapping_directory,
                                         const support::HostEnvironment& host, DiagnosticSink& sink) {
    const std::vector<fs::path> places = places_of(mapped.path.value, mapping_directory, host);
    for (const fs::path& place : places) {
        if (is_file(place)) {
            return place;
        }
    }
    Diagnostic missing(kClusterUnreadable, mapped.path.span,
                       fmt::format("there is no file `{}`", mapped.path.value));
    for (std::size_t k = 0; k < std::min(places.size(), kMostPlacesShown); ++k) {
        missing.note(fmt::format("looked for `{}`", places[k].string()));
    }
    if (!host.non_empty_variable("TT_METAL_HOME")) {
        missing.help("set TT_METAL_HOME if the path is relative to a tt-metal checkout");
    }
    sink.report(std::move(missing));
    return std::nullopt;
}

}  // namespace tt_run::topology
