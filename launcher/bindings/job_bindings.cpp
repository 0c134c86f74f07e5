#include "launcher/bindings/job_bindings.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "launcher/bindings/mapping_files.hpp"
#include "launcher/bindings/mesh_ownership.hpp"
#include "launcher/bindings/mock_cluster.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"
#include "topology/mgd/load_mesh_graph.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;

namespace {

/// Reads the files of one job; its methods are the steps, in order.
class JobLoader {
  public:
    JobLoader(const support::HostEnvironment& host, bool skip_mgd_check, DiagnosticSink& sink)
        : host_(host), skip_mgd_check_(skip_mgd_check), sink_(sink) {}

    /// Adds the rows of one binding file as the next sub-context (or as all of the job).
    void add_bindings(const RankBindings& bindings, const fs::path& file, std::optional<int> subcontext) {
        const PathSearch search(host_, file);
        // A merged job has one MGD per overlay; rows may name their own only in a job of one file.
        std::map<fs::path, std::vector<const RankBinding*>> rows_of;
        mgd_paths_.clear();
        const int first_rank = static_cast<int>(job_.ranks.size());
        const auto shared = find_mgd(bindings.mesh_graph_desc_path, search);
        for (const RankBinding& row : bindings.rows) {
            const bool own = row.mesh_graph_desc_path && !subcontext;
            const auto mgd = own ? find_mgd(*row.mesh_graph_desc_path, search) : shared;
            BoundRank bound;
            bound.rank = {first_rank + row.rank.value.value};
            bound.mesh_id = row.mesh_id.value;
            if (row.mesh_host_rank) {
                bound.mesh_host_rank = row.mesh_host_rank->value;
            }
            bound.mesh_graph_descriptor = mgd.value_or(fs::path());
            bound.subcontext_id = subcontext;
            if (row.subcontext && !subcontext) {
                bound.subcontext_id = row.subcontext->id;
            }
            bound.env_overrides = row.env_overrides;
            bound.span = row.span;
            job_.ranks.push_back(std::move(bound));
            if (mgd) {
                rows_of[*mgd].push_back(&row);
            }
        }
        for (const auto& [mgd, rows] : rows_of) {
            check_against(mgd, rows);
        }
        merge_global_env(bindings.global_env);
        adopt(bindings, search);
        if (subcontext) {
            job_.subcontext_sizes.push_back(static_cast<int>(bindings.rows.size()));
        }
    }

    void add_mock_mapping(const Spanned<std::string>& written, const PathSearch& search) {
        const auto mock = load_mock_cluster(written, search, host_, sink_);
        if (!mock) {
            return;
        }
        for (const auto& [rank, descriptor] : mock->descriptors) {
            set_mock(rank, descriptor.path, descriptor.span);
        }
        if (mock->is_bare_descriptor && job_.ranks.size() > 1) {
            sink_.report(
                Diagnostic(
                    kMockRankMissing, written.span,
                    fmt::format("`{}` is one cluster descriptor, for rank 0 alone, but the job has {} ranks",
                                written.value, job_.ranks.size()))
                    .help("write a mapping with `rank_to_cluster_mock_cluster_desc: {0: path, 1: path, "
                          "...}`"));
            return;
        }
        for (const BoundRank& rank : job_.ranks) {
            if (!mock->descriptors.contains(rank.rank)) {
                sink_.report(Diagnostic(kMockRankMissing, written.span,
                                        fmt::format("`{}` has no cluster descriptor for rank {}",
                                                    written.value, rank.rank.value))
                                 .also(rank.span, "this rank")
                                 .help(fmt::format("add `{}: PATH` to the mapping", rank.rank.value)));
            }
        }
    }

    void add_mock_mapping_named_in_file() {
        if (mock_named_in_file_) {
            add_mock_mapping(mock_named_in_file_->first, mock_named_in_file_->second);
        }
    }

    void add_factory_descriptor(const Spanned<std::string>& written, const PathSearch& search) {
        job_.factory_system_descriptor = search.find_or_report(written, "factory system descriptor", sink_);
    }

