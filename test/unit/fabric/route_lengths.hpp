#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "fabric/control_plane.hpp"

namespace tt_run::test {

/// The chips on a mesh's edge, clockwise from the north-west corner, by walking along it.
std::vector<std::int32_t> edge_of(const fabric::Mesh& mesh);

/// How many steps a route within one mesh has, as that is documented, worked out by searching. Chips are
/// numbers in their mesh, meshes positions in the system. Remembers what it has searched.
class RouteLengths {
  public:
    explicit RouteLengths(const fabric::ControlPlane& plane);

    /// Whether the fabric config uses the links that close this dimension.
    bool wraps(std::size_t mesh, std::size_t dimension) const;
    /// In a mesh that lacks no link.
    std::int32_t within(std::size_t mesh, std::int32_t from, std::int32_t to) const;
    /// In one that lacks some, and whose packets go round them.
    std::int32_t detour(std::size_t mesh, std::int32_t from, std::int32_t to);

  private:
    std::int32_t along(std::size_t mesh, std::size_t dimension, std::int32_t from, std::int32_t to) const;
    std::int32_t search_line(std::size_t mesh, std::size_t dimension, std::int32_t from,
                             std::int32_t distance, std::int32_t sense) const;
    std::int32_t round_edge(std::size_t mesh, std::int32_t from, std::int32_t to) const;
    const std::vector<std::int32_t>& numbers_of(std::size_t mesh);
    std::vector<std::int32_t> live_neighbours(std::size_t mesh, std::int32_t chip) const;

    const fabric::ControlPlane& plane_;
    const fabric::FabricSystem& system_;
    /// Steps along lines with express links, by mesh, dimension, from and to.
    mutable std::map<std::tuple<std::size_t, std::size_t, std::int32_t, std::int32_t>, std::int32_t>
        searched_;
    std::map<std::size_t, std::vector<std::int32_t>> detour_numbers_;
    std::map<std::pair<std::size_t, std::int32_t>, std::vector<std::int32_t>> detour_lengths_;
};

}  // namespace tt_run::test
