#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/rank.hpp"
#include "launcher/bindings/path_search.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// A cluster descriptor that stands in for a rank's chips: where it lies, and the text that names it.
struct MockDescriptor {
    std::filesystem::path path;  ///< absolute
    support::Span span;
};

/// Which descriptor each rank has, as `--mock-cluster-rank-binding` says it.
struct MockCluster {
    std::map<job::Rank, MockDescriptor> descriptors;
    /// The file was no mapping but itself the descriptor of rank 0.
    bool is_bare_descriptor = false;

    /// By rank; a descriptor that several ranks share several times.
    std::vector<std::filesystem::path> paths() const;
};

/// Reads the mapping, found by `search`, and finds the descriptors: like every path (path_search.hpp), and if
/// not there, by their last part beside the mapping, where copies of moved ones lie. Empty exactly when it
/// reported an error.
std::optional<MockCluster> load_mock_cluster(const support::Spanned<std::string>& written,
                                             const PathSearch& search, const support::HostEnvironment& host,
                                             support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
