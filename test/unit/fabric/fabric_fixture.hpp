#pragma once

#include <string>
#include <vector>

#include "fabric/control_plane.hpp"

namespace tt_run::test {

/// The ideal system of an MGD's text; the calling test fails if there is none.
fabric::FabricSystemPtr system_of(const std::string& mgd);
/// The same for a config of ours, by the name of its folder.
fabric::FabricSystemPtr config_system(const std::string& name);
/// A config of ours placed on a system, by the name or the file that `--cluster` takes.
fabric::FabricSystemPtr mapped_system(const std::string& name, const std::string& cluster);
/// Names of all configs, sorted.
std::vector<std::string> config_names();

/// An MGD of `rows` x `columns` equal meshes, joined like the chips of a mesh, row by row, by `links` each.
struct GridOfMeshes {
    int rows = 1;
    int columns = 1;
    bool wraps = false;  ///< joins ends of rows and columns of three and more
    int chip_rows = 4;
    int chip_columns = 4;
    bool rings = false;  ///< the meshes' own dimensions wrap
    int channels = 2;
    int links = 2;
};
std::string mgd_of(const GridOfMeshes& grid);

/// Opens, and fails the test with what was said if that does not work.
fabric::ControlPlane open(fabric::FabricSystemPtr system, const fabric::FabricOptions& options,
                          const fabric::LinkStates& states = {});
fabric::FabricOptions with(fabric::FabricConfig config,
                           fabric::FabricReliability reliability = fabric::FabricReliability::strict);
/// Applies `--fault` texts.
fabric::LinkStates faults(const fabric::FabricSystem& system, const std::vector<std::string>& texts);

fabric::NodeAt node(const fabric::FabricSystem& system, const std::string& name);
/// `M0:0 E M0:1 S M0:5`, or the reason why not.
std::string path(const fabric::ControlPlane& plane, const std::string& from, const std::string& to);

}  // namespace tt_run::test
