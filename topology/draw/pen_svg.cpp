#include "topology/draw/pen_svg.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "topology/draw/embedded_files.hpp"
#include "topology/draw/panel_plan.hpp"
#include "topology/draw/xml_text.hpp"

namespace tt_run::topology::draw {

namespace {

constexpr double kMargin = 24;
constexpr std::size_t kMostFindings = 40;
constexpr std::size_t kMostPills = 90;
constexpr std::uint32_t kMostParallels = 4;

/// A length without needless digits.
std::string px(double value) {
    return fmt::format("{:g}", std::round(value * 10) / 10);
}

int heat_class(double heat) {
    return heat < 0 ? -1 : heat == 0 ? 0 : std::clamp(static_cast<int>(std::ceil(heat * 5)), 1, 5);
}

class SvgPen {
  public:
    SvgPen(const Picture& picture, bool is_alone)
        : picture_(picture),
          is_alone_(is_alone),
          plan_(plan_panels(picture, {kMargin, is_alone ? kMargin + 46 : kMargin + 10})) {}

    std::string draw() {
        double width = plan_.width + kMargin;
        if (is_alone_) {  // letters of the title are about nine pixels wide, of the line below six and a half
            width = std::max({width, 2 * kMargin + 9.2 * static_cast<double>(picture_.title.size()),
                              2 * kMargin + 6.3 * static_cast<double>(picture_.subtitle.size() +
                                                                      picture_.overlay.size())});
        }
        double height = plan_.height + kMargin;
        draw_bundles();
        draw_panels();
        draw_pills();
        if (is_alone_) {
            height = draw_notes(width, height);
        }
        for (const BundlePath& path : plan_.bundles) {
            width = std::max(width, path.at(0.5).x + kMargin);
        }
        std::string out = fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tt-run{}\" viewBox=\"0 0 {} {}\" width=\"{}\" "
            "height=\"{}\" role=\"{}\" aria-label=\"{}\">\n",
            is_alone_ ? " alone" : "", px(width), px(height), px(width), px(height),
            is_alone_ ? "img" : "group", xml_text(picture_.title));
        if (is_alone_) {
            out += fmt::format("<style>{}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n",
                               style_sheet());
            out += fmt::format(
                "<text class=\"title\" x=\"{0}\" y=\"36\">{1}</text>\n<text class=\"soft\" "
                "x=\"{0}\" y=\"54\">{2}{3}</text>\n",
                px(kMargin), xml_text(picture_.title), xml_text(picture_.subtitle),
                picture_.overlay.empty() ? "" : xml_text("; " + picture_.overlay));
        }
        return out + body_ + "</svg>\n";
    }

  private:
    void draw_bundles() {
        for (std::size_t k = 0; k < picture_.bundles.size(); ++k) {
            const Bundle& bundle = picture_.bundles[k];
            const BundlePath& path = plan_.bundles[k];
            std::string classes = "b";
            std::string width = fmt::format(" style=\"stroke-width:{}\"",
                                            px(1.4 + 0.7 * std::log2(std::max(bundle.present, 1U))));
            if (const int heat = heat_class(bundle.heat); heat >= 0) {
                classes += fmt::format(" t{}", heat);
                width.clear();
            } else if (bundle.look != LinkLook::sound) {
                classes += bundle.look == LinkLook::missing     ? " missing"
                           : bundle.look == LinkLook::one_sided ? " one-sided"
                           : bundle.look == LinkLook::slow      ? " slow"
                                                                : " some";
            }
            body_ += fmt::format("<path class=\"{}\" data-b=\"{}\"{} d=\"M{} {}C{} {} {} {} {} {}\"/>\n",
                                 classes, k, width, px(path.from.x), px(path.from.y), px(path.from_pull.x),
                                 px(path.from_pull.y), px(path.to_pull.x), px(path.to_pull.y), px(path.to.x),
                                 px(path.to.y));
        }
    }

