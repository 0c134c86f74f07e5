#include "launcher/plan/rank_environment.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fnmatch.h>

#include "job/variable_names.hpp"
#include "launcher/bindings/variable_expansion.hpp"

namespace tt_run::launcher {

namespace {

using Names = std::string_view;

/// Prefixes and names of the existing tt-run.
constexpr std::array<Names, 6> kMetalPrefixes{"TT_", "ARCH_", "WH_", "TTNN_", "DEEPSEEK_", "MESH_"};

/// What every program needs to speak the user's language and find its MPI: ours.
constexpr std::array<Names, 5> kHostPrefixes{"LC_", "OMP_", "UCX_", "FI_", "MPIR_CVAR_"};
constexpr std::array<Names, 4> kHostNames{"LANG", "TZ", "TERM", "TMPDIR"};

/// A rank's own: the caller's are another job's, or a shell's left-overs.
constexpr std::array<Names, 15> kRanksOwn{job::kJobVariable,
                                          job::kSupervisorVariable,
                                          job::kTokenVariable,
                                          job::kMeshIdVariable,
                                          job::kMeshHostRankVariable,
                                          job::kMeshGraphDescriptorVariable,
                                          job::kOriginalDirectoryVariable,
                                          job::kRankVariable,
                                          job::kSizeVariable,
                                          job::kSubcontextIdVariable,
                                          job::kSubcontextSizesVariable,
                                          job::kMockClusterVariable,
                                          job::kFactorySystemVariable,
                                          job::kVisibleDevicesVariable,
                                          job::kEmulatedHostVariable};

template <class List>
bool has_prefix_of(Names name, const List& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](Names prefix) { return name.starts_with(prefix); });
}

template <class List>
bool is_one_of(Names name, const List& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool matches_any(const std::string& name, const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
    });
}

class EnvironmentBuilder {
  public:
    EnvironmentBuilder(const support::HostEnvironment& host) : host_(host) {}

    void set(std::string_view name, std::string value, std::string origin) {
        built_.insert_or_assign(std::string(name), EnvironmentValue{std::move(value), std::move(origin)});
    }

    void add_passed(const EnvironmentOptions& options) {
        for (const auto& [name, value] : host_.variables) {
            if (is_passed(name)) {
                set(name, value, "caller");
            } else if (matches_any(name, options.pass)) {
                set(name, value, "caller, by --pass");
            }
        }
    }

    void add_managed(const BoundRank& rank, const JobBindings& job, const RankPlace& place) {
        const std::string launch_directory = host_.working_directory.string();
        set_managed(job::kMeshIdVariable, rank.mesh_id.value);
        set_managed(job::kMeshGraphDescriptorVariable, rank.mesh_graph_descriptor.string());
        set_managed(job::kOriginalDirectoryVariable, launch_directory);
        set_managed(job::kRankVariable, rank.rank.value);
        set_managed(job::kSizeVariable, static_cast<int>(job.ranks.size()));
        set_caller_or(job::kMetalHomeVariable, launch_directory);
        set_caller_or(job::kRuntimeRootVariable, built_.find(job::kMetalHomeVariable)->second.value);
        set_caller_or("PYTHONPATH", launch_directory);
        set_caller_or("LD_LIBRARY_PATH", launch_directory + "/build/lib");
        set_managed(job::kCacheVariable, cache_directory(rank, place));
        for (const char* name : {"HOME", "USER", "PATH", "VIRTUAL_ENV"}) {
            if (const auto value = host_.non_empty_variable(name)) {
                set(name, std::string(*value), "caller");
            }
        }
        if (const auto value = host_.variable("PYTHONHOME")) {
            set("PYTHONHOME", std::string(*value), "caller");
        }
        add_managed_if_any(rank, job);
        add_open_mpi_names(rank, job, place);
    }

    void add_entries(const std::vector<EnvironmentEntry>& entries, std::string_view origin) {
        for (const EnvironmentEntry& entry : entries) {
            set(entry.name.value, expand_variables(entry.value.value, host_.variables), std::string(origin));
        }
    }

    void add_options(const EnvironmentOptions& options) {
        for (const auto& [name, value] : options.set) {
            set(name, value, "command line");
        }
        for (const std::string& name : options.unset) {
            built_.erase(name);
        }
    }

    void set_interface(const std::string& interface) {
        set("UCX_NET_DEVICES", interface, "network interface");
        set("FI_TCP_IFACE", interface, "network interface");
    }

    void set_report(const std::string& directory) { set(job::kReportVariable, directory, "--report"); }

