#pragma once

#include <cstddef>
#include <optional>

#include "support/diagnostic.hpp"
#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// No MGD text may be larger: it bounds the memory that reading one takes, 50 times above any sensible file.
inline constexpr std::size_t kLargestMgdBytes = 32U << 20U;

/// Reads the text format of protobuf. A syntax error is one diagnostic and ends the file; fields that are not
/// known are skipped with a warning each, as the reference skips them silently; a field given twice is
/// an error with both places. Nothing is validated. Empty exactly when it reported an error; any bytes at all
/// give an answer.
std::optional<MeshGraphDescriptor> parse_mgd_textproto(const support::SourceTextPtr& source,
                                                       support::DiagnosticSink& sink);

}  // namespace tt_run::topology
