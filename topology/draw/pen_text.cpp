#include "topology/draw/pen_text.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "topology/draw/panel_text.hpp"
#include "topology/draw/text_canvas.hpp"

namespace tt_run::topology::draw {

namespace {

constexpr std::size_t kMostListed = 150;

class TextPen {
  public:
    TextPen(const Picture& picture, const TextLook& look)
        : picture_(picture), look_(look), panels_(picture, look), marks_(panels_.marks()) {}

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
        add_findings(out_, picture_.findings, look_.width);
        return out_.render(look_.colour);
    }

  private:
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
        const bool with_details = picture_.panels.size() == 1 || !same_details();
        for (std::uint32_t k = 0; k < picture_.panels.size(); ++k) {
            const TextCanvas panel = panels_.draw(k, with_details);
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

    void add_wrapped(std::string_view text, std::size_t indent, Ink ink) {
        out_.add_wrapped(text, indent, look_.width, ink);
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
                words.push_back(fmt::format("{} {} {}{}", marks_.across[mark], marks_.down[mark],
                                            support::counted(least, "link"),
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
        if (panels_.others().empty()) {
            return;
        }
        std::vector<std::string> items;
        for (const Line* line : panels_.others()) {
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
            const char* const mark = bundle.look == LinkLook::missing ? marks_.missing
                                     : bundle.look == LinkLook::one_sided
                                         ? "?"
                                         : marks_.across[std::min(bundle.present, 3U)];
            items.push_back(fmt::format("{} {} {}: {}", picture_.panels[bundle.a].title, mark,
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

    const Picture& picture_;
    const TextLook& look_;
    PanelText panels_;
    const Marks& marks_;
    TextCanvas out_;
};

}  // namespace

void add_findings(TextCanvas& canvas, const std::vector<Finding>& findings, std::size_t width) {
    if (findings.empty()) {
        return;
    }
    canvas.write(canvas.rows(), 0, "");
    canvas.write(canvas.rows(), 0, "amiss", Ink::strong);
    const std::size_t shown = std::min(findings.size(), kMostListed);
    for (std::size_t k = 0; k < shown; ++k) {
        canvas.add_wrapped(findings[k].text, 2, width,
                           findings[k].look == LinkLook::missing ? Ink::alarm : Ink::warning);
    }
    if (shown < findings.size()) {
        canvas.write(canvas.rows(), 2, fmt::format("... and {} more", findings.size() - shown));
    }
}

std::string render_text(const Picture& picture, const TextLook& look) {
    return TextPen(picture, look).draw();
}

}  // namespace tt_run::topology::draw
