#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "topology/mgd/mesh_graph.hpp"

namespace tt_run::topology {

/// Words that every argument about a fit uses.

inline std::string name_of_mesh(const Mesh& mesh) {
    return fmt::format("mesh {}", mesh.id.value);
}

}  // namespace tt_run::topology
