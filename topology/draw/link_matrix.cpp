#include "topology/draw/link_matrix.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "topology/draw/pen_svg.hpp"
#include "topology/draw/text_canvas.hpp"
#include "topology/draw/xml_text.hpp"
#include "topology/physical/json_text.hpp"

namespace tt_run::topology::draw {

namespace {

using Entry = LinkMatrix::Entry;

/// Numbers beyond nine by one letter each, `+` beyond those: columns stay narrow.
std::string digit_of(std::uint32_t number) {
    constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
    return number < kDigits.size() ? std::string(1, kDigits[number]) : "+";
}

bool in_one_frame(const Panel& panel, const Cell& a, const Cell& b) {
    return std::any_of(panel.frames.begin(), panel.frames.end(), [&](const Frame& frame) {
        const auto holds = [&](const Cell& cell) {
            return cell.row >= frame.row && cell.row < frame.row + frame.rows &&
                   cell.column >= frame.column && cell.column < frame.column + frame.columns;
        };
        return holds(a) && holds(b);
    });
}

std::string words_of(const Entry& entry) {
    return entry.present == entry.wanted ? fmt::format("{}", entry.present)
                                         : fmt::format("{}/{}", entry.present, entry.wanted);
}

/// What a frame of a panel is.
std::string frame_word(const LinkMatrix& matrix) {
    return matrix.unit == "host" ? "tray" : "host rank";
}

std::string plural(const std::string& unit) {
    return unit + (unit == "mesh" ? "es" : "s");
}

void set(LinkMatrix& matrix, std::size_t a, std::size_t b, const Entry& entry) {
    matrix.entries[a * matrix.names.size() + b] = entry;
    matrix.entries[b * matrix.names.size() + a] = entry;
}

/// Names without what all of them begin with, up to the last of some separators.
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

/// For more things than fit side by side: each with those that it has links to.
std::string render_list(const LinkMatrix& matrix, const TextLook& look) {
    std::string out = matrix.title + "\n\n";
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        std::string line = matrix.names[row] + ":";
        for (std::size_t k = 0; k < matrix.names.size(); ++k) {
            const Entry& entry = matrix.at(row, k);
            if (entry.wanted == 0) {
                continue;
            }
            const std::string word = fmt::format(" {} {}", matrix.names[k], words_of(entry));
            if (line.size() + word.size() > look.width) {
                out += line + "\n";
                line = "   ";
            }
            line += word;
        }
        out += line + "\n";
    }
    return out + "\nnumbers: links between the two\n";
}

/// A matrix as text, its columns as wide as the terminal has room for.
class MatrixText {
  public:
    MatrixText(const LinkMatrix& matrix, const TextLook& look) : matrix_(matrix), look_(look) {
        for (const std::string& name : matrix.names) {
            label_ = std::max(label_, name.size());
        }
        for (const Entry& entry : matrix.entries) {
            most_ = std::max(most_, entry.wanted);
        }
    }

