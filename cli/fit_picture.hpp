#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/picture_output.hpp"
#include "launcher/bindings/job_bindings.hpp"
#include "topology/draw/draw_cluster.hpp"
#include "topology/draw/missing_links.hpp"
#include "topology/mapping/find_mapping.hpp"

namespace tt_run::cli {

/// The hardware with what a descriptor lacks on it: too few links between chips that it wants joined, and
/// whatever else is amiss there.
ShownPicture draw_misfit(const topology::Cluster& cluster, const topology::draw::MissingLinks& missing,
                         const topology::MappingResult& found);

/// Who owns which part of the meshes of one of a job's descriptors.
std::vector<topology::draw::OwnedPart> owners_of(const launcher::JobBindings& job,
                                                 const std::filesystem::path& descriptor);

/// Draws how a descriptor fits a cluster, or why it does not, into `file`: a page, an SVG, a graph or data by
/// its extension, else a text; `-` for standard output. The exit code of `deliver`.
int deliver_fit(const CommandContext& context, const std::string& file, const topology::MeshGraph& graph,
                const std::vector<topology::draw::OwnedPart>& owners, const topology::Cluster& cluster);

}  // namespace tt_run::cli
