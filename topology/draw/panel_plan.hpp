#pragma once

#include <vector>

#include "topology/draw/picture.hpp"

namespace tt_run::topology::draw {

/// Lengths of the pens that draw in pixels.
struct PanelMeasures {
    double cell_width = 38;
    double cell_height = 26;
    double gap = 16;      ///< between chips, where links run
    double margin = 16;   ///< of a panel round its chips
    double heading = 22;  ///< above them
    double between = 46;  ///< between panels
};

struct Point {
    double x = 0;
    double y = 0;
};

struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    Point centre() const { return {x + width / 2, y + height / 2}; }
};

/// A bundle's way: out of a side of one panel, a curve, into a side of the other.
struct BundlePath {
    Point from;
    Point from_pull;  ///< control points of a cubic curve
    Point to_pull;
    Point to;
    bool is_diagonal = false;
    bool is_beside = false;  ///< an arc beside a column
    /// From 0 at one end to 1 at the other.
    Point at(double t) const;
    /// Where its number stands.
    Point label() const;
};

/// Where everything of a picture goes, in pixels.
struct PanelPlan {
    PanelMeasures measures;
    std::vector<Box> panels;
    std::vector<BundlePath> bundles;  ///< by position in Picture::bundles
    double width = 0;
    double height = 0;

    Box cell(const Picture& picture, const Cell& cell) const;
};

/// Panels in rows, columns aligned. Bundles of neighbours run straight between them, those along a row above
/// it, along a column beside it, others under the panels; their ends spread along a panel's side.
PanelPlan plan_panels(const Picture& picture, Point corner);

}  // namespace tt_run::topology::draw
