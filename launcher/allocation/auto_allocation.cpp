#include "launcher/allocation/auto_allocation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "launcher/allocation/allocation_cache.hpp"
#include "launcher/allocation/allocation_helper.hpp"
#include "launcher/allocation/fingerprint.hpp"
#include "launcher/allocation/generate_bindings.hpp"
#include "launcher/bindings/job_mesh_graphs.hpp"
#include "launcher/bindings/mock_cluster.hpp"
#include "launcher/bindings/path_search.hpp"
#include "launcher/bindings/physical_model.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/counted.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "topology/mapping/ideal_cluster.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;
using support::DiagnosticSink;
using support::Spanned;

namespace {

/// Its methods are the steps of phase 1, in order; each returns false when it reported an error.
class Allocator {
  public:
    Allocator(const AllocationRequest& request, const support::HostEnvironment& host, DiagnosticSink& sink)
        : request_(request), host_(host), sink_(sink), cache_(allocation_directory(host)) {}

    std::optional<Allocation> allocate() {
        if (!read_inputs() || !look_at_hardware() || !compute_key()) {
            return std::nullopt;
        }
        if (request_.dry_run) {
            return dry_run();
        }
        support::Result<LockedAllocation> entry = cache_.lock(key_);
        if (!entry) {
            return refuse(entry.error());
        }
        const CacheState state = entry->check(request_.mock.has_value(), digest_);
        if (state == CacheState::valid && !request_.force) {
            return describe(entry->directory(), true);
        }
        if (const auto cleared = entry->invalidate(); !cleared) {
            return refuse(cleared.error());
        }
        if (!keep_inputs(entry->directory()) || !work_out(entry->directory())) {
            return std::nullopt;
        }
        if (const auto kept = entry->commit(digest_); !kept) {
            return refuse(kept.error());
        }
        if (const CacheState now = entry->check(request_.mock.has_value(), digest_);
            now != CacheState::valid) {
            sink_.report(
                Diagnostic(kHelperFailed, helper_place(),
                           fmt::format("`{}` left its results {}", request_.helper->value, name_of(now))));
            if (const auto cleared = entry->invalidate(); !cleared) {
                return refuse(cleared.error());
            }
            return std::nullopt;
        }
        return describe(entry->directory(), false);
    }

  private:
    std::nullopt_t refuse(const support::Error& error) {
        sink_.report(
            Diagnostic(kAllocationFailed, mesh_graph_place(), error.message())
                .help("the ranks that are worked out are kept in `generated/ttrun` below the directory "
                      "that tt-run is started in; start it in another"));
        return std::nullopt;
    }

    support::Span mesh_graph_place() const {
        return request_.mesh_graph ? request_.mesh_graph->span : request_.mesh_graph_mapping->span;
    }
    support::Span helper_place() const { return request_.helper ? request_.helper->span : support::Span{}; }

    bool read_inputs() {
        const support::ErrorWatch watch(sink_);
        const PathSearch search(host_, {});
        job_ = load_job_mesh_graphs(request_.mesh_graph, request_.mesh_graph_mapping, host_, sink_);
        if (request_.mock) {
            mock_ = load_mock_cluster(*request_.mock, search, host_, sink_);
        }
        if (request_.factory_system) {
            factory_system_ =
                search.find_or_report(*request_.factory_system, "factory system descriptor", sink_);
        }
        if (request_.helper) {
            helper_ = search.find_or_report(*request_.helper, "phase 1 helper", sink_);
        }
        return !watch.saw_error();
    }

    /// The helper looks for itself; then what cannot be read here is no error.
    bool look_at_hardware() {
        const support::ErrorWatch watch(sink_);
        DiagnosticSink unsaid;
        DiagnosticSink& sink = request_.helper ? unsaid : sink_;
        if (request_.cluster) {
            model_ = load_named_model(*request_.cluster, host_, sink_);
        } else if (request_.made_to_measure) {
            make_to_measure();
        } else if (mock_) {
            model_ = load_mock_model(mock_->paths(), host_, sink);
        } else if (is_this_host()) {
            model_ = discover_model(host_, false, sink);
        } else if (!request_.helper && !request_.dry_run) {
            model_ = discover_hosts(request_.hosts, false, host_, sink_);
        }
        if (model_ && request_.cluster && !request_.hosts.empty()) {
            model_ = restrict_to_hosts(*model_, request_.hosts, host_, sink_);
        }
        if (model_) {
            digest_ = digest_of(model_->cluster);
        }
        return !watch.saw_error();
    }

