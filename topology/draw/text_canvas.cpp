#include "topology/draw/text_canvas.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "topology/draw/picture.hpp"

namespace tt_run::topology::draw {

namespace {

/// Tints of xterm's 256 colours nearest to the palette of the other pens (see style_sheet).
constexpr std::array<int, kHues> kTints{110, 209, 79, 222, 218, 149, 153, 142};

std::string escape_of(Ink ink) {
    switch (ink) {
        case Ink::plain:
            return "\x1b[0m";
        case Ink::strong:
            return "\x1b[0;1m";
        case Ink::faint:
            return "\x1b[0;2m";
        case Ink::alarm:
            return "\x1b[0;1;31m";
        case Ink::warning:
            return "\x1b[0;1;33m";
        default:
            return fmt::format(
                "\x1b[0;38;5;16;48;5;{}m",
                kTints[(static_cast<std::size_t>(ink) - static_cast<std::size_t>(Ink::hue)) % kTints.size()]);
    }
}

std::size_t size_of_code_point(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80U ? 1 : byte < 0xE0U ? 2 : byte < 0xF0U ? 3 : 4;
}

}  // namespace

void TextCanvas::write(std::size_t row, std::size_t column, std::string_view text, Ink ink) {
    if (rows_.size() <= row) {
        rows_.resize(row + 1);
    }
    std::vector<Glyph>& line = rows_[row];
    for (std::size_t at = 0; at < text.size(); ++column) {
        const std::size_t size = std::min(size_of_code_point(text[at]), text.size() - at);
        if (line.size() <= column) {
            line.resize(column + 1);
        }
        Glyph& glyph = line[column];
        std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(at), size, glyph.bytes.begin());
        glyph.size = static_cast<std::uint8_t>(size);
        glyph.ink = ink;
        at += size;
    }
}

void TextCanvas::add_wrapped(std::string_view text, std::size_t indent, std::size_t width, Ink ink) {
    std::string line;
    std::size_t margin = indent;
    const auto flush = [&] {
        if (!line.empty()) {
            write(rows(), margin, line, ink);
            line.clear();
            margin = indent + (indent == 0 ? 0 : 4);
        }
    };
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        if (!line.empty() && margin + width_of(line) + 1 + width_of(word) > width) {
            flush();
        }
        line += (line.empty() ? "" : " ") + std::string(word);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    flush();
}

void TextCanvas::paste(std::size_t row, std::size_t column, const TextCanvas& other) {
    if (rows_.size() < row + other.rows_.size()) {
        rows_.resize(row + other.rows_.size());
    }
    for (std::size_t k = 0; k < other.rows_.size(); ++k) {
        std::vector<Glyph>& line = rows_[row + k];
        if (line.size() < column + other.rows_[k].size()) {
            line.resize(column + other.rows_[k].size());
        }
        std::copy(other.rows_[k].begin(), other.rows_[k].end(),
                  line.begin() + static_cast<std::ptrdiff_t>(column));
    }
}

std::size_t TextCanvas::columns() const {
    std::size_t most = 0;
    for (const std::vector<Glyph>& line : rows_) {
        most = std::max(most, line.size());
    }
    return most;
}

std::string TextCanvas::render(bool colour) const {
    std::string out;
    for (const std::vector<Glyph>& line : rows_) {
        std::size_t end = line.size();
        while (end > 0 && line[end - 1].bytes[0] == ' ' && (!colour || line[end - 1].ink < Ink::hue)) {
            --end;
        }
        Ink ink = Ink::plain;
        for (std::size_t k = 0; k < end; ++k) {
            if (colour && line[k].ink != ink) {
                ink = line[k].ink;
                out += escape_of(ink);
            }
            out.append(line[k].bytes.data(), line[k].size);
        }
        out += ink == Ink::plain ? "\n" : "\x1b[0m\n";
    }
    return out;
}

std::size_t width_of(std::string_view text) {
    std::size_t width = 0;
    for (const char byte : text) {
        width += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
    }
    return width;
}

}  // namespace tt_run::topology::draw
