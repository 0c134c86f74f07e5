#pragma once

#include <vector>

#include "cli/picture_output.hpp"
#include "fabric/render_fabric.hpp"
#include "topology/draw/draw_cluster.hpp"

namespace tt_run::cli {

/// The meshes of a fabric and, where its cluster is not made to measure, the hardware, each with the ways
/// that packets take over them, or with what `transfers` put on each link and how long a model says that
/// takes. Ways that do not exist are left out.
std::vector<ShownPicture> draw_routes(const fabric::ControlPlane& plane, bool has_cluster,
                                      const std::vector<fabric::AskedRoute>& routes,
                                      const std::vector<fabric::Transfer>& transfers);

/// A fault as pictures show it.
topology::draw::LinkCondition describe_condition(std::uint32_t link, const fabric::LinkState& state);

}  // namespace tt_run::cli
