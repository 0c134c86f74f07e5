#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "topology/draw/picture.hpp"
#include "topology/draw/text_canvas.hpp"

namespace tt_run::topology::draw {

/// How a text is to look: plain ASCII where nobody knows who reads it, box drawing and colour on a terminal.
struct TextLook {
    bool boxes = false;
    bool colour = false;
    bool heading = true;     ///< title and subtitle
    std::size_t width = 80;  ///< columns; a single grid that is wider is not cut
};

/// A picture in characters: grids of chips with their links between them, closed rows and columns by marks at
/// the edges, then the legend, what joins the panels, and all findings. Under an overlay a digit stands for
/// each link, tenths of the largest value.
std::string render_text(const Picture& picture, const TextLook& look);

/// Below what stands on the canvas: what is amiss, wrapped to `width` columns; nothing if nothing is.
void add_findings(TextCanvas& canvas, const std::vector<Finding>& findings, std::size_t width);

}  // namespace tt_run::topology::draw