    void draw_pills() {
        if (picture_.bundles.size() > kMostPills) {
            return;
        }
        for (std::size_t k = 0; k < picture_.bundles.size(); ++k) {
            const Bundle& bundle = picture_.bundles[k];
            const Point middle = plan_.bundles[k].label();
            const std::string words = bundle.present == bundle.wanted
                                          ? fmt::format("{}", bundle.present)
                                          : fmt::format("{}/{}", bundle.present, bundle.wanted);
            const double half = 3.4 * static_cast<double>(words.size()) + 5;
            body_ += fmt::format(
                "<rect class=\"pill\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"14\" rx=\"7\"/><text "
                "class=\"count{}\" x=\"{}\" y=\"{}\">{}</text>\n",
                px(middle.x - half), px(middle.y - 7), px(2 * half),
                bundle.present == bundle.wanted ? "" : " alarm", px(middle.x), px(middle.y + 3.5), words);
        }
    }

    void draw_panels() {
        std::vector<std::vector<std::size_t>> lines(picture_.panels.size());
        std::vector<bool> has_exit(picture_.cells.size(), false);
        for (std::size_t k = 0; k < picture_.lines.size(); ++k) {
            const Line& line = picture_.lines[k];
            if (picture_.is_within_panel(line)) {
                lines[picture_.cells[line.a].panel].push_back(k);
            } else {
                has_exit[line.a] = true;
                has_exit[line.b] = true;
            }
        }
        std::size_t cell = 0;
        for (std::size_t k = 0; k < picture_.panels.size(); ++k) {
            draw_panel(k);
            for (const std::size_t line : lines[k]) {
                draw_line(line);
            }
            for (; cell < picture_.cells.size() && picture_.cells[cell].panel == k; ++cell) {
                draw_cell(cell, has_exit[cell]);
            }
            body_ += "</g>\n";
        }
    }

