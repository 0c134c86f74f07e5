#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "topology/draw/pen_text.hpp"
#include "topology/draw/picture.hpp"

namespace tt_run::topology::draw {

/// How many links join any two things, in the manner of `nvidia-smi topo -m`: chips in the order of their
/// grid, with a gap behind each of its rows, or panels as wholes where chips would be too many.
struct LinkMatrix {
    struct Entry {
        std::uint32_t present = 0;
        std::uint32_t wanted = 0;
        LinkLook look = LinkLook::sound;
        char reach = ' ';  ///< `b` on one board or in one frame, `n` within one panel, `x` between panels
        /// `4`, or `3/4` of those that there should be.
        std::string words() const;
    };
    /// As a grid of all with all, no more: it grows with the square. Larger ones are lists.
    static constexpr std::size_t kMostInGrid = 1000;

    std::string title;
    std::string unit;  ///< of the picture: "host", "mesh"
    std::vector<std::string> names;
    std::vector<bool> begins_row;                    ///< of a grid; by name
    std::vector<std::map<std::size_t, Entry>> rows;  ///< by name; in each, those that it is joined with
    std::vector<Finding> findings;  ///< the picture's: what a matrix has no row for is among them
    bool of_chips = true;

    /// No links where none are wanted either.
    const Entry& at(std::size_t row, std::size_t column) const;
    bool has_grid() const { return names.size() <= kMostInGrid; }
    std::string frame() const;  ///< what a frame of a panel is: "tray"
    std::string units() const;  ///< "hosts"
};

/// Names without what all of them begin with, up to the last of some separators.
std::vector<std::string> short_names(const std::vector<std::string>& names, const char* separators);

/// Chips if there are at most `most_chips` of them, else panels.
LinkMatrix make_link_matrix(const Picture& picture, std::size_t most_chips = 36);

/// A grid if it fits into the width, else a list: each with those that it is joined with.
std::string render_matrix_text(const LinkMatrix& matrix, const TextLook& look);
/// The matrix has a grid.
std::string render_matrix_svg(const LinkMatrix& matrix);
/// Schema `tt-run/link-matrix` version 1. The matrix has a grid.
std::string render_matrix_json(const LinkMatrix& matrix);
/// A table for a page: a grid, or a list where that would be too much for a browser.
std::string render_matrix_html(const LinkMatrix& matrix);

}  // namespace tt_run::topology::draw
