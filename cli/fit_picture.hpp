#pragma once

#include <string>

#include "cli/picture_output.hpp"
#include "topology/draw/missing_links.hpp"
#include "topology/mapping/find_mapping.hpp"

namespace tt_run::cli {

/// The hardware with what a descriptor lacks on it: too few links between chips that it wants joined, and
/// whatever else is amiss there.
ShownPicture draw_misfit(const topology::Cluster& cluster, const topology::draw::MissingLinks& missing,
                         const topology::MappingResult& found);

/// Draws how a descriptor fits a cluster, or why it does not, into `file`: a page, an SVG, a graph or data by
/// its extension, else a text; `-` for standard output. The exit code of `deliver`.
int deliver_fit(const CommandContext& context, const std::string& file, const topology::MeshGraph& graph,
                const topology::Cluster& cluster);

}  // namespace tt_run::cli