    void set_emulated(const std::string& machine) { set(job::kEmulateVariable, machine, "--emulate"); }

    void put_in_front(std::string_view name, const std::string& directory, const std::string& origin) {
        const auto found = built_.find(name);
        const bool is_alone = found == built_.end() || found->second.value.empty();
        set(name, is_alone ? directory : directory + ":" + found->second.value,
            is_alone ? origin : origin + ", then " + found->second.origin);
    }

    RankEnvironment take() { return std::move(built_); }

  private:
    template <class Value>
    void set_managed(std::string_view name, const Value& value) {
        set(name, fmt::format("{}", value), "tt-run");
    }

    void set_caller_or(std::string_view name, const std::string& otherwise) {
        const auto value = host_.variable(name);
        set(name, value ? std::string(*value) : otherwise, value ? "caller" : "tt-run's default");
    }

    void add_managed_if_any(const BoundRank& rank, const JobBindings& job) {
        if (rank.mesh_host_rank) {
            set_managed(job::kMeshHostRankVariable, rank.mesh_host_rank->value);
        }
        if (rank.subcontext_id) {
            set_managed(job::kSubcontextIdVariable, *rank.subcontext_id);
        }
        if (!job.subcontext_sizes.empty()) {
            set_managed(job::kSubcontextSizesVariable,
                        fmt::format("{}", fmt::join(job.subcontext_sizes, ",")));
        }
        if (rank.mock_cluster_descriptor) {
            set_managed(job::kMockClusterVariable, rank.mock_cluster_descriptor->string());
        }
        if (job.factory_system_descriptor) {
            set_managed(job::kFactorySystemVariable, job.factory_system_descriptor->string());
        }
    }

    /// tt-metal programs, debuggers' recipes and scripts ask Open MPI who they are; under MPICH each would
    /// think it is 0.
    void add_open_mpi_names(const BoundRank& rank, const JobBindings& job, const RankPlace& place) {
        set_managed("OMPI_COMM_WORLD_RANK", rank.rank.value);
        set_managed("OMPI_COMM_WORLD_SIZE", job.ranks.size());
        set_managed("OMPI_COMM_WORLD_LOCAL_RANK", place.local_rank);
        set_managed("OMPI_COMM_WORLD_LOCAL_SIZE", place.local_size);
    }

    /// One directory per rank: ranks that compile the same kernels at once would overwrite each other's.
    std::string cache_directory(const BoundRank& rank, const RankPlace& place) const {
        const auto given = host_.non_empty_variable(job::kCacheVariable);
        const auto home = host_.non_empty_variable("HOME");
        const std::string base = given  ? std::string(*given)
                                 : home ? std::string(*home) + "/.cache/tt-metal-cache"
                                        : "/tmp/tt-metal-cache";
        return fmt::format("{}/{}_rank{}", base, place.host, rank.rank.value);
    }

    const support::HostEnvironment& host_;
    RankEnvironment built_;
};

}  // namespace

bool is_passed(std::string_view name) {
    return !is_one_of(name, kRanksOwn) && (has_prefix_of(name, kMetalPrefixes) ||
                                           has_prefix_of(name, kHostPrefixes) || is_one_of(name, kHostNames));
}

bool is_ranks_own(std::string_view name) {
    return is_one_of(name, kRanksOwn);
}

std::vector<std::string> look_alikes(const support::HostEnvironment& host) {
    std::vector<std::string> found;
    for (const auto& [name, value] : host.variables) {
        if (!is_passed(name) && !is_one_of(name, kRanksOwn) &&
            (name.starts_with("TT") || name.find("METAL") != std::string::npos)) {
            found.push_back(name);
        }
    }
    return found;
}

RankEnvironment build_rank_environment(const BoundRank& rank, const JobBindings& job, const RankPlace& place,
                                       const EnvironmentOptions& options,
                                       const support::HostEnvironment& host) {
    EnvironmentBuilder builder(host);
    builder.add_passed(options);
    if (options.interface) {
        builder.set_interface(*options.interface);
    }
    builder.add_managed(rank, job, place);
    if (options.report) {
        builder.set_report(*options.report);
    }
    if (options.emulate) {
        builder.set_emulated(*options.emulate);
    }
    builder.add_entries(job.global_env, "global_env");
    builder.add_entries(rank.env_overrides, "env_overrides");
    builder.add_options(options);
    if (options.python_module) {
        builder.put_in_front("PYTHONPATH", options.python_module->string(), "--emulate");
    }
    return builder.take();
}

}  // namespace tt_run::launcher
