#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// The cluster that `argument` names, as given to `--cluster`:
/// - a file of any of the kinds above; a mapping file brings the descriptors that it lists;
/// - a directory: its mapping file, or else all its cluster descriptors, or its one other description;
/// - several files with commas between them: cluster descriptors of several hosts, or a cabling and a
/// deployment
///   descriptor;
/// - a synthetic system (see synthetic_system.hpp), if no file has this name.
/// Relative paths are relative to the working directory. Those inside a mapping file are looked for below
/// TT_METAL_HOME, the working directory and the mapping's directory, then by their last parts beside the
/// mapping and one level up or down. What cannot be read is reported as `cluster-unreadable`. Empty exactly
/// when it reported an error.
std::optional<Cluster> load_cluster(const support::Span& argument, const support::HostEnvironment& host,
                                    support::DiagnosticSink& sink);
std::optional<Cluster> load_cluster(std::string_view argument, const support::HostEnvironment& host,
                                    support::DiagnosticSink& sink);

/// The same for a text already read; `path` is where it lies, for the paths inside a mapping.
std::optional<Cluster> parse_cluster(const support::SourceTextPtr& text, const std::filesystem::path& path,
                                     const support::HostEnvironment& host, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
