#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fabric/control_plane.hpp"
#include "test/unit/fabric/route_lengths.hpp"

namespace tt_run::test {

/// Judges routes without asking the router: it knows the cluster's links, who plays what, and the rules as
/// they are documented.
class RouteWalker {
  public:
    RouteWalker(const fabric::ControlPlane& plane);

    /// What is wrong with a route; empty if nothing is.
    std::string judge(fabric::NodeAt from, fabric::NodeAt to, const fabric::Route& route);
    /// Whether the fabric config lets the two talk, links or not.
    bool permits(fabric::NodeAt from, fabric::NodeAt to);

  private:
    struct Place {
        std::int32_t row;
        std::int32_t column;
    };
    Place place(fabric::NodeAt node) const;
    std::string judge_links(const fabric::Hop& hop);
    std::string judge_exit(fabric::NodeAt entered, const fabric::Hop& hop) const;
    std::string judge_turns(const fabric::Route& route) const;
    std::int32_t mesh_hops(std::uint32_t from, std::uint32_t to);

    const fabric::ControlPlane& plane_;
    const fabric::FabricSystem& system_;
    RouteLengths lengths_;
    std::vector<std::vector<std::uint32_t>> mesh_neighbours_;
    std::map<std::uint32_t, std::vector<std::int32_t>> mesh_hops_;
    /// Moves that were judged good, by node and slot, and by port: there are few, and routes share them.
    std::vector<std::int32_t> good_moves_;  ///< the chip that the move led to; -1 for none yet
    std::vector<std::pair<fabric::NodeAt, fabric::NodeAt>> good_ports_;  ///< both ends; chip -1 for none yet
};

}  // namespace tt_run::test
