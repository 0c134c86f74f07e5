#pragma once

#include <string>
#include <vector>

#include "fabric/control_plane.hpp"
#include "fabric/routing_table.hpp"
#include "fabric/time_model.hpp"

namespace tt_run::fabric {

/// A route that was asked for, or the reason why there is none.
struct AskedRoute {
    NodeAt from;
    NodeAt to;
    support::Result<Route> route;
};
std::vector<AskedRoute> ask_routes(const ControlPlane& plane, const std::vector<NodeAt>& from,
                                   const std::vector<NodeAt>& to);

/// Routes, move by move, with directions, virtual channels and ethernet channels. The JSON form has the
/// schema `tt-run/routes`, version 1; see docs/design/fabric.md.
std::string render_routes_text(const ControlPlane& plane, const std::vector<AskedRoute>& routes);
/// With `transfers` not empty, also what they put on each link and how long a model says that takes.
std::string render_routes_json(const ControlPlane& plane, const std::vector<AskedRoute>& routes,
                               const std::vector<Transfer>& transfers);
/// Every transfer must have a route.
std::string render_traffic_text(const ControlPlane& plane, const std::vector<Transfer>& transfers);

/// The fabric as a whole: meshes, planes, exits, virtual channels, what is lost. Schema `tt-run/fabric`.
std::string render_fabric_text(const ControlPlane& plane);
std::string render_fabric_json(const ControlPlane& plane);

std::string render_table_text(const RoutingTable& table);

}  // namespace tt_run::fabric