    std::string render() {
        const std::size_t plain = most_ < 10 ? 2 : most_ < 100 ? 3 : 4;
        if (!fits(2)) {
            return render_list(matrix_, look_);
        }
        has_letters_ = matrix_.of_chips && fits(plain + 1);
        column_ = has_letters_ ? plain + 1 : fits(plain) ? plain : 2;
        canvas_.write(0, 0, matrix_.title, Ink::strong);
        place_columns();
        add_headings();
        for (std::size_t row = 0; row < matrix_.names.size(); ++row) {
            add_row(row);
        }
        add_legend();
        return canvas_.render(look_.colour);
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
            add(fmt::format("b in one {}   n in one {}   x between {}", frame_word(matrix_), matrix_.unit,
                            plural(matrix_.unit)));
        } else if (column_ == 2 && most_ >= 10) {
            add("a to z: 10 to 35 links   +: more");
        }
        if (std::any_of(matrix_.entries.begin(), matrix_.entries.end(),
                        [](const Entry& entry) { return entry.present < entry.wanted; })) {
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
    std::vector<std::size_t> at_;  ///< of each column
    std::size_t y_ = 0;
    TextCanvas canvas_;
};

}  // namespace

LinkMatrix make_link_matrix(const Picture& picture, std::size_t most_chips) {
    LinkMatrix matrix;
    matrix.title = picture.title;
    matrix.unit = picture.unit;
    matrix.of_chips = picture.cells.size() <= most_chips;
    if (!matrix.of_chips) {
        for (const Panel& panel : picture.panels) {
            matrix.names.push_back(panel.title);
            matrix.begins_row.push_back(matrix.names.size() == 1);
        }
        matrix.entries.resize(matrix.names.size() * matrix.names.size());
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
    matrix.entries.resize(matrix.names.size() * matrix.names.size());
    for (const Line& line : picture.lines) {
        const Cell& a = picture.cells[line.a];
        const Cell& b = picture.cells[line.b];
        const char reach = a.panel != b.panel ? 'x' : in_one_frame(picture.panels[a.panel], a, b) ? 'b' : 'n';
        set(matrix, line.a, line.b, {line.present, line.wanted, line.look, reach});
    }
    return matrix;
}

std::string render_matrix_text(const LinkMatrix& matrix, const TextLook& look) {
    return MatrixText(matrix, look).render();
}

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
    const double width = std::max(left + offset + 24, 420.0);
    const double height = top + offset + 48;
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tt-run alone\" viewBox=\"0 0 {0:g} {1:g}\" "
        "width=\"{0:g}\" height=\"{1:g}\" role=\"img\" aria-label=\"{2}\">\n<style>{3}</style>\n<rect "
        "class=\"paper\" width=\"100%\" height=\"100%\"/>\n<text class=\"title\" x=\"24\" "
        "y=\"36\">{2}</text>\n",
        width, height, xml_text(matrix.title), style_sheet());
    for (std::size_t row = 0; row < matrix.names.size(); ++row) {
        out += fmt::format(
            "<text class=\"soft\" text-anchor=\"end\" x=\"{0:g}\" y=\"{1:g}\">{2}</text><text "
            "class=\"soft\" transform=\"translate({3:g} {4:g}) rotate(-90)\">{2}</text>\n",
            left - 6, top + at[row] + 15, xml_text(matrix.names[row]), left + at[row] + 15, top - 6);
        for (std::size_t k = 0; k < matrix.names.size(); ++k) {
            const Entry& entry = matrix.at(row, k);
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
                                   top + at[row] + 14, words_of(entry));
            }
            out += "</g>";
        }
        out += "\n";
    }
    double x = left;
    const std::pair<const char*, std::string> legend[] = {{"h6", "one " + frame_word(matrix)},
                                                          {"h0", "one " + matrix.unit},
                                                          {"h3", "between " + plural(matrix.unit)}};
    for (const auto& [hue, words] : legend) {
        out += fmt::format(
            "<g class=\"c hue {}\"><rect x=\"{:g}\" y=\"{:g}\" width=\"14\" height=\"14\" "
            "rx=\"3\"/></g><text "
            "class=\"soft\" x=\"{:g}\" y=\"{:g}\">{}</text>",
            hue, x, height - 30, x + 20, height - 19, words);
        x += 110;
    }
    return out + "\n</svg>\n";
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
        for (std::size_t k = row + 1; k < matrix.names.size(); ++k) {
            const Entry& entry = matrix.at(row, k);
            if (entry.look != LinkLook::sound) {
                out += fmt::format(
                    "{}{{\"a\": {}, \"b\": {}, \"present\": {}, \"wanted\": {}, \"look\": \"{}\"}}",
                    separator, row, k, entry.present, entry.wanted, name_of(entry.look));
                separator = ",\n  ";
            }
        }
    }
    return out + "]}\n";
}

std::string render_matrix_html(const LinkMatrix& matrix) {
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
                               entry.wanted == 0 ? "" : words_of(entry));
        }
        out += "</tr>\n";
    }
    return out + "</tbody></table>\n";
}

}  // namespace tt_run::topology::draw
