#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"
#include "topology/physical/umd_descriptor.hpp"

namespace tt_run::topology {

/// A descriptor and the host that it describes.
struct HostDescriptor {
    UmdDescriptor descriptor;
    /// From the descriptor's `cluster_id`, else its file's name without `.yaml`. Of hosts with one name the
    /// second becomes `name__rank1`, and so on, with a warning.
    std::string host_name;
    std::optional<std::uint32_t> rank;
    std::string motherboard;  ///< empty when not known
};

/// One cluster out of one descriptor per host. Links that leave a descriptor are matched with those of the
/// others by unique id: both sides agree, a link; only one side has it, dropped with a warning; the sides
/// contradict each other, an error; the far host is not among these, an open end. Empty exactly when it
/// reported an error.
std::optional<Cluster> join_umd_descriptors(std::vector<HostDescriptor> hosts, Origin origin,
                                            std::string source, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
