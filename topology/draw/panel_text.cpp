#include "topology/draw/panel_text.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace tt_run::topology::draw {

namespace {

constexpr Marks kBoxes{{" ", "─", "═", "━"}, {" ", "│", "║", "┃"}, "×", {"╭", "╮", "╰", "╯"}, "─", "│"};
constexpr Marks kPlain{{" ", "-", "=", "#"}, {" ", "|", "\"", "#"}, "x", {"+", "+", "+", "+"}, "-", "|"};

bool is_row_wrap(const Panel& panel, const Cell& a, const Cell& b) {
    return a.row == b.row && panel.columns > 2 && a.column == 0 && b.column == panel.columns - 1;
}

bool is_column_wrap(const Panel& panel, const Cell& a, const Cell& b) {
    return a.column == b.column && panel.rows > 2 && a.row == 0 && b.row == panel.rows - 1;
}

}  // namespace

PanelText::PanelText(const Picture& picture, const TextLook& look)
    : picture_(picture), look_(look), marks_(look.boxes ? kBoxes : kPlain) {
    for (const Cell& cell : picture.cells) {
        label_width_ = std::max(label_width_, width_of(cell.label));
    }
    gap_ = picture.panels.size() <= 4 ? 3 : 1;
    std::size_t widest = 0;
    for (const Panel& panel : picture.panels) {
        widest = std::max(widest, inner_width(panel));
    }
    if (widest + 4 > look.width) {
        gap_ = 1;
    }
    lines_of_panel_.resize(picture.panels.size());
    cells_of_panel_.resize(picture.panels.size());
    for (std::uint32_t k = 0; k < picture.lines.size(); ++k) {
        if (picture.is_within_panel(picture.lines[k])) {
            lines_of_panel_[picture.cells[picture.lines[k].a].panel].push_back(k);
        }
    }
    for (std::uint32_t k = 0; k < picture.cells.size(); ++k) {
        cells_of_panel_[picture.cells[k].panel].push_back(k);
    }
}

std::size_t PanelText::inner_width(const Panel& panel) const {
    const auto columns = static_cast<std::size_t>(std::max(panel.columns, 1));  // a host may have no chips
    return columns * label_width_ + (columns - 1) * gap_ + 2;
}

TextCanvas PanelText::draw(std::uint32_t number, bool with_detail) {
    const Panel& panel = picture_.panels[number];
    TextCanvas canvas;
    const bool wraps_down = has_wrap_down(number);
    std::string title = panel.title;
    if (with_detail && !panel.detail.empty()) {
        title += "  " + panel.detail;
    }
    const std::size_t inner = std::max(inner_width(panel), std::min<std::size_t>(width_of(title) + 2, 40));
    const std::size_t rows = static_cast<std::size_t>(std::max(panel.rows, 1)) * 2 - 1 + (wraps_down ? 2 : 0);
    draw_border(canvas, inner, rows, title);
    const std::size_t top = 1 + (wraps_down ? 1 : 0);
    for (const std::uint32_t k : cells_of_panel_[number]) {
        const Cell& cell = picture_.cells[k];
        const std::string label =
            fmt::format("{:>{}}", cell.label, label_width_ + cell.label.size() - width_of(cell.label));
        canvas.write(top + static_cast<std::size_t>(cell.row) * 2, column_of(cell), label,
                     cell.hue >= 0 ? ink_of_hue(cell.hue) : Ink::plain);
    }
    for (const std::uint32_t line : lines_of_panel_[number]) {
        draw_line(canvas, panel, picture_.lines[line], top);
    }
    return canvas;
}

