#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "topology/draw/picture.hpp"

namespace tt_run::topology::draw {

/// A picture as one SVG document with its style inside, light or dark as the reader's screen is: title,
/// panels, what joins them, legend, findings.
std::string render_svg(const Picture& picture);

/// The same without title and findings, for a page that has the style and those itself. Chips carry
/// `data-c`, lines `data-l`, bundles `data-b` and panels `data-p`: their numbers in the picture.
std::string render_svg_for_page(const Picture& picture);

/// Lines of text below one another, the first baseline 17 below `y`: what is amiss. `y` becomes that of the
/// last, and `width` at least what they need; in pixels.
std::string svg_findings(const std::vector<Finding>& findings, double& y, double& width);

/// The style sheet of all pens.
std::string_view style_sheet();

}  // namespace tt_run::topology::draw
