#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "topology/draw/link_matrix.hpp"
#include "topology/draw/pen_text.hpp"
#include "topology/draw/text_canvas.hpp"

namespace tt_run::topology::draw {

namespace {

using Entry = LinkMatrix::Entry;

/// Numbers beyond nine by one letter each, `+` beyond those: columns stay narrow.
std::string digit_of(std::uint32_t number) {
    constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
    return number < kDigits.size() ? std::string(1, kDigits[number]) : "+";
}

/// For more things than fit side by side: each with those that it has links to.
TextCanvas draw_list(const LinkMatrix& matrix, const TextLook& look) {
    TextCanvas out;
    out.write(0, 0, matrix.title, Ink::strong);
    out.write(1, 0, "");
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        std::string line = matrix.names[row] + ":";
        for (const auto& [k, entry] : matrix.rows[row]) {
            const std::string word = fmt::format(" {} {}", matrix.names[k], entry.words());
            if (line.size() + word.size() > look.width) {
                out.write(out.rows(), 0, line);
                line = "   ";
            }
            line += word;
        }
        out.write(out.rows(), 0, line);
    }
    out.write(out.rows() + 1, 0, "numbers: links between the two", Ink::faint);
    return out;
}

/// A matrix as text, its columns as wide as the terminal has room for.
class MatrixText {
  public:
    MatrixText(const LinkMatrix& matrix, const TextLook& look) : matrix_(matrix), look_(look) {
        for (const std::string& name : matrix.names) {
            label_ = std::max(label_, name.size());
        }
        for (const auto& row : matrix.rows) {
            for (const auto& [column, entry] : row) {
                most_ = std::max(most_, entry.wanted);
                has_missing_ = has_missing_ || entry.present < entry.wanted;
            }
        }
    }

    bool fits() const { return fits(2); }

    TextCanvas draw() {
        const std::size_t plain = most_ < 10 ? 2 : most_ < 100 ? 3 : 4;
        has_letters_ = matrix_.of_chips && fits(plain + 1);
        column_ = has_letters_ ? plain + 1 : fits(plain) ? plain : 2;
        canvas_.write(0, 0, matrix_.title, Ink::strong);
        place_columns();
        add_headings();
        for (std::size_t row = 0; row < matrix_.names.size(); ++row) {
            add_row(row);
        }
        add_legend();
        return std::move(canvas_);
    }

  private:
    bool fits(std::size_t column) const {
        std::size_t gaps = 0;
        for (std::size_t k = 1; k < matrix_.names.size(); ++k) {
            gaps += matrix_.begins_row[k] ? 1 : 0;
        }
        return label_ + 1 + matrix_.names.size() * column + gaps <= look_.width;
    }

    void place_columns() {
        std::size_t x = label_ + 1;
        for (std::size_t k = 0; k < matrix_.names.size(); ++k) {
            x += k != 0 && matrix_.begins_row[k] ? 1 : 0;
            at_.push_back(x);
            x += column_;
        }
    }

    /// They stand on end, a letter a line, unless they are as short as a column.
    void add_headings() {
        const std::vector<std::string> headings = short_names(matrix_.names, "/:-_.");
        std::size_t longest = 1;
        for (const std::string& name : headings) {
            longest = std::max(longest, name.size());
        }
        const bool is_upright = longest + 1 > column_;
        y_ = 2 + (is_upright ? longest : 1);
        for (std::size_t k = 0; k < headings.size(); ++k) {
            const std::string& name = headings[k];
            for (std::size_t letter = 0; is_upright && letter < name.size(); ++letter) {
                canvas_.write(y_ - name.size() + letter, at_[k] + column_ - 1, name.substr(letter, 1),
                              Ink::faint);
            }
            if (!is_upright) {
                canvas_.write(y_ - 1, at_[k] + column_ - name.size(), name, Ink::faint);
            }
        }
    }

    void add_row(std::size_t row) {
        y_ += row != 0 && matrix_.begins_row[row] ? 1 : 0;
        canvas_.write(y_, label_ - matrix_.names[row].size(), matrix_.names[row], Ink::faint);
        for (std::size_t k = 0; k < matrix_.names.size(); ++k) {
            const Entry& entry = matrix_.at(row, k);
            const std::string text = row == k            ? itself()
                                     : entry.wanted == 0 ? no_link()
                                                         : words_of_links(entry);
            const Ink ink = row == k || entry.wanted == 0     ? Ink::faint
                            : entry.look == LinkLook::sound   ? Ink::plain
                            : entry.look == LinkLook::missing ? Ink::alarm
                                                              : Ink::warning;
            canvas_.write(y_, at_[k] + column_ - width_of(text), text, ink);
        }
        ++y_;
    }

    /// Without colour a mark says what is amiss, in place of the letter.
    std::string words_of_links(const Entry& entry) const {
        if (entry.look != LinkLook::sound && entry.present < entry.wanted && !look_.colour) {
            return entry.present == 0 ? missing() : "!" + number_of(entry);
        }
        return (has_letters_ ? std::string(1, entry.reach) : "") + number_of(entry);
    }

    std::string number_of(const Entry& entry) const {
        return column_ > 2 || most_ < 10 ? fmt::format("{}", entry.present) : digit_of(entry.present);
    }

    void add_legend() {
        const auto add = [&](const std::string& words) { canvas_.write(++y_, 0, words, Ink::faint); };
        add(fmt::format("{} itself   {} no link   number: links between the two", itself(), no_link()));
        if (has_letters_) {
            add(fmt::format("b in one {}   n in one {}   x between {}", matrix_.frame(), matrix_.unit,
                            matrix_.units()));
        } else if (column_ == 2 && most_ >= 10) {
            add("a to z: 10 to 35 links   +: more");
        }
        if (has_missing_) {
            add(fmt::format("{} all links missing   ! some missing", missing()));
        }
    }

    std::string itself() const { return look_.boxes ? "╲" : "X"; }
    std::string no_link() const { return look_.boxes ? "·" : "."; }
    std::string missing() const { return look_.boxes ? "×" : "x"; }

    const LinkMatrix& matrix_;
    const TextLook& look_;
    std::size_t label_ = 0;   ///< width of the longest name
    std::uint32_t most_ = 0;  ///< links of any two
    std::size_t column_ = 2;  ///< width: a number; or a digit; or a number with a letter for its reach
    bool has_letters_ = false;
    bool has_missing_ = false;
    std::vector<std::size_t> at_;  ///< of each column
    std::size_t y_ = 0;
    TextCanvas canvas_;
};

}  // namespace

std::string render_matrix_text(const LinkMatrix& matrix, const TextLook& look) {
    MatrixText text(matrix, look);
    TextCanvas canvas = text.fits() ? text.draw() : draw_list(matrix, look);
    add_findings(canvas, matrix.findings, look.width);
    return canvas.render(look.colour);
}

}  // namespace tt_run::topology::draw
