#pragma once

#include <string>
#include <vector>

#include "topology/draw/picture.hpp"

namespace tt_run::topology::draw {

/// The whole picture as data, schema `tt-run/picture` version 1 (docs/formats/picture.md). `more` is put
/// among its first members as it is: `"shape": {...}`.
std::string render_json(const Picture& picture, const std::string& more = {});

/// `[{"look": "missing", "text": "..."}, ...]`, one finding a line.
std::string findings_json(const std::vector<Finding>& findings);

/// The picture as a graph for Graphviz: chips as nodes in clusters, links as edges with their number.
std::string render_dot(const Picture& picture);

}  // namespace tt_run::topology::draw
