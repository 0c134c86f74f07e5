#pragma once

#include <vector>

#include "topology/draw/draw_cluster.hpp"
#include "topology/physical/umd_export.hpp"

namespace tt_run::topology::draw {

/// What ttnn-visualizer reads of a job: for rank R (from 1) of N a cluster descriptor of its host,
/// `cluster_descriptor_R_of_N.yaml`, and where in its mesh each of its chips stands,
/// `physical_chip_mesh_coordinate_mapping_R_of_N.yaml` (`chips: {chip: [row, column]}`); with one rank the
/// descriptor is `cluster_descriptor.yaml`. Ranks are `system.owners` in their order or, without any, every
/// host rank of every mesh. (Names and forms: ttnn-visualizer's reader and tt-metal's control plane.)
std::vector<ExportedFile> export_for_visualizer(const MappedSystem& system);

}  // namespace tt_run::topology::draw
