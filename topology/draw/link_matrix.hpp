#pragma once

#include <cstdint>
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
    };
    std::string title;
    std::string unit;  ///< of the picture: "host", "mesh"
    std::vector<std::string> names;
    std::vector<bool> begins_row;  ///< of a grid; by name
    std::vector<Entry> entries;    ///< row-major, names x names
    bool of_chips = true;

    const Entry& at(std::size_t row, std::size_t column) const {
        return entries[row * names.size() + column];
    }
};

/// Chips if there are at most `most_chips` of them, else panels.
LinkMatrix make_link_matrix(const Picture& picture, std::size_t most_chips = 36);

std::string render_matrix_text(const LinkMatrix& matrix, const TextLook& look);
std::string render_matrix_svg(const LinkMatrix& matrix);
/// Schema `tt-run/link-matrix` version 1.
std::string render_matrix_json(const LinkMatrix& matrix);
/// A table for a page.
std::string render_matrix_html(const LinkMatrix& matrix);

}  // namespace tt_run::topology::draw
