#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "launcher/bindings/physical_model.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/physical/check_fit.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::launcher {

/// Checks the ranks of a job that drive `graph` against the hardware: the devices that TT_VISIBLE_DEVICES in
/// the bindings leaves each, those of one host against one another, and whether the graph fits on them: if
/// the links are known, a mapping is looked for that keeps every rank on its devices. When none is found in a
/// few seconds, `possible` says only that nothing speaks against it. `places` has the host of each rank.
topology::Fit check_ranks_on_cluster(const topology::MeshGraph& graph, const JobBindings& job,
                                     const std::vector<topology::HostIndex>& places,
                                     const topology::Cluster& cluster, support::DiagnosticSink& sink);

/// How a launch is checked against hardware.
struct ValidationOptions {
    std::optional<support::Spanned<std::string>> cluster;  ///< `--cluster`
    bool validate = true;                                  ///< not `--no-validate`
    bool require_hardware = false;
};

/// The hardware that a launch knows.
struct KnownHardware {
    std::optional<PhysicalModel> model;
    std::string why_not;  ///< one line, if there is none
};

/// That of `--cluster`, else the mock descriptors, else this host's devices; nothing with `--no-validate`.
/// Reports a cluster that cannot be read; mock descriptors too poor to be checked against are as good as
/// none.
KnownHardware find_known_hardware(const JobBindings& job, const ValidationOptions& options,
                                  const support::HostEnvironment& host, support::DiagnosticSink& sink);

/// Checks every Mesh Graph Descriptor of the job, its bindings and visible devices, against the hardware.
/// `hosts` has the host of each rank. What does not fit is an error, as is hardware that is required and not
/// known. Gives back one line on what was not checked; empty if everything was.
std::string validate_job(const JobBindings& job, const std::vector<std::string>& hosts,
                         const KnownHardware& hardware, const ValidationOptions& options,
                         const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
