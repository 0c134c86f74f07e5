#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "launcher/allocation/rank_pinnings.hpp"
#include "launcher/bindings/binding_files.hpp"
#include "launcher/bindings/job_mesh_graphs.hpp"
#include "launcher/bindings/physical_model.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/mapping/mapping.hpp"

namespace tt_run::launcher {

/// What is asked of a generation, besides the descriptors and the hardware.
struct GenerationOptions {
    std::vector<ResolvedRankPinning> pinnings;
    std::chrono::milliseconds budget{60'000};
    std::uint32_t minimum_links = 0;  ///< see MappingOptions
    std::size_t solutions = 1;        ///< how many are wanted; 0 for all
    /// The one that is wanted, where it is known; then none is looked for.
    std::optional<topology::Mapping> mapping;
    bool run_here = false;            ///< start all ranks on this host, whatever the cluster calls its own
    bool distinct_host_sets = false;  ///< no two of them on the same hosts
};

/// One way to place the job: which rank runs where with which devices.
struct GeneratedSolution {
    /// Every rank of the job, ascending; mesh ids are those of the merged descriptors.
    std::vector<GeneratedRank> ranks;
    /// Of each sub-context, with ranks and mesh ids of its own.
    std::vector<GeneratedBindings> subcontexts;
    /// Of a mock cluster: the descriptor that stands for each rank's host.
    std::vector<std::filesystem::path> mock_descriptors;
    std::vector<std::string> cluster_hosts;  ///< of each rank, as the cluster names it
    std::vector<std::string> hosts;          ///< all of these once, sorted
    topology::MappingScore score;
};

struct Generation {
    topology::MappingAnswer answer = topology::MappingAnswer::unknown;
    std::vector<GeneratedSolution> solutions;  ///< best first
    bool complete = false;                     ///< there are no others
    bool fewest_hosts_proved = false;
};

/// Maps the descriptors onto the model and says which rank owns what. One rank for each host rank of each
/// mesh, ascending by sub-context, mesh and host rank, from 0. Each host rank of a mesh has a host of its own
/// if the cluster has enough that fit; else they share hosts, cut apart by TT_VISIBLE_DEVICES, which names
/// exactly the devices of the rank's chips and is left out only where a description that names no device
/// gives a rank its whole host. Ranks on a mock cluster or an imagined one run on this host; else on the
/// hosts that the cluster names. All rows name the host of the cluster that their rank stands for
/// (TT_RUN_EMULATED_HOST) if `place_on_cluster` would put any of them elsewhere. Reports why there is no
/// solution (errors), or why that is not known (a warning).
Generation generate_bindings(const JobMeshGraphs& job, const PhysicalModel& model,
                             const GenerationOptions& options, const support::HostEnvironment& host,
                             support::DiagnosticSink& sink);

/// The files of one solution: `rank_bindings.yaml` or, with several sub-contexts,
/// `rank_bindings_subctx_<id>.yaml` and `rank_bindings_mapping.yaml`; `rankfile`; `phase2_mock_mapping.yaml`
/// for a mock cluster.
std::vector<OutputFile> render_solution(const GeneratedSolution& solution, const JobMeshGraphs& job,
                                        const PhysicalModel& model);

/// All solutions of a generation: each in a directory of its own, named by what it is, and
/// `solutions_index.yaml` that lists them. `distinct` and `most` are what was asked for.
std::vector<OutputFile> render_all_solutions(const Generation& generation, const JobMeshGraphs& job,
                                             const PhysicalModel& model, const GenerationOptions& options);

}  // namespace tt_run::launcher
