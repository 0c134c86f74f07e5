#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "topology/mgd/mesh_graph_descriptor.hpp"
#include "topology/mgd/mgd_yaml_fields.hpp"

namespace tt_run::topology {

/// An entry of `Board`: how one host's share of a mesh looks.
struct YamlBoard {
    Spanned<std::string> name;
    std::array<DimensionType, 2> dim_types{DimensionType::line, DimensionType::line};
    Span type_span;
    Grid size;
};

/// An entry of `Mesh`, and the grids that follow from it.
struct YamlMesh {
    Spanned<std::int32_t> id;
    const YamlBoard* board = nullptr;  ///< in YamlMeshes::boards
    Grid devices;
    Grid hosts;
    Span span;
    std::string descriptor;  ///< the name of its mesh descriptor
};

/// What an MGD 1.0 file says of its meshes. Not to be copied: meshes point at boards.
struct YamlMeshes {
    YamlMeshes() = default;
    YamlMeshes(YamlMeshes&&) = default;

    std::optional<Spanned<Architecture>> architecture;
    std::optional<Spanned<std::int32_t>> ports;  ///< ethernet ports of each side of a chip
    std::map<std::string, YamlBoard, std::less<>> boards;
    std::vector<YamlMesh> meshes;
};

/// Reads `ChipSpec`, `Board` and `Mesh`; what is wrong there is reported and left out.
YamlMeshes read_yaml_meshes(const support::YamlNode& root, MgdYamlFields& fields);

/// A reference to this mesh, as an instance of its descriptor.
NodeRef instance_of(const YamlMesh& mesh);

}  // namespace tt_run::topology
