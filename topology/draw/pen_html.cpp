#include "topology/draw/pen_html.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "topology/draw/embedded_files.hpp"
#include "topology/draw/pen_json.hpp"
#include "topology/draw/pen_svg.hpp"
#include "topology/draw/xml_text.hpp"
#include "topology/physical/json_text.hpp"

namespace tt_run::topology::draw {

namespace {

/// Values of one overlay by positions of cells and lines, those of one pair added up.
struct Placed {
    struct Sum {
        double value = 0;
        std::string label;
    };
    std::map<std::size_t, Sum> cells;
    std::map<std::size_t, Sum> lines;
    double most = 0;
};

Placed place(const Picture& picture, const Overlay& overlay) {
    std::map<std::string_view, std::uint32_t> cells;
    for (std::uint32_t k = 0; k < picture.cells.size(); ++k) {
        cells.emplace(picture.cells[k].name, k);
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> lines;
    for (std::size_t k = 0; k < picture.lines.size(); ++k) {
        lines.emplace(std::pair{picture.lines[k].a, picture.lines[k].b}, k);
    }
    Placed placed;
    for (const OverlayValue& one : overlay.values) {
        const auto from = cells.find(one.from);
        const auto to = cells.find(one.to);
        if (from == cells.end() || to == cells.end()) {
            continue;
        }
        Placed::Sum* sum = nullptr;
        if (from == to) {
            sum = &placed.cells[from->second];
        } else {
            const auto line =
                lines.find({std::min(from->second, to->second), std::max(from->second, to->second)});
            sum = line == lines.end() ? nullptr : &placed.lines[line->second];
        }
        if (sum != nullptr) {
            sum->value += one.value;
            sum->label += (sum->label.empty() ? "" : "; ") + one.label;
            placed.most = std::max(placed.most, sum->value);
        }
    }
    return placed;
}

std::string sums_json(const std::map<std::size_t, Placed::Sum>& sums) {
    std::string out = "[";
    for (const auto& [at, sum] : sums) {
        out += fmt::format("{}[{}, {:.9g}, {}]", out.size() > 1 ? ", " : "", at, sum.value,
                           json_text(sum.label));
    }
    return out + "]";
}

/// A largest value as people say it: `1.05 MB`; other units as they are.
std::string in_words(double value, const std::string& unit) {
    if (unit != "bytes" || value < 1000) {
        return fmt::format("{:.4g} {}", value, unit);
    }
    constexpr std::array kUnits{"kB", "MB", "GB", "TB"};
    std::size_t k = 0;
    for (value /= 1000; value >= 1000 && k + 1 < kUnits.size(); value /= 1000) {
        ++k;
    }
    return fmt::format("{:.3g} {}", value, kUnits[k]);
}

std::string overlays_json(const PageView& view) {
    std::string out = "\"overlays\": [";
    std::string_view separator;
    for (const Overlay& overlay : view.overlays) {
        const Placed placed = place(*view.picture, overlay);
        out += fmt::format(
            "{}{{\"title\": {}, \"most\": {:.9g}, \"words\": {}, \"cells\": {}, \"lines\": {}}}", separator,
            json_text(overlay.title), placed.most, json_text(in_words(placed.most, overlay.unit)),
            sums_json(placed.cells), sums_json(placed.lines));
        separator = ",\n  ";
    }
    return out + "]";
}

/// JSON inside a script element: no `</` may end it early.
std::string for_script(const std::string& json) {
    std::string out;
    for (std::size_t k = 0; k < json.size(); ++k) {
        out += json[k];
        if (json[k] == '<') {
            out.pop_back();
            out += "\\u003c";
        }
    }
    return out;
}

constexpr const char* kHelp =
    "<h2>Legend</h2><svg class=\"tt-run\" width=\"280\" height=\"96\" role=\"img\" aria-label=\"legend\">"
    "<path class=\"l\" d=\"M0 8h18M0 24h18M0 27.2h18M0 39h18M0 42.2h18M0 45.4h18M0 48.6h18\"/>"
    "<text class=\"soft\" x=\"26\" y=\"12\">one link</text><text class=\"soft\" x=\"26\" y=\"30\">two</text>"
    "<text class=\"soft\" x=\"26\" y=\"48\">four or more</text>"
    "<circle class=\"exit\" cx=\"9\" cy=\"62\" r=\"2.5\"/><text class=\"soft\" x=\"26\" y=\"66\">links to "
    "other panels</text>"
    "<path class=\"lost\" d=\"M140 8h18\"/><text class=\"soft\" x=\"166\" y=\"12\">missing</text>"
    "<path class=\"l one-sided\" d=\"M140 26h18\"/><text class=\"soft\" x=\"166\" y=\"30\">seen from one "
    "end</text>"
    "<path class=\"l slow\" d=\"M140 44h18\"/><text class=\"soft\" x=\"166\" y=\"48\">slow</text></svg>"
    "<p class=\"keys\"><kbd>/</kbd> search &nbsp; arrows: chip to chip<br><kbd>+</kbd> <kbd>-</kbd> "
    "<kbd>0</kbd> zoom &nbsp; <kbd>t</kbd> light or dark<br><kbd>Esc</kbd> undo filters</p>";

}  // namespace

std::string render_page(const std::string& title, const std::string& subtitle,
                        const std::vector<PageView>& views) {
    std::string tabs;
    std::string bodies;
    std::string data = "[";
    for (std::size_t k = 0; k < views.size(); ++k) {
        const PageView& view = views[k];
        tabs += fmt::format("<button role=\"tab\" id=\"tab-{0}\" aria-controls=\"view-{0}\">{1}</button>", k,
                            xml_text(view.tab));
        bodies += fmt::format(
            "<section class=\"view {}\" id=\"view-{}\" role=\"tabpanel\" "
            "aria-labelledby=\"tab-{}\"{}>\n{}</section>\n",
            view.picture != nullptr ? "stage" : "prose", k, k, k == 0 ? "" : " hidden",
            view.picture != nullptr ? render_svg_for_page(*view.picture) : view.html);
        data += k == 0 ? "\n" : ",\n";
        data += view.picture != nullptr ? render_json(*view.picture, overlays_json(view)) : "null";
    }
    data += "]";
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<link rel=\"icon\" "
        "href=\"data:,\">\n<style>\n{css}{page_css}</style>\n</head>\n<body>\n<header><h1>{title}</"
        "h1><p>{subtitle}</p>"
        "<button id=\"theme\" title=\"light or dark (t)\">light / dark</button></header>\n"
        "<div class=\"bar\"><div class=\"tabs\" role=\"tablist\">{tabs}</div>"
        "<div id=\"tools\" class=\"tools\">"
        "<span><label for=\"host\">host</label> <select id=\"host\"></select></span>"
        "<span><label for=\"mesh\">mesh</label> <select id=\"mesh\"></select></span>"
        "<span><label for=\"rank\">rank</label> <select id=\"rank\"></select></span>"
        "<input id=\"search\" type=\"search\" placeholder=\"search\" aria-label=\"search chips\">"
        "<span id=\"count\" class=\"soft\" role=\"status\"></span>"
        "<span><label for=\"colour\">colour by</label> <select id=\"colour\"></select></span>"
        "<span><label for=\"overlay\">overlay</label> <select id=\"overlay\"></select></span>"
        "<span id=\"scale\" hidden><span class=\"scale\"><i style=\"background:var(--t1)\"></i><i "
        "style=\"background:var(--t2)\"></i><i style=\"background:var(--t3)\"></i><i "
        "style=\"background:var(--t4)\"></i><i style=\"background:var(--t5)\"></i></span><span></span></span>"
        "<span class=\"zoom\"><button id=\"out\" aria-label=\"smaller\">&minus;</button><button id=\"fit\" "
        "title=\"fit (0)\"><span id=\"size\"></span></button><button id=\"in\" "
        "aria-label=\"larger\">+</button></span>"
        "</div></div>\n<main>\n<div class=\"views\">\n{bodies}</div>\n"
        "<aside><div id=\"details\" aria-live=\"polite\"><p class=\"soft\">Point at a chip or a link, or "
        "press Tab "
        "and arrows.</p></div><h2 hidden>Amiss</h2><ul id=\"findings\" class=\"amiss\"></ul>{help}</aside>\n"
        "</main>\n<script type=\"application/json\" "
        "id=\"data\">{data}</script>\n<script>\n{script}</script>\n</body>\n"
        "</html>\n",
        fmt::arg("title", xml_text(title)), fmt::arg("subtitle", xml_text(subtitle)),
        fmt::arg("css", style_sheet()), fmt::arg("page_css", embedded_file("page.css")),
        fmt::arg("tabs", tabs), fmt::arg("bodies", bodies), fmt::arg("help", kHelp),
        fmt::arg("data", for_script(data)), fmt::arg("script", embedded_file("page.js")));
}

}  // namespace tt_run::topology::draw
