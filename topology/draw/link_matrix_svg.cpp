#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "topology/draw/link_matrix.hpp"
#include "topology/draw/pen_svg.hpp"
#include "topology/draw/xml_text.hpp"

namespace tt_run::topology::draw {

std::string render_matrix_svg(const LinkMatrix& matrix) {
    constexpr double kSquare = 22;
    constexpr double kGap = 6;
    std::size_t label = 0;
    for (const std::string& name : matrix.names) {
        label = std::max(label, name.size());
    }
    const double left = 24 + 7.0 * static_cast<double>(label) + 10;
    const double top = 66 + 6.4 * static_cast<double>(label);
    std::vector<double> at;
    double offset = 0;
    for (std::size_t k = 0; k < matrix.names.size(); ++k) {
        offset += k != 0 && matrix.begins_row[k] ? kGap : 0;
        at.push_back(offset);
        offset += kSquare;
    }
    std::string out;
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        out += fmt::format(
            "<text class=\"soft\" text-anchor=\"end\" x=\"{0:g}\" y=\"{1:g}\">{2}</text><text "
            "class=\"soft\" transform=\"translate({3:g} {4:g}) rotate(-90)\">{2}</text>\n",
            left - 6, top + at[row] + 15, xml_text(matrix.names[row]), left + at[row] + 15, top - 6);
        for (std::size_t k = 0; k < matrix.names.size(); ++k) {
            const LinkMatrix::Entry& entry = matrix.at(row, k);
            const bool is_linked = entry.wanted != 0;
            const char* hue = !is_linked           ? ""
                              : entry.reach == 'b' ? " hue h6"
                              : entry.reach == 'n' ? " hue h0"
                                                   : " hue h3";
            const bool is_amiss = entry.present < entry.wanted;
            out += fmt::format(
                "<g class=\"c{}\"><rect x=\"{:g}\" y=\"{:g}\" width=\"20\" height=\"20\" rx=\"3\"{}/>",
                row == k ? "" : hue, left + at[k], top + at[row],
                is_amiss ? " style=\"stroke:var(--alarm);stroke-width:2\"" : "");
            if (is_linked) {
                out += fmt::format("<text x=\"{:g}\" y=\"{:g}\">{}</text>", left + at[k] + 10,
                                   top + at[row] + 14, entry.words());
            }
            out += "</g>";
        }
        out += "\n";
    }
    double x = left;
    double y = top + offset + 18;
    const std::pair<const char*, std::string> legend[] = {
        {"h6", "one " + matrix.frame()}, {"h0", "one " + matrix.unit}, {"h3", "between " + matrix.units()}};
    for (const auto& [hue, words] : legend) {
        out += fmt::format(
            "<g class=\"c hue {}\"><rect x=\"{:g}\" y=\"{:g}\" width=\"14\" height=\"14\" "
            "rx=\"3\"/></g><text "
            "class=\"soft\" x=\"{:g}\" y=\"{:g}\">{}</text>",
            hue, x, y, x + 20, y + 11, words);
        x += 110;
    }
    out += "\n";
    double width = std::max(left + offset + 24, 420.0);
    y += 18;
    out += svg_findings(matrix.findings, y, width);
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tt-run alone\" viewBox=\"0 0 {0:g} {1:g}\" "
               "width=\"{0:g}\" height=\"{1:g}\" role=\"img\" aria-label=\"{2}\">\n<style>{3}</style>\n<rect "
               "class=\"paper\" width=\"100%\" height=\"100%\"/>\n<text class=\"title\" x=\"24\" "
               "y=\"36\">{2}</text>\n",
               width, y + 12, xml_text(matrix.title), style_sheet()) +
           out + "</svg>\n";
}

}  // namespace tt_run::topology::draw
