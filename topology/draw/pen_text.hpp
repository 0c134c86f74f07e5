#pragma once

#include <cstddef>
#include <string>

#include "topology/draw/picture.hpp"

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

}  // namespace tt_run::topology::draw
