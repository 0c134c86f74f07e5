#include "topology/draw/pen_json.hpp"

#include <fmt/format.h>

#include "topology/physical/json_text.hpp"

namespace tt_run::topology::draw {

namespace {

std::string facts_json(const std::vector<Fact>& facts) {
    std::string out = "[";
    for (const Fact& fact : facts) {
        out += fmt::format("{}[{}, {}]", out.size() > 1 ? ", " : "", json_text(fact.name),
                           json_text(fact.value));
    }
    return out + "]";
}

std::string names_json(const std::vector<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) {
        out += fmt::format("{}{}", out.size() > 1 ? ", " : "", json_text(name));
    }
    return out + "]";
}

std::string heat_json(double heat) {
    return heat < 0 ? std::string() : fmt::format(", \"heat\": {:.4g}", heat);
}

std::string number_json(std::string_view name, std::int32_t number) {
    return number < 0 ? std::string() : fmt::format(", \"{}\": {}", name, number);
}

template <class All, class Render>
std::string list_json(const All& all, Render render) {
    std::string out = "[";
    std::string_view separator = "\n  ";
    for (const auto& one : all) {
        out += separator;
        out += render(one);
        separator = ",\n  ";
    }
    return out + "]";
}

template <class All, class Render>
std::string member_json(std::string_view name, const All& all, Render render) {
    return fmt::format(",\n \"{}\": {}", name, list_json(all, render));
}

std::string panel_json(const Panel& panel) {
    std::string frames;
    for (const Frame& frame : panel.frames) {
        frames +=
            fmt::format("{}{{\"label\": {}, \"row\": {}, \"column\": {}, \"rows\": {}, \"columns\": {}}}",
                        frames.empty() ? "" : ", ", json_text(frame.label), frame.row, frame.column,
                        frame.rows, frame.columns);
    }
    return fmt::format("{{\"title\": {}, \"detail\": {}, \"rows\": {}, \"columns\": {}, \"frames\": [{}]}}",
                       json_text(panel.title), json_text(panel.detail), panel.rows, panel.columns, frames);
}

std::string cell_json(const Cell& cell) {
    return fmt::format(
        "{{\"name\": {}, \"label\": {}, \"panel\": {}, \"row\": {}, \"column\": {}{}{}{}{}, "
        "\"facts\": {}}}",
        json_text(cell.name), json_text(cell.label), cell.panel, cell.row, cell.column,
        number_json("host", cell.host), number_json("mesh", cell.mesh), number_json("rank", cell.rank),
        heat_json(cell.heat), facts_json(cell.facts));
}

template <class Joined>
std::string joined_json(const Joined& joined) {
    return fmt::format(
        "{{\"a\": {}, \"b\": {}, \"present\": {}, \"wanted\": {}, \"look\": \"{}\"{}, \"facts\": {}}}",
        joined.a, joined.b, joined.present, joined.wanted, name_of(joined.look), heat_json(joined.heat),
        facts_json(joined.facts));
}

std::string dot_text(std::string_view text) {
    std::string out = "\"";
    for (const char byte : text) {
        out += byte == '"' || byte == '\\' ? fmt::format("\\{}", byte) : std::string(1, byte);
    }
    return out + "\"";
}

std::string_view dot_style(LinkLook look) {
    switch (look) {
        case LinkLook::sound:
            return "color=\"#8b96a3\"";
        case LinkLook::slow:
            return "color=\"#b26a00\", style=dotted";
        case LinkLook::short_of:
            return "color=\"#b26a00\"";
        case LinkLook::one_sided:
            return "color=\"#b26a00\", style=dashed, dir=forward";
        case LinkLook::missing:
            return "color=\"#c8301a\", style=dashed";
    }
    return "";
}

constexpr const char* kDotHues[kHues] = {"#77aadd", "#ee8866", "#44bb99", "#eedd88",
                                         "#ffaabb", "#bbcc33", "#99ddff", "#c2c24a"};

}  // namespace

