#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "topology/draw/pen_text.hpp"
#include "topology/draw/picture.hpp"
#include "topology/draw/text_canvas.hpp"

namespace tt_run::topology::draw {

/// What a text draws with: the same marks by two alphabets.
struct Marks {
    const char* across[4];  ///< by number of links, three and more alike
    const char* down[4];
    const char* missing;
    const char* corners[4];  ///< north-west, north-east, south-west, south-east
    const char* top;
    const char* side;
};

/// The panels of a picture as text, one at a time: a border with the title, labels of chips on their grid, a
/// mark for what joins neighbours or closes a row or column. Borrows the picture and the look.
class PanelText {
  public:
    PanelText(const Picture& picture, const TextLook& look);

    /// `with_detail`: the title has it too.
    TextCanvas draw(std::uint32_t panel, bool with_detail);
    /// Lines within the panels drawn so far that a grid cannot show: between chips that are no neighbours.
    const std::vector<const Line*>& others() const { return others_; }
    const Marks& marks() const { return marks_; }

  private:
    struct Mark {
        std::string text;
        Ink ink = Ink::faint;
    };

    std::size_t inner_width(const Panel& panel) const;
    std::size_t column_of(const Cell& cell) const;
    bool has_wrap_down(std::uint32_t number) const;
    Mark mark_of(const Line& line, bool is_down) const;
    void draw_border(TextCanvas& canvas, std::size_t inner, std::size_t rows, const std::string& title) const;
    void draw_line(TextCanvas& canvas, const Panel& panel, const Line& line, std::size_t top);

    const Picture& picture_;
    const TextLook& look_;
    const Marks& marks_;
    std::size_t label_width_ = 1;
    std::size_t gap_ = 1;
    std::vector<std::vector<std::uint32_t>> lines_of_panel_;
    std::vector<std::vector<std::uint32_t>> cells_of_panel_;
    std::vector<const Line*> others_;
};

}  // namespace tt_run::topology::draw
