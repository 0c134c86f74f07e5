#include "topology/draw/link_matrix.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "topology/draw/pen_json.hpp"
#include "topology/draw/xml_text.hpp"
#include "topology/physical/json_text.hpp"

namespace tt_run::topology::draw {

namespace {

using Entry = LinkMatrix::Entry;

bool in_one_frame(const Panel& panel, const Cell& a, const Cell& b) {
    return std::any_of(panel.frames.begin(), panel.frames.end(), [&](const Frame& frame) {
        const auto holds = [&](const Cell& cell) {
            return cell.row >= frame.row && cell.row < frame.row + frame.rows &&
                   cell.column >= frame.column && cell.column < frame.column + frame.columns;
        };
        return holds(a) && holds(b);
    });
}

void set(LinkMatrix& matrix, std::size_t a, std::size_t b, const Entry& entry) {
    matrix.rows[a][b] = entry;
    matrix.rows[b][a] = entry;
}

/// Rows of a grid in a page that a browser still scrolls well.
constexpr std::size_t kMostInPage = 200;

std::string html_list(const LinkMatrix& matrix) {
    std::string out = "<table class=\"matrix list\"><tbody>\n";
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        out += fmt::format("<tr><th scope=\"row\">{}</th>", xml_text(matrix.names[row]));
        for (const auto& [k, entry] : matrix.rows[row]) {
            out += fmt::format("<td class=\"reach-{}{}\">{}: {}</td>", entry.reach,
                               entry.present < entry.wanted ? " amiss" : "", xml_text(matrix.names[k]),
                               entry.words());
        }
        out += "</tr>\n";
    }
    return out + "</tbody></table>\n";
}

}  // namespace

std::string LinkMatrix::Entry::words() const {
    return present == wanted ? fmt::format("{}", present) : fmt::format("{}/{}", present, wanted);
}

const Entry& LinkMatrix::at(std::size_t row, std::size_t column) const {
    static const Entry kNoLinks{};
    const auto found = rows[row].find(column);
    return found == rows[row].end() ? kNoLinks : found->second;
}

std::string LinkMatrix::frame() const {
    return unit == "host" ? "tray" : "host rank";
}

std::string LinkMatrix::units() const {
    return unit + (unit == "mesh" ? "es" : "s");
}

std::vector<std::string> short_names(const std::vector<std::string>& names, const char* separators) {
    std::size_t common = names.empty() ? 0 : names.front().size();
    for (const std::string& name : names) {
        std::size_t same = 0;
        while (same < std::min(common, name.size()) && name[same] == names.front()[same]) {
            ++same;
        }
        common = same;
    }
    const std::size_t cut =
        names.size() < 2 ? std::string::npos : names.front().find_last_of(separators, common);
    const std::size_t begin = cut == std::string::npos || cut >= common ? 0 : cut + 1;
    std::vector<std::string> out;
    for (const std::string& name : names) {
        out.push_back(name.substr(begin));
    }
    return out;
}

LinkMatrix make_link_matrix(const Picture& picture, std::size_t most_chips) {
    LinkMatrix matrix;
    matrix.title = picture.title;
    matrix.unit = picture.unit;
    matrix.findings = picture.findings;
    matrix.of_chips = picture.cells.size() <= most_chips;
    if (!matrix.of_chips) {
        for (const Panel& panel : picture.panels) {
            matrix.names.push_back(panel.title);
            matrix.begins_row.push_back(matrix.names.size() == 1);
        }
        matrix.rows.resize(matrix.names.size());
        for (const Bundle& bundle : picture.bundles) {
            set(matrix, bundle.a, bundle.b, {bundle.present, bundle.wanted, bundle.look, 'x'});
        }
        return matrix;
    }
    for (std::size_t k = 0; k < picture.cells.size(); ++k) {
        const Cell& cell = picture.cells[k];
        matrix.names.push_back(
            cell.mesh >= 0 && !picture.hosts.empty()
                ? fmt::format("{}{}", cell.label.find(':') == std::string::npos ? "" : "M", cell.label)
                : cell.name);
        matrix.begins_row.push_back(k == 0 || cell.panel != picture.cells[k - 1].panel ||
                                    cell.row != picture.cells[k - 1].row);
    }
    matrix.names = short_names(matrix.names, "/");
    matrix.rows.resize(matrix.names.size());
    for (const Line& line : picture.lines) {
        const Cell& a = picture.cells[line.a];
        const Cell& b = picture.cells[line.b];
        const char reach = a.panel != b.panel ? 'x' : in_one_frame(picture.panels[a.panel], a, b) ? 'b' : 'n';
        set(matrix, line.a, line.b, {line.present, line.wanted, line.look, reach});
    }
    return matrix;
}

std::string render_matrix_json(const LinkMatrix& matrix) {
    std::string out = fmt::format(
        "{{\"schema\": \"tt-run/link-matrix\", \"version\": 1, \"title\": {}, \"of\": \"{}\",\n \"names\": [",
        json_text(matrix.title), matrix.of_chips ? "chips" : "panels");
    for (std::size_t k = 0; k < matrix.names.size(); ++k) {
        out += fmt::format("{}{}", k == 0 ? "" : ", ", json_text(matrix.names[k]));
    }
    out += "],\n \"links\": [";
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        out += row == 0 ? "\n  [" : ",\n  [";
        for (std::size_t k = 0; k < matrix.names.size(); ++k) {
            out += fmt::format("{}{}", k == 0 ? "" : ", ", matrix.at(row, k).present);
        }
        out += "]";
    }
    out += "],\n \"amiss\": [";
    std::string_view separator = "\n  ";
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        for (const auto& [k, entry] : matrix.rows[row]) {
            if (k > row && entry.look != LinkLook::sound) {
                out += fmt::format(
                    "{}{{\"a\": {}, \"b\": {}, \"present\": {}, \"wanted\": {}, \"look\": \"{}\"}}",
                    separator, row, k, entry.present, entry.wanted, name_of(entry.look));
                separator = ",\n  ";
            }
        }
    }
    return out + "],\n \"findings\": " + findings_json(matrix.findings) + "}\n";
}

std::string render_matrix_html(const LinkMatrix& matrix) {
    if (matrix.names.size() > kMostInPage) {
        return html_list(matrix);
    }
    std::string out = "<table class=\"matrix\"><thead><tr><th></th>";
    for (std::size_t k = 0; k < matrix.names.size(); ++k) {
        out += fmt::format("<th scope=\"col\"{}><span>{}</span></th>",
                           k != 0 && matrix.begins_row[k] ? " class=\"gap\"" : "", xml_text(matrix.names[k]));
    }
    out += "</tr></thead><tbody>\n";
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        out += fmt::format("<tr{}><th scope=\"row\">{}</th>",
                           row != 0 && matrix.begins_row[row] ? " class=\"gap\"" : "",
                           xml_text(matrix.names[row]));
        for (std::size_t k = 0; k < matrix.names.size(); ++k) {
            const Entry& entry = matrix.at(row, k);
            const bool is_amiss = entry.present < entry.wanted;
            out += fmt::format("<td class=\"{}{}{}\">{}</td>",
                               row == k            ? "self"
                               : entry.wanted == 0 ? "none"
                                                   : std::string("reach-") + entry.reach,
                               is_amiss ? " amiss" : "", k != 0 && matrix.begins_row[k] ? " gap" : "",
                               entry.wanted == 0 ? "" : entry.words());
        }
        out += "</tr>\n";
    }
    return out + "</tbody></table>\n";
}

}  // namespace tt_run::topology::draw