std::string render_json(const Picture& picture, const std::string& more) {
    std::string out = fmt::format(
        "{{\"schema\": \"tt-run/picture\", \"version\": 1, \"title\": {}, \"subtitle\": {}, \"unit\": {}, "
        "\"panels_per_row\": {}, \"overlay\": {},\n {}\"hosts\": {},\n \"meshes\": {},\n \"ranks\": {}",
        json_text(picture.title), json_text(picture.subtitle), json_text(picture.unit),
        picture.panels_per_row, json_text(picture.overlay), more.empty() ? "" : more + ",\n ",
        names_json(picture.hosts), names_json(picture.meshes), names_json(picture.ranks));
    out += member_json("panels", picture.panels, panel_json);
    out += member_json("cells", picture.cells, cell_json);
    out += member_json("lines", picture.lines, joined_json<Line>);
    out += member_json("bundles", picture.bundles, joined_json<Bundle>);
    return out + ",\n \"findings\": " + findings_json(picture.findings) + "}\n";
}

std::string findings_json(const std::vector<Finding>& findings) {
    return list_json(findings, [](const Finding& finding) {
        return fmt::format("{{\"look\": \"{}\", \"text\": {}}}", name_of(finding.look),
                           json_text(finding.text));
    });
}

std::string render_dot(const Picture& picture) {
    std::string out = fmt::format(
        "graph {} {{\n  label={};\n  layout=neato; splines=true; node [shape=box, style=filled, "
        "fillcolor=\"#e6e9ec\", fontname=\"sans-serif\", fontsize=10];\n",
        dot_text(picture.title), dot_text(picture.title + "\n" + picture.subtitle));
    // The same grid as in the other pens: neato keeps positions that end in `!`, in inches.
    std::vector<std::int32_t> left(picture.panels.size(), 0);
    std::vector<std::int32_t> top(picture.panels.size(), 0);
    std::int32_t x = 0;
    std::int32_t y = 0;
    std::int32_t height = 0;
    for (std::size_t k = 0; k < picture.panels.size(); ++k) {
        if (k != 0 && k % static_cast<std::size_t>(picture.panels_per_row) == 0) {
            x = 0;
            y += height + 2;
            height = 0;
        }
        left[k] = x;
        top[k] = y;
        x += picture.panels[k].columns + 2;
        height = std::max(height, picture.panels[k].rows);
    }
    for (std::size_t k = 0; k < picture.panels.size(); ++k) {
        out += fmt::format("  subgraph cluster_{} {{ label={};\n", k, dot_text(picture.panels[k].title));
        for (const Cell& cell : picture.cells) {
            if (cell.panel == k) {
                out +=
                    fmt::format("    {} [label={}, pos=\"{},{}!\"{}];\n", dot_text(cell.name),
                                dot_text(cell.label), left[k] + cell.column, -(top[k] + cell.row),
                                cell.hue < 0 ? std::string()
                                             : fmt::format(", fillcolor=\"{}\"", kDotHues[cell.hue % kHues]));
            }
        }
        out += "  }\n";
    }
    for (const Line& line : picture.lines) {
        const std::string count = line.present == line.wanted
                                      ? fmt::format("{}", line.present)
                                      : fmt::format("{}/{}", line.present, line.wanted);
        out += fmt::format("  {} -- {} [label=\"{}\", {}];\n", dot_text(picture.cells[line.a].name),
                           dot_text(picture.cells[line.b].name), count, dot_style(line.look));
    }
    std::vector<bool> has_lines(picture.bundles.size(), false);
    for (const Line& line : picture.lines) {
        for (std::size_t k = 0; k < picture.bundles.size(); ++k) {
            const std::uint32_t a = picture.cells[line.a].panel;
            const std::uint32_t b = picture.cells[line.b].panel;
            has_lines[k] = has_lines[k] ||
                           (std::min(a, b) == picture.bundles[k].a && std::max(a, b) == picture.bundles[k].b);
        }
    }
    for (std::size_t k = 0; k < picture.bundles.size(); ++k) {
        if (!has_lines[k]) {
            out += fmt::format("  cluster_{} -- cluster_{} [label=\"{}\", {}];\n", picture.bundles[k].a,
                               picture.bundles[k].b, picture.bundles[k].present,
                               dot_style(picture.bundles[k].look));
        }
    }
    return out + "}\n";
}

}  // namespace tt_run::topology::draw