    support::SourceTextPtr load(const fs::path& path, const Spanned<std::string>& written) {
        auto source = support::load_source_text(path, shown(path, written.value));
        if (!source) {
            sink_.report(Diagnostic(kFileUnreadable, written.span, source.error().message()));
            return nullptr;
        }
        return *std::move(source);
    }

    JobBindings finish() {
        std::stable_sort(job_.ranks.begin(), job_.ranks.end(),
                         [](const BoundRank& a, const BoundRank& b) { return a.rank < b.rank; });
        return std::move(job_);
    }

  private:
    /// A file is called what the user called it, if that is where it lies; else by its whole path.
    std::string shown(const fs::path& path, const std::string& written) const {
        return (host_.working_directory / written).lexically_normal() == path ? written : path.string();
    }

    std::optional<fs::path> find_mgd(const Spanned<std::string>& written, const PathSearch& search) {
        if (const auto known = mgd_paths_.find(written.value); known != mgd_paths_.end()) {
            return known->second;
        }
        std::optional<fs::path> found =
            skip_mgd_check_ ? search.find(written.value).value_or(search.assume(written.value))
                            : search.find_or_report(written, "Mesh Graph Descriptor", sink_);
        return mgd_paths_[written.value] = found;
    }

    void check_against(const fs::path& mgd, const std::vector<const RankBinding*>& rows) {
        if (skip_mgd_check_) {
            return;
        }
        const fs::path below = mgd.lexically_proximate(host_.working_directory);
        const Spanned<std::string> written{(*below.begin() == ".." ? mgd : below).string(),
                                           rows.front()->span};
        const support::SourceTextPtr source = load(mgd, written);
        const auto graph =
            source ? topology::load_mesh_graph(source, topology::MgdProfile::library, sink_) : std::nullopt;
        if (graph) {
            check_ownership(rows, *graph, sink_);
        }
    }

    void merge_global_env(const std::vector<EnvironmentEntry>& entries) {
        for (const EnvironmentEntry& entry : entries) {
            const auto [known, is_new] = global_names_.emplace(entry.name.value, job_.global_env.size());
            if (is_new) {
                job_.global_env.push_back(entry);
                continue;
            }
            const EnvironmentEntry& same = job_.global_env[known->second];
            if (same.value.value != entry.value.value) {
                sink_.report(Diagnostic(kSubcontextConflict, entry.value.span,
                                        fmt::format("`{}` in `global_env` has another value in another "
                                                    "sub-context; merged, they must agree",
                                                    entry.name.value))
                                 .also(same.value.span, "the other value")
                                 .help("move it to `env_overrides` of the ranks concerned"));
            }
        }
    }

    /// Descriptors that a binding file itself names; the command line's are added later and win.
    void adopt(const RankBindings& bindings, const PathSearch& search) {
        if (bindings.factory_system_descriptor_path) {
            add_factory_descriptor(*bindings.factory_system_descriptor_path, search);
        }
        if (bindings.mock_cluster_rank_binding) {
            mock_named_in_file_.emplace(*bindings.mock_cluster_rank_binding, search);
        }
    }

    void set_mock(job::Rank rank, const fs::path& descriptor, const support::Span& span) {
        const auto found = rank_positions().find(rank);
        if (found == rank_positions().end()) {
            sink_.report(Diagnostic(kMockRankUnknown, span,
                                    fmt::format("there is no rank {} in this job of {}", rank.value,
                                                job_.ranks.size()))
                             .help("remove this entry, or add the rank to the bindings"));
            return;
        }
        job_.ranks[found->second].mock_cluster_descriptor = descriptor;
    }

    /// Where each rank stands in `job_.ranks`, once all of them do.
    const std::map<job::Rank, std::size_t>& rank_positions() {
        for (std::size_t k = rank_positions_.size(); k < job_.ranks.size(); ++k) {
            rank_positions_.emplace(job_.ranks[k].rank, k);
        }
        return rank_positions_;
    }

