#include "topology/draw/pen_text.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "topology/draw/text_canvas.hpp"

namespace tt_run::topology::draw {

namespace {

constexpr std::size_t kMostListed = 150;

/// What draws with: the same marks by two alphabets.
struct Marks {
    const char* across[4];  ///< by number of links, three and more alike
    const char* down[4];
    const char* missing;
    const char* corners[4];  ///< north-west, north-east, south-west, south-east
    const char* top;
    const char* side;
};
constexpr Marks kBoxes{{" ", "─", "═", "━"}, {" ", "│", "║", "┃"}, "×", {"╭", "╮", "╰", "╯"}, "─", "│"};
constexpr Marks kPlain{{" ", "-", "=", "#"}, {" ", "|", "\"", "#"}, "x", {"+", "+", "+", "+"}, "-", "|"};

struct Mark {
    std::string text;
    Ink ink = Ink::faint;
};

class TextPen {
  public:
    TextPen(const Picture& picture, const TextLook& look)
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
        for (std::uint32_t k = 0; k < picture.lines.size(); ++k) {
            if (picture.is_within_panel(picture.lines[k])) {
                lines_of_panel_[picture.cells[picture.lines[k].a].panel].push_back(k);
            }
        }
    }

    std::string draw() {
        if (look_.heading) {
            out_.write(0, 0, picture_.title, Ink::strong);
            add_wrapped(picture_.subtitle, 0, Ink::plain);
        }
        if (!picture_.overlay.empty()) {
            add_wrapped(picture_.overlay, 0, Ink::plain);
        }
        add_panels();
        add_legend();
        add_other_lines();
        add_bundles();
        add_busiest();
        add_findings();
        return out_.render(look_.colour);
    }

  private:
    std::size_t inner_width(const Panel& panel) const {
        const auto columns = static_cast<std::size_t>(panel.columns);
        return columns * label_width_ + (columns - 1) * gap_ + 2;
    }

    bool same_details() const {
        return std::all_of(picture_.panels.begin(), picture_.panels.end(), [&](const Panel& panel) {
            return panel.detail == picture_.panels.front().detail;
        });
    }

    void add_panels() {
        if (picture_.panels.size() > 1 && same_details() && !picture_.panels.front().detail.empty()) {
            add_wrapped(fmt::format("each {}: {}", picture_.unit, picture_.panels.front().detail), 0,
                        Ink::plain);
        }
        std::size_t row = out_.rows() == 0 ? 0 : out_.rows() + 1;
        std::size_t column = 0;
        std::size_t height = 0;
        std::size_t cell = 0;
        for (std::uint32_t k = 0; k < picture_.panels.size(); ++k) {
            const std::size_t first = cell;
            while (cell < picture_.cells.size() && picture_.cells[cell].panel == k) {
                ++cell;
            }
            const TextCanvas panel = draw_panel(k, first, cell);
            if (column != 0 && (column + 1 + panel.columns() > look_.width ||
                                k % static_cast<std::uint32_t>(picture_.panels_per_row) == 0)) {
                row += height;
                column = 0;
                height = 0;
            }
            column += column == 0 ? 0 : 1;
            out_.paste(row, column, panel);
            column += panel.columns();
            height = std::max(height, panel.rows());
        }
    }