    void draw_panel(std::size_t number) {
        const Panel& panel = picture_.panels[number];
        const Box& box = plan_.panels[number];
        body_ += fmt::format(
            "<g data-p=\"{}\"><rect class=\"panel\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"9\"/>"
            "<text class=\"heading\" x=\"{}\" y=\"{}\">{}</text>",
            number, px(box.x), px(box.y), px(box.width), px(box.height), px(box.x + 14), px(box.y + 22),
            xml_text(panel.title));
        // The detail stands right of the title where both fit, about six pixels a letter.
        if (6.2 * static_cast<double>(panel.detail.size()) + 7.5 * static_cast<double>(panel.title.size()) +
                44 <
            box.width) {
            body_ += fmt::format("<text class=\"soft\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                                 px(box.x + box.width - 14), px(box.y + 22), xml_text(panel.detail));
        }
        for (const Frame& frame : panel.frames) {
            draw_frame(number, frame);
        }
        body_ += "\n";
    }

    void draw_frame(std::size_t panel, const Frame& frame) {
        Cell first;
        first.panel = static_cast<std::uint32_t>(panel);
        first.row = frame.row;
        first.column = frame.column;
        Cell last = first;
        last.row += frame.rows - 1;
        last.column += frame.columns - 1;
        const Box north_west = plan_.cell(picture_, first);
        const Box south_east = plan_.cell(picture_, last);
        const double reach = plan_.measures.gap / 2 - 1.5;
        body_ += fmt::format(
            "<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
            "rx=\"7\"><title>{}</title></rect>",
            px(north_west.x - reach), px(north_west.y - reach),
            px(south_east.x + south_east.width - north_west.x + 2 * reach),
            px(south_east.y + south_east.height - north_west.y + 2 * reach), xml_text(frame.label));
    }

    void draw_cell(std::size_t number, bool has_exit) {
        const Cell& cell = picture_.cells[number];
        const Box box = plan_.cell(picture_, cell);
        const int heat = heat_class(cell.heat);
        body_ += fmt::format(
            "<g class=\"c{}{}\" data-c=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" "
            "height=\"{}\" rx=\"5\"/>",
            cell.hue >= 0 ? fmt::format(" hue h{}", cell.hue % kHues) : "",
            heat >= 0 ? fmt::format(" t{}", heat) : "", number, xml_text(cell.name), px(box.x), px(box.y),
            px(box.width), px(box.height));
        if (has_exit) {
            body_ += fmt::format("<circle class=\"exit\" cx=\"{}\" cy=\"{}\" r=\"2\"/>",
                                 px(box.x + box.width - 5), px(box.y + 5));
        }
        body_ += fmt::format("<text x=\"{}\" y=\"{}\">{}</text></g>\n", px(box.x + box.width / 2),
                             px(box.y + box.height / 2 + 4), xml_text(cell.label));
    }

    /// Strokes side by side, one for each link: between two chips, or from a chip over the panel's edge.
    static void add_strokes(std::string& d, Point from, Point to, std::uint32_t first, std::uint32_t end,
                            std::uint32_t all) {
        const bool is_across = std::abs(to.x - from.x) > std::abs(to.y - from.y);
        for (std::uint32_t k = first; k < end; ++k) {
            const double offset = (k - (all - 1) / 2.0) * 3.2;
            const double dx = is_across ? 0 : offset;
            const double dy = is_across ? offset : 0;
            d += fmt::format("M{} {}L{} {}", px(from.x + dx), px(from.y + dy), px(to.x + dx), px(to.y + dy));
        }
    }

    void draw_line(std::size_t number) {
        const Line& line = picture_.lines[number];
        const Cell& a = picture_.cells[line.a];
        const Cell& b = picture_.cells[line.b];
        const Panel& panel = picture_.panels[a.panel];
        const Box box_a = plan_.cell(picture_, a);
        const Box box_b = plan_.cell(picture_, b);
        const Point centre_a = box_a.centre();
        const Point centre_b = box_b.centre();
        const double stub = plan_.measures.margin;
        std::vector<std::pair<Point, Point>> strokes;
        if (a.row == b.row && b.column - a.column == 1) {
            strokes.push_back({{box_a.x + box_a.width, centre_a.y}, {box_b.x, centre_b.y}});
        } else if (a.column == b.column && b.row - a.row == 1) {
            strokes.push_back({{centre_a.x, box_a.y + box_a.height}, {centre_b.x, box_b.y}});
        } else if (a.row == b.row && a.column == 0 && b.column == panel.columns - 1) {
            strokes.push_back({{box_a.x - stub, centre_a.y}, {box_a.x, centre_a.y}});
            strokes.push_back(
                {{box_b.x + box_b.width, centre_b.y}, {box_b.x + box_b.width + stub, centre_b.y}});
        } else if (a.column == b.column && a.row == 0 && b.row == panel.rows - 1) {
            strokes.push_back({{centre_a.x, box_a.y - stub + 4}, {centre_a.x, box_a.y}});
            strokes.push_back(
                {{centre_b.x, box_b.y + box_b.height}, {centre_b.x, box_b.y + box_b.height + stub}});
        } else {
            draw_curve(number, centre_a, centre_b);
            return;
        }
        draw_strokes(number, strokes);
    }

    void draw_strokes(std::size_t number, const std::vector<std::pair<Point, Point>>& strokes) {
        const Line& line = picture_.lines[number];
        const int heat = heat_class(line.heat);
        const bool is_hot = heat > 0;
        const std::uint32_t all = is_hot ? 1 : std::clamp(line.wanted, 1U, kMostParallels);
        // Of more than four links there are four strokes; a loss shows in one of them at least.
        std::uint32_t up = is_hot ? 1 : std::min(line.present, all);
        if (!is_hot && line.present < line.wanted && up == all) {
            --up;
        }
        std::string d;
        std::string lost;
        for (const auto& [from, to] : strokes) {
            add_strokes(d, from, to, 0, up, all);
            add_strokes(lost, from, to, up, all, all);
        }
        if (!d.empty()) {
            const std::string_view look = line.look == LinkLook::slow        ? " slow"
                                          : line.look == LinkLook::one_sided ? " one-sided"
                                                                             : "";
            body_ += fmt::format("<path class=\"l{}{}\" data-l=\"{}\" d=\"{}\"/>", look,
                                 heat >= 0                   ? fmt::format(" t{}", heat)
                                 : !picture_.overlay.empty() ? " t0"
                                                             : "",
                                 number, d);
        }
        if (!lost.empty()) {
            const Point from = strokes.front().first;
            const Point to = strokes.front().second;
            const Point middle{(from.x + to.x) / 2, (from.y + to.y) / 2};
            body_ += fmt::format("<path class=\"{}\" data-l=\"{}\" d=\"{}\"/>",
                                 line.look == LinkLook::one_sided ? "l one-sided" : "lost", number, lost);
            if (line.look == LinkLook::missing) {
                body_ += fmt::format("<path class=\"cross\" d=\"M{0} {1}L{2} {3}M{0} {3}L{2} {1}\"/>",
                                     px(middle.x - 4), px(middle.y - 4), px(middle.x + 4), px(middle.y + 4));
            }
        }
        body_ += "\n";
    }

    /// Between chips that are no neighbours: a bow.
    void draw_curve(std::size_t number, Point a, Point b) {
        const Line& line = picture_.lines[number];
        const double length = std::hypot(b.x - a.x, b.y - a.y);
        const Point middle{(a.x + b.x) / 2 + (b.y - a.y) / length * 22,
                           (a.y + b.y) / 2 - (b.x - a.x) / length * 22};
        const int heat = heat_class(line.heat);
        body_ += fmt::format("<path class=\"{}{}\" data-l=\"{}\" d=\"M{} {}Q{} {} {} {}\"/>\n",
                             line.look == LinkLook::missing     ? "lost"
                             : line.look == LinkLook::one_sided ? "l one-sided"
                             : line.look == LinkLook::short_of  ? "l some"
                                                                : "l",
                             heat >= 0 ? fmt::format(" t{}", heat) : "", number, px(a.x), px(a.y),
                             px(middle.x), px(middle.y), px(b.x), px(b.y));
    }

    /// Legend and findings below; gives back the height of all.
    double draw_notes(double& width, double height) {
        double y = height + 4;
        double x = kMargin;
        const auto sample = [&](std::string_view classes, std::uint32_t strokes, std::string_view words) {
            std::string d;
            add_strokes(d, {x, y - 4}, {x + 18, y - 4}, 0, strokes, strokes);
            body_ +=
                fmt::format("<path class=\"{}\" d=\"{}\"/><text class=\"soft\" x=\"{}\" y=\"{}\">{}</text>",
                            classes, d, px(x + 24), px(y), words);
            x += 24 + 6.4 * static_cast<double>(words.size()) + 18;
            width = std::max(width, x);
        };
        const auto has = [&](LinkLook look) {
            return std::any_of(picture_.lines.begin(), picture_.lines.end(),
                               [&](const Line& line) { return line.look == look; });
        };
        for (std::uint32_t links = 1; links <= kMostParallels; ++links) {
            if (std::any_of(picture_.lines.begin(), picture_.lines.end(), [&](const Line& line) {
                    return line.look == LinkLook::sound && std::min(line.present, kMostParallels) == links;
                })) {
                constexpr const char* kWords[] = {"", "1 link", "2 links", "3 links", "4 links or more"};
                sample("l", links, kWords[links]);
            }
        }
        if (has(LinkLook::missing) || has(LinkLook::short_of)) {
            sample("lost", 1, "missing");
        }
        if (has(LinkLook::one_sided)) {
            sample("l one-sided", 1, "seen from one end");
        }
        if (has(LinkLook::slow)) {
            sample("l slow", 1, "slow");
        }
        body_ += "\n";
        y += x > kMargin ? 10 : -12;
        body_ += svg_findings(picture_.findings, y, width);
        return y + kMargin - 8;
    }

    const Picture& picture_;
    bool is_alone_;
    PanelPlan plan_;
    std::string body_;
};

}  // namespace

std::string svg_findings(const std::vector<Finding>& findings, double& y, double& width) {
    std::string out;
    const auto add = [&](std::string_view look, std::string_view mark, const std::string& words) {
        y += 17;
        out += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{} {}</text>\n", look, px(kMargin), px(y),
                           mark, xml_text(words));
        width = std::max(width, kMargin * 2 + 6.1 * static_cast<double>(words.size()));
    };
    const std::size_t shown = std::min(findings.size(), kMostFindings);
    for (std::size_t k = 0; k < shown; ++k) {
        const bool is_missing = findings[k].look == LinkLook::missing;
        add(is_missing ? "alarm" : "warning", is_missing ? "×" : "!", findings[k].text);
    }
    if (shown < findings.size()) {
        add("warning", "!", fmt::format("... and {} more", findings.size() - shown));
    }
    return out;
}

std::string render_svg(const Picture& picture) {
    return SvgPen(picture, true).draw();
}

std::string render_svg_for_page(const Picture& picture) {
    return SvgPen(picture, false).draw();
}

std::string_view style_sheet() {
    return embedded_file("picture.css");
}

}  // namespace tt_run::topology::draw