    const support::HostEnvironment& host_;
    bool skip_mgd_check_;
    DiagnosticSink& sink_;
    JobBindings job_;
    std::map<std::string, std::size_t> global_names_;  ///< where each stands in `job_.global_env`
    std::map<job::Rank, std::size_t> rank_positions_;
    /// Of the file at hand, so that a path named by many rows is searched, and reported, once.
    std::map<std::string, std::optional<fs::path>> mgd_paths_;
    std::optional<std::pair<Spanned<std::string>, PathSearch>> mock_named_in_file_;
};

void add_file(JobLoader& loader, const fs::path& path, const Spanned<std::string>& written,
              std::optional<int> subcontext, DiagnosticSink& sink) {
    const support::SourceTextPtr source = loader.load(path, written);
    const auto bindings = source ? parse_rank_bindings(source, sink) : std::nullopt;
    if (bindings) {
        loader.add_bindings(*bindings, path, subcontext);
    }
}

void add_mapping(JobLoader& loader, const support::SourceTextPtr& source, const fs::path& path,
                 const support::HostEnvironment& host, DiagnosticSink& sink) {
    const auto overlays = parse_rank_bindings_mapping(source, sink);
    if (!overlays) {
        return;
    }
    const PathSearch search(host, path);
    for (const SubcontextOverlay& overlay : *overlays) {
        // Here, unlike everywhere else, the mapping's own directory comes first.
        std::error_code failure;
        const fs::path beside = (path.parent_path() / host.with_home(overlay.path.value)).lexically_normal();
        const auto found = fs::is_regular_file(beside, failure)
                               ? std::optional(beside)
                               : search.find_or_report(overlay.path, "rank-binding file", sink);
        if (found) {
            add_file(loader, *found,
                     {beside.lexically_proximate(host.working_directory).string(), overlay.path.span},
                     overlay.id, sink);
        }
    }
}

}  // namespace

std::optional<JobBindings> load_job_bindings(const BindingSources& sources,
                                             const support::HostEnvironment& host, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const PathSearch command_line(host, {});
    JobLoader loader(host, sources.skip_mgd_check, sink);
    if (sources.rank_bindings_mapping) {
        const auto path =
            command_line.find_or_report(*sources.rank_bindings_mapping, "rank-bindings mapping", sink);
        if (const auto source = path ? loader.load(*path, *sources.rank_bindings_mapping) : nullptr) {
            add_mapping(loader, source, *path, host, sink);
        }
    } else if (sources.rank_binding) {
        if (const auto path = command_line.find_or_report(*sources.rank_binding, "rank-binding file", sink)) {
            add_file(loader, *path, *sources.rank_binding, std::nullopt, sink);
        }
    }
    if (!watch.saw_error()) {
        sources.mock_cluster_mapping ? loader.add_mock_mapping(*sources.mock_cluster_mapping, command_line)
                                     : loader.add_mock_mapping_named_in_file();
    }
    if (sources.factory_system_descriptor) {
        loader.add_factory_descriptor(*sources.factory_system_descriptor, command_line);
    }
    return watch.saw_error() ? std::nullopt : std::optional(loader.finish());
}

std::size_t check_rank_bindings(const support::SourceTextPtr& source, const fs::path& file,
                                const support::HostEnvironment& host, DiagnosticSink& sink) {
    JobLoader loader(host, false, sink);
    if (const auto bindings = parse_rank_bindings(source, sink)) {
        loader.add_bindings(*bindings, file, std::nullopt);
    }
    return loader.finish().ranks.size();
}

std::size_t check_rank_bindings_mapping(const support::SourceTextPtr& source, const fs::path& file,
                                        const support::HostEnvironment& host, DiagnosticSink& sink) {
    JobLoader loader(host, false, sink);
    add_mapping(loader, source, (host.working_directory / file).lexically_normal(), host, sink);
    return loader.finish().ranks.size();
}

}  // namespace tt_run::launcher