    TextCanvas draw_panel(std::uint32_t number, std::size_t first, std::size_t end) {
        const Panel& panel = picture_.panels[number];
        TextCanvas canvas;
        const bool wraps_down = has_wrap_down(number);
        std::string title = panel.title;
        if ((picture_.panels.size() == 1 || !same_details()) && !panel.detail.empty()) {
            title += "  " + panel.detail;
        }
        const std::size_t inner =
            std::max(inner_width(panel), std::min<std::size_t>(width_of(title) + 2, 40));
        const std::size_t rows = static_cast<std::size_t>(panel.rows) * 2 - 1 + (wraps_down ? 2 : 0);
        draw_border(canvas, inner, rows, title);
        const std::size_t top = 1 + (wraps_down ? 1 : 0);
        for (std::size_t k = first; k < end; ++k) {
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

    void draw_border(TextCanvas& canvas, std::size_t inner, std::size_t rows,
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

    std::size_t column_of(const Cell& cell) const {
        return 2 + static_cast<std::size_t>(cell.column) * (label_width_ + gap_);
    }

    Mark mark_of(const Line& line, bool is_down) const {
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

    static bool is_row_wrap(const Panel& panel, const Cell& a, const Cell& b) {
        return a.row == b.row && panel.columns > 2 && a.column == 0 && b.column == panel.columns - 1;
    }
    static bool is_column_wrap(const Panel& panel, const Cell& a, const Cell& b) {
        return a.column == b.column && panel.rows > 2 && a.row == 0 && b.row == panel.rows - 1;
    }
    bool has_wrap_down(std::uint32_t number) {
        const auto& lines = lines_of_panel_[number];
        return std::any_of(lines.begin(), lines.end(), [&](std::uint32_t line) {
            return is_column_wrap(picture_.panels[number], picture_.cells[picture_.lines[line].a],
                                  picture_.cells[picture_.lines[line].b]);
        });
    }

    void draw_line(TextCanvas& canvas, const Panel& panel, const Line& line, std::size_t top) {
        const Cell& a = picture_.cells[line.a];
        const Cell& b = picture_.cells[line.b];
        const std::size_t row_a = top + static_cast<std::size_t>(a.row) * 2;
        const std::size_t row_b = top + static_cast<std::size_t>(b.row) * 2;
        if (a.row == b.row && b.column - a.column == 1) {
            const Mark mark = mark_of(line, false);
            const bool is_link = mark.text == marks_.across[1] || mark.text == marks_.across[2] ||
                                 mark.text == marks_.across[3];
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

    void add_wrapped(std::string_view text, std::size_t indent, Ink ink) {
        std::string line;
        std::size_t margin = indent;
        const auto flush = [&] {
            if (!line.empty()) {
                out_.write(out_.rows(), margin, line, ink);
                line.clear();
                margin = indent + (indent == 0 ? 0 : 4);
            }
        };
        while (!text.empty()) {
            const std::size_t end = std::min(text.find(' '), text.size());
            const std::string_view word = text.substr(0, end);
            if (!line.empty() && margin + width_of(line) + 1 + width_of(word) > look_.width) {
                flush();
            }
            line += (line.empty() ? "" : " ") + std::string(word);
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        flush();
    }

    void add_blank() { out_.write(out_.rows(), 0, ""); }

    void add_legend() {
        std::map<std::uint32_t, std::set<std::uint32_t>> counts;
        bool has[5] = {};
        for (const Line& line : picture_.lines) {
            if (line.present != 0 && line.present == line.wanted) {
                counts[std::min<std::uint32_t>(line.present, 3)].insert(line.present);
            }
            has[static_cast<std::size_t>(line.look)] = true;
        }
        std::vector<std::string> words;
        if (picture_.overlay.empty()) {
            for (const auto& [mark, links] : counts) {
                const std::uint32_t least = *links.begin();
                words.push_back(fmt::format("{} {} {} link{}{}", marks_.across[mark], marks_.down[mark],
                                            least, least == 1 ? "" : "s",
                                            links.size() == 1 ? "" : " or more"));
            }
        } else {
            words.push_back("1 to 9: tenths of the most, *: the most");
        }
        const std::pair<LinkLook, std::string> looks[] = {
            {LinkLook::missing, fmt::format("{} all missing", marks_.missing)},
            {LinkLook::short_of, "! some missing"},
            {LinkLook::one_sided, "? seen from one end"},
            {LinkLook::slow, "~ slow"},
        };
        for (const auto& [look, text] : looks) {
            if (has[static_cast<std::size_t>(look)]) {
                words.push_back(text);
            }
        }
        std::string line;
        for (const std::string& word : words) {
            line += (line.empty() ? "" : "   ") + word;
        }
        if (!line.empty()) {
            out_.write(out_.rows(), 0, line, Ink::faint);
        }
    }

    /// Short texts side by side in columns, as many as fit.
    void add_columns(const std::vector<std::string>& items) {
        std::size_t widest = 0;
        for (const std::string& item : items) {
            widest = std::max(widest, width_of(item));
        }
        const std::size_t columns = std::max<std::size_t>(1, (look_.width - 2 + 3) / (widest + 3));
        const std::size_t shown = std::min(items.size(), kMostListed);
        const std::size_t first_row = out_.rows();
        const std::size_t rows = (shown + columns - 1) / columns;
        for (std::size_t k = 0; k < shown; ++k) {
            out_.write(first_row + k % rows, 2 + k / rows * (widest + 3), items[k]);
        }
        if (shown < items.size()) {
            out_.write(out_.rows(), 2, fmt::format("... and {} more", items.size() - shown));
        }
    }

    std::string links_in_words(std::uint32_t present, std::uint32_t wanted) const {
        return present == wanted ? fmt::format("{}", present) : fmt::format("{} of {}", present, wanted);
    }

    void add_other_lines() {
        if (others_.empty()) {
            return;
        }
        std::vector<std::string> items;
        for (const Line* line : others_) {
            items.push_back(fmt::format("{} {} {}: {}", picture_.cells[line->a].name,
                                        marks_.across[std::min<std::uint32_t>(line->present, 3)],
                                        picture_.cells[line->b].name,
                                        links_in_words(line->present, line->wanted)));
        }
        add_blank();
        out_.write(out_.rows(), 0, "links to others than neighbours", Ink::strong);
        add_columns(items);
    }

    void add_bundles() {
        if (picture_.bundles.empty()) {
            return;
        }
        std::vector<std::string> items;
        for (const Bundle& bundle : picture_.bundles) {
            items.push_back(fmt::format("{} {} {}: {}", picture_.panels[bundle.a].title,
                                        marks_.across[std::min<std::uint32_t>(bundle.present, 3)],
                                        picture_.panels[bundle.b].title,
                                        links_in_words(bundle.present, bundle.wanted)));
        }
        add_blank();
        out_.write(out_.rows(), 0,
                   fmt::format("links between {}{}", picture_.unit, picture_.unit == "mesh" ? "es" : "s"),
                   Ink::strong);
        add_columns(items);
    }

    void add_busiest() {
        if (picture_.overlay.empty()) {
            return;
        }
        std::vector<const Line*> hot;
        for (const Line& line : picture_.lines) {
            if (line.heat >= 0) {
                hot.push_back(&line);
            }
        }
        std::stable_sort(hot.begin(), hot.end(),
                         [](const Line* a, const Line* b) { return a->heat > b->heat; });
        constexpr std::size_t kMost = 12;
        add_blank();
        out_.write(out_.rows(), 0, "most", Ink::strong);
        for (std::size_t k = 0; k < std::min(hot.size(), kMost); ++k) {
            out_.write(out_.rows(), 2,
                       fmt::format("{} -- {}: {}", picture_.cells[hot[k]->a].name,
                                   picture_.cells[hot[k]->b].name, hot[k]->value));
        }
        if (hot.size() > kMost) {
            out_.write(out_.rows(), 2, fmt::format("... and {} more", hot.size() - kMost));
        }
    }

    void add_findings() {
        if (picture_.findings.empty()) {
            return;
        }
        add_blank();
        out_.write(out_.rows(), 0, "amiss", Ink::strong);
        std::size_t shown = 0;
        for (const Finding& finding : picture_.findings) {
            if (shown++ == kMostListed) {
                out_.write(out_.rows(), 2,
                           fmt::format("... and {} more", picture_.findings.size() - kMostListed));
                return;
            }
            add_wrapped(finding.text, 2, finding.look == LinkLook::missing ? Ink::alarm : Ink::warning);
        }
    }

    const Picture& picture_;
    const TextLook& look_;
    const Marks& marks_;
    std::size_t label_width_ = 1;
    std::size_t gap_ = 1;
    std::map<std::uint32_t, std::vector<std::uint32_t>> lines_of_panel_;
    std::vector<const Line*> others_;
    TextCanvas out_;
};

}  // namespace

std::string render_text(const Picture& picture, const TextLook& look) {
    return TextPen(picture, look).draw();
}

}  // namespace tt_run::topology::draw