    void make_to_measure() {
        if (auto ideal = topology::build_ideal_cluster(merge_mesh_graphs(*job_).graph, sink_)) {
            model_ = PhysicalModel{ModelSource::named, std::move(ideal->cluster), {}};
            made_mapping_ = std::move(ideal->mapping);
        }
    }

    bool is_this_host() const {
        return request_.hosts.size() == 1 &&
               (request_.hosts[0].value == "localhost" || request_.hosts[0].value == host_.hostname);
    }

    std::vector<std::string> host_names() const {
        std::vector<std::string> names;
        for (const Spanned<std::string>& host : request_.hosts) {
            names.push_back(host.value);
        }
        std::sort(names.begin(), names.end());
        return names;
    }

    bool compute_key() {
        AllocationInputs inputs;
        for (const SubcontextGraph& part : job_->parts) {
            inputs.mesh_graphs.emplace_back(part.id, part.graph.source->text());
        }
        if (job_->mapping) {
            inputs.mapping = job_->mapping->text();
        }
        inputs.hosts = host_names();
        const support::ErrorWatch watch(sink_);
        if (mock_) {
            for (const auto& [rank, descriptor] : mock_->descriptors) {
                inputs.mock_descriptors.emplace_back(rank.value, read(descriptor.path, descriptor.span));
            }
        }
        if (factory_system_) {
            inputs.factory_system = read(*factory_system_, request_.factory_system->span);
        }
        if (request_.cluster || request_.made_to_measure) {
            inputs.named_cluster = digest_;
        }
        key_ = fingerprint(inputs);
        return !watch.saw_error();
    }

    std::string read(const fs::path& path, const support::Span& place) {
        support::Result<std::string> text = support::read_file(path);
        if (!text) {
            sink_.report(Diagnostic(kFileUnreadable, place, text.error().message()));
        }
        return text ? *std::move(text) : "";
    }

    std::optional<Allocation> dry_run() {
        const fs::path directory = cache_.directory_of(key_);
        const CacheState state = check_allocation(directory, key_, request_.mock.has_value(), digest_);
        if (state == CacheState::valid && !request_.force) {
            return describe(directory, true);
        }
        if (!model_ && !request_.helper && is_this_host()) {
            report_no_device();
            return std::nullopt;
        }
        Allocation planned;
        planned.only_planned = true;
        planned.told = fmt::format(
            "# phase 1 would work out the ranks of this job and keep them in\n#   {}\n", directory.string());
        if (request_.helper) {
            const HelperRun run = helper_run(directory);
            const std::vector<std::string> hosts = host_names();
            const std::size_t processes = hosts.empty() ? mock_->descriptors.size() : hosts.size();
            planned.told +=
                fmt::format("# by {} of the helper{}:\n", support::counted(processes, "process"),
                            hosts.empty() ? " here" : ", one on each of " + support::join(hosts, ", "));
            std::vector<std::string> words;
            for (const std::string& word : helper_command(run)) {
                words.push_back(support::shell_quoted(word));
            }
            planned.told += "#   " + support::join(words, " ") + "\n";
        } else if (model_) {
            planned.told += fmt::format("# on the hardware of {}\n", model_->cluster.source());
        } else {
            const std::vector<std::string> hosts = host_names();
            planned.told +=
                fmt::format("# from {} of `tt-run discover --format cluster`, one on each of {}\n",
                            support::counted(hosts.size(), "process"), support::join(hosts, ", "));
        }
        planned.told += "# which ranks there are is known only then\n";
        return planned;
    }

    HelperRun helper_run(const fs::path& directory) const {
        return {*helper_,
                *job_,
                mock_ ? std::vector<std::string>{} : host_names(),
                mock_.value_or(MockCluster{}),
                factory_system_,
                directory};
    }

    bool keep_inputs(const fs::path& directory) {
        const fs::path input = job_->by_subcontext() ? job_->mapping_path : job_->parts.front().path;
        const support::SourceTextPtr text =
            job_->by_subcontext() ? job_->mapping : job_->parts.front().graph.source;
        std::vector<OutputFile> files{{"mgd" + input.extension().string(), std::string(text->text())}};
        if (!request_.hosts.empty()) {
            std::string hosts;
            for (const std::string& name : host_names()) {
                hosts += name + " slots=1\n";
            }
            files.push_back({"hostfile", hosts});
        }
        const auto written = write_files(directory, files);
        if (!written) {
            refuse(written.error());
        }
        return written.has_value();
    }

