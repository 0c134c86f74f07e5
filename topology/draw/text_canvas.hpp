#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tt_run::topology::draw {

/// How a character on a terminal looks; the text pen's whole palette.
enum class Ink : std::uint8_t {
    plain,
    strong,
    faint,
    alarm,    ///< missing
    warning,  ///< short, one-sided, slow
    hue,      ///< and up: one for each of kHues, black on a tint
};
inline Ink ink_of_hue(std::int32_t hue) {
    return static_cast<Ink>(static_cast<std::int32_t>(Ink::hue) + hue);
}

/// A rectangle of characters that grows as it is written to.
class TextCanvas {
  public:
    /// One character for each code point of `text`, which is UTF-8.
    void write(std::size_t row, std::size_t column, std::string_view text, Ink ink = Ink::plain);
    /// Below all that stands here, broken between words before `width` columns; later lines stand 4 further
    /// in, unless `indent` is 0.
    void add_wrapped(std::string_view text, std::size_t indent, std::size_t width, Ink ink);
    /// Another canvas with its corner here.
    void paste(std::size_t row, std::size_t column, const TextCanvas& other);
    std::size_t rows() const { return rows_.size(); }
    std::size_t columns() const;
    /// Lines without blanks at their ends; with ANSI colours if `colour`.
    std::string render(bool colour) const;

  private:
    struct Glyph {
        std::array<char, 4> bytes{' '};  ///< one code point
        std::uint8_t size = 1;
        Ink ink = Ink::plain;
    };
    std::vector<std::vector<Glyph>> rows_;
};

/// Code points of a UTF-8 text.
std::size_t width_of(std::string_view text);

}  // namespace tt_run::topology::draw
