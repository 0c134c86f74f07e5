#pragma once

#include "cli/launch_options.hpp"
#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::cli {

/// Reports files of a launch that are of another kind than their option takes: a Mesh Graph Descriptor behind
/// `--rank-binding` reads as a row of syntax errors. For launches that have failed already; reads the files
/// anew.
void report_mixed_files(const LaunchOptions& options, const support::HostEnvironment& host,
                        support::DiagnosticSink& sink);

}  // namespace tt_run::cli