void PanelText::draw_border(TextCanvas& canvas, std::size_t inner, std::size_t rows,
                            const std::string& title) const {
    canvas.write(0, 0, marks_.corners[0], Ink::faint);
    for (std::size_t k = 0; k < inner; ++k) {
        canvas.write(0, 1 + k, marks_.top, Ink::faint);
        canvas.write(rows + 1, 1 + k, marks_.top, Ink::faint);
    }
    canvas.write(0, inner + 1, marks_.corners[1], Ink::faint);
    canvas.write(rows + 1, 0, marks_.corners[2], Ink::faint);
    canvas.write(rows + 1, inner + 1, marks_.corners[3], Ink::faint);
    for (std::size_t k = 1; k <= rows; ++k) {
        canvas.write(k, 0, marks_.side, Ink::faint);
        canvas.write(k, inner + 1, marks_.side, Ink::faint);
    }
    canvas.write(0, 1, " " + title.substr(0, inner - 2) + " ", Ink::strong);
}

std::size_t PanelText::column_of(const Cell& cell) const {
    return 2 + static_cast<std::size_t>(cell.column) * (label_width_ + gap_);
}

PanelText::Mark PanelText::mark_of(const Line& line, bool is_down) const {
    if (line.look == LinkLook::missing) {
        return {marks_.missing, Ink::alarm};
    }
    if (line.look == LinkLook::one_sided || line.look == LinkLook::short_of) {
        return {line.look == LinkLook::one_sided ? "?" : "!", Ink::warning};
    }
    if (!picture_.overlay.empty()) {
        if (line.heat < 0) {
            return {look_.boxes ? "·" : "."};
        }
        const int tenths = std::clamp(static_cast<int>(std::ceil(line.heat * 10)), 1, 10);
        return {tenths == 10 ? "*" : fmt::format("{}", tenths), tenths > 7 ? Ink::alarm : Ink::strong};
    }
    if (line.look == LinkLook::slow) {
        return {"~", Ink::warning};
    }
    const std::size_t links = std::min<std::size_t>(line.present, 3);
    return {is_down ? marks_.down[links] : marks_.across[links], Ink::plain};
}

bool PanelText::has_wrap_down(std::uint32_t number) const {
    const auto& lines = lines_of_panel_[number];
    return std::any_of(lines.begin(), lines.end(), [&](std::uint32_t line) {
        return is_column_wrap(picture_.panels[number], picture_.cells[picture_.lines[line].a],
                              picture_.cells[picture_.lines[line].b]);
    });
}

void PanelText::draw_line(TextCanvas& canvas, const Panel& panel, const Line& line, std::size_t top) {
    const Cell& a = picture_.cells[line.a];
    const Cell& b = picture_.cells[line.b];
    const std::size_t row_a = top + static_cast<std::size_t>(a.row) * 2;
    const std::size_t row_b = top + static_cast<std::size_t>(b.row) * 2;
    if (a.row == b.row && b.column - a.column == 1) {
        const Mark mark = mark_of(line, false);
        const bool is_link =
            mark.text == marks_.across[1] || mark.text == marks_.across[2] || mark.text == marks_.across[3];
        for (std::size_t k = 0; k < gap_; ++k) {
            const bool is_middle = k == gap_ / 2;
            if (is_link || is_middle) {
                canvas.write(row_a, column_of(a) + label_width_ + k, mark.text, mark.ink);
            }
        }
    } else if (a.column == b.column && b.row - a.row == 1) {
        const Mark mark = mark_of(line, true);
        canvas.write(row_a + 1, column_of(a) + (label_width_ - 1) / 2, mark.text, mark.ink);
    } else if (is_row_wrap(panel, a, b)) {
        const Mark mark = mark_of(line, false);
        canvas.write(row_a, 1, mark.text, mark.ink);
        canvas.write(row_a, column_of(b) + label_width_, mark.text, mark.ink);
    } else if (is_column_wrap(panel, a, b)) {
        const Mark mark = mark_of(line, true);
        canvas.write(row_a - 1, column_of(a) + (label_width_ - 1) / 2, mark.text, mark.ink);
        canvas.write(row_b + 1, column_of(b) + (label_width_ - 1) / 2, mark.text, mark.ink);
    } else {
        others_.push_back(&line);
    }
}

}  // namespace tt_run::topology::draw
