#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/job_bindings.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/draw/draw_cluster.hpp"
#include "topology/mgd/mesh_graph.hpp"
#include "topology/mgd/validate_mgd.hpp"
#include "topology/physical/check_fit.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::cli {

/// Files of jobs that are to be checked against a cluster.
struct JobFiles {
    std::vector<topology::MeshGraph> graphs;              ///< Mesh Graph Descriptors without errors
    std::vector<support::Spanned<std::string>> bindings;  ///< binding files, not read yet
};

/// The worst answer, and what a picture of it is to show: the first descriptor that does not fit, else the
/// first; nothing if there is none.
struct JobFit {
    topology::Fit fit = topology::Fit::possible;
    std::optional<topology::MeshGraph> pictured;
    std::vector<topology::draw::OwnedPart> owners;  ///< of its parts, where bindings say so
};

/// Checks each descriptor against a cluster; where there are bindings, each descriptor with each of those,
/// and bindings alone with the descriptors that they name. Which host a rank runs on: the one that
/// TT_RUN_EMULATED_HOST names; else the one that the cluster's mapping gives this rank; else the only one;
/// else ranks fill the hosts in their order, each the same number. Its chips are those that
/// TT_VISIBLE_DEVICES in the bindings leaves it.
JobFit check_on_cluster(const JobFiles& files, const topology::Cluster& cluster, topology::MgdProfile profile,
                        const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::cli