    bool work_out(const fs::path& directory) {
        if (request_.helper) {
            return run_helper(helper_run(directory), host_, helper_place(), sink_);
        }
        if (!model_ || model_->source == ModelSource::live) {
            // Only for a new allocation: the vendor's tool, which tells the links, takes its time.
            model_ = is_this_host() ? discover_model(host_, true, sink_)
                                    : discover_hosts(request_.hosts, true, host_, sink_);
        }
        if (!model_) {
            if (is_this_host()) {
                report_no_device();
            }
            return false;
        }
        const support::ErrorWatch watch(sink_);
        GenerationOptions options;
        // A cluster that is only described may call its hosts what it likes; --hosts says that they are
        // meant.
        options.run_here = request_.hosts.empty();
        options.mapping = made_mapping_;
        const Generation generation = generate_bindings(*job_, *model_, options, host_, sink_);
        if (generation.solutions.empty()) {
            if (!watch.saw_error()) {
                sink_.report(Diagnostic(kAllocationFailed, mesh_graph_place(),
                                        "which rank goes where could not be worked out")
                                 .help("write a binding file and give it with --rank-binding"));
            }
            return false;
        }
        const auto written =
            write_files(directory, render_solution(generation.solutions.front(), *job_, *model_));
        if (!written) {
            refuse(written.error());
        }
        return written.has_value();
    }

    void report_no_device() {
        sink_.report(
            Diagnostic(kNoDevice, request_.hosts.front().span, "this host has no Tenstorrent device")
                .help(
                    "name other hosts with --hosts, describe the hardware with --cluster, or run on emulated "
                    "chips with --emulate"));
    }

    Allocation describe(const fs::path& directory, bool reused) const {
        const auto named = [](const fs::path& path) { return Spanned<std::string>{path.string(), {}}; };
        Allocation allocation;
        allocation.reused = reused;
        allocation.proved = !request_.helper;
        allocation.rankfile = named(directory / "rankfile");
        const fs::path mapping = directory / "rank_bindings_mapping.yaml";
        const fs::path bindings = directory / "rank_bindings.yaml";
        std::string again = "tt-run ";
        if (job_->by_subcontext()) {
            allocation.bindings.rank_bindings_mapping = named(mapping);
            again += "--rank-bindings-mapping " + support::shell_quoted(mapping.string());
        } else {
            allocation.bindings.rank_binding = named(bindings);
            again += "--rank-binding " + support::shell_quoted(bindings.string());
        }
        if (mock_) {
            const fs::path mock = directory / "phase2_mock_mapping.yaml";
            allocation.bindings.mock_cluster_mapping = named(mock);
            again += " --mock-cluster-rank-binding " + support::shell_quoted(mock.string());
        }
        allocation.bindings.factory_system_descriptor = request_.factory_system;
        again += " --mpi-args " +
                 support::shell_quoted("--rankfile " + support::shell_quoted(allocation.rankfile.value));
        allocation.told =
            fmt::format("# ranks {} {}; to start them again without looking:\n#   {} PROGRAM\n",
                        reused ? "as kept in" : "worked out and kept in", directory.string(), again);
        return allocation;
    }

    const AllocationRequest& request_;
    const support::HostEnvironment& host_;
    DiagnosticSink& sink_;
    AllocationCache cache_;
    std::optional<JobMeshGraphs> job_;
    std::optional<MockCluster> mock_;
    std::optional<fs::path> factory_system_;
    std::optional<fs::path> helper_;
    std::optional<PhysicalModel> model_;
    std::optional<topology::Mapping> made_mapping_;  ///< with `made_to_measure`
    std::optional<std::string> digest_;
    std::string key_;
};

}  // namespace

fs::path allocation_directory(const support::HostEnvironment& host) {
    return host.working_directory / "generated" / "ttrun";
}

std::optional<Allocation> allocate(const AllocationRequest& request, const support::HostEnvironment& host,
                                   DiagnosticSink& sink) {
    return Allocator(request, host, sink).allocate();
}

}  // namespace tt_run::launcher
