#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::launcher {

/// Who says what the hardware is.
enum class ModelSource {
    named,  ///< `--cluster`
    mock,   ///< the descriptors of a mock cluster mapping
    live,   ///< this host's devices, or other hosts', from sysfs
};

/// The hardware that a job is checked against, or allocated on.
struct PhysicalModel {
    ModelSource source;
    topology::Cluster cluster;
    /// Of a mock cluster: whose descriptor is which, absolute paths.
    std::map<std::filesystem::path, topology::HostIndex> host_of_descriptor;
};

/// As `--cluster` names it; see topology/physical/load_cluster.hpp. Empty exactly when it reported an error.
std::optional<PhysicalModel> load_named_model(const support::Spanned<std::string>& argument,
                                              const support::HostEnvironment& host,
                                              support::DiagnosticSink& sink);

/// The cluster that these descriptors make up, each standing for one host however often it is named: ranks
/// that share a descriptor share its host. Empty exactly when it reported an error.
std::optional<PhysicalModel> load_mock_model(const std::vector<std::filesystem::path>& descriptors,
                                             const support::HostEnvironment& host,
                                             support::DiagnosticSink& sink);

/// This host's devices, without waking a chip and, unless `ask_tool`, without their links. Nothing if it has
/// none.
std::optional<PhysicalModel> discover_model(const support::HostEnvironment& host, bool ask_tool,
                                            support::DiagnosticSink& sink);

/// The devices of several hosts, which are asked by ssh what `tt-run discover` finds there, all at once.
/// Reports hosts that cannot be asked or have no device. Empty exactly when it reported an error.
std::optional<PhysicalModel> discover_hosts(const std::vector<support::Spanned<std::string>>& names,
                                            bool ask_tool, const support::HostEnvironment& host,
                                            support::DiagnosticSink& sink);

/// The model without the hosts that are not in `names`; `localhost` is this host. Reports names that are no
/// host of it. Empty exactly when it reported an error.
std::optional<PhysicalModel> restrict_to_hosts(const PhysicalModel& model,
                                               const std::vector<support::Spanned<std::string>>& names,
                                               const support::HostEnvironment& host,
                                               support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
