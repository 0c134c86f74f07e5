#include "topology/draw/picture.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace tt_run::topology::draw {

namespace {

/// Puts the lesser end first.
template <class Joined>
void order_ends(Joined& joined) {
    if (joined.b < joined.a) {
        std::swap(joined.a, joined.b);
    }
}

template <class Joined>
void sort_by_ends(std::vector<Joined>& all) {
    std::for_each(all.begin(), all.end(), order_ends<Joined>);
    std::stable_sort(all.begin(), all.end(), [](const Joined& a, const Joined& b) {
        return std::tie(a.a, a.b) < std::tie(b.a, b.b);
    });
}

void sort_cells(Picture& picture) {
    std::vector<std::uint32_t> order(picture.cells.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
        const Cell& a = picture.cells[left];
        const Cell& b = picture.cells[right];
        return std::tie(a.panel, a.row, a.column) < std::tie(b.panel, b.row, b.column);
    });
    std::vector<std::uint32_t> place(order.size());
    std::vector<Cell> sorted;
    for (std::uint32_t k = 0; k < order.size(); ++k) {
        place[order[k]] = k;
        sorted.push_back(std::move(picture.cells[order[k]]));
    }
    picture.cells = std::move(sorted);
    for (Line& line : picture.lines) {
        line.a = place[line.a];
        line.b = place[line.b];
    }
}

void add_bundles(Picture& picture) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, Bundle> sums;
    for (const Line& line : picture.lines) {
        std::uint32_t a = picture.cells[line.a].panel;
        std::uint32_t b = picture.cells[line.b].panel;
        if (a == b) {
            continue;
        }
        if (b < a) {
            std::swap(a, b);
        }
        Bundle& sum = sums[{a, b}];
        sum.a = a;
        sum.b = b;
        sum.present += line.present;
        sum.wanted += line.wanted;
        sum.look = std::max(sum.look, line.look);
    }
    for (Bundle& known : picture.bundles) {
        const auto sum = sums.find({std::min(known.a, known.b), std::max(known.a, known.b)});
        if (sum != sums.end()) {
            known.present += sum->second.present;
            known.wanted += sum->second.wanted;
            known.look = std::max(known.look, sum->second.look);
            sums.erase(sum);
        }
    }
    for (auto& [ends, sum] : sums) {
        if (sum.look == LinkLook::missing && sum.present != 0) {
            sum.look = LinkLook::short_of;
        }
        picture.bundles.push_back(std::move(sum));
    }
}

Line& line_between(Picture& picture, std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t>& known,
                   std::uint32_t a, std::uint32_t b) {
    const auto [at, is_new] = known.try_emplace({std::min(a, b), std::max(a, b)}, picture.lines.size());
    if (is_new) {
        picture.lines.push_back(Line{std::min(a, b), std::max(a, b), 0, 0, LinkLook::sound, {}, -1, {}});
    }
    return picture.lines[at->second];
}

}  // namespace

std::string_view name_of(LinkLook look) {
    switch (look) {
        case LinkLook::sound:
            return "sound";
        case LinkLook::slow:
            return "slow";
        case LinkLook::short_of:
            return "short";
        case LinkLook::one_sided:
            return "one-sided";
        case LinkLook::missing:
            return "missing";
    }
    return "";
}

void add_lines_for(Picture& picture, const Overlay& overlay) {
    std::map<std::string_view, std::uint32_t> cells;
    for (std::uint32_t k = 0; k < picture.cells.size(); ++k) {
        cells.emplace(picture.cells[k].name, k);
    }
    std::set<std::pair<std::uint32_t, std::uint32_t>> joined;
    for (const Line& line : picture.lines) {
        joined.insert({line.a, line.b});
    }
    for (const OverlayValue& value : overlay.values) {
        const auto from = cells.find(value.from);
        const auto to = cells.find(value.to);
        if (from == cells.end() || to == cells.end() || from == to) {
            continue;
        }
        Line line;
        line.a = std::min(from->second, to->second);
        line.b = std::max(from->second, to->second);
        if (joined.insert({line.a, line.b}).second) {
            picture.lines.push_back(std::move(line));
        }
    }
    sort_by_ends(picture.lines);
}

void lay_over(Picture& picture, const Overlay& overlay) {
    std::map<std::string_view, std::uint32_t> cells;
    for (std::uint32_t k = 0; k < picture.cells.size(); ++k) {
        cells.emplace(picture.cells[k].name, k);
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> lines;
    for (std::size_t k = 0; k < picture.lines.size(); ++k) {
        lines.emplace(std::pair{picture.lines[k].a, picture.lines[k].b}, k);
    }
    std::map<std::size_t, double> of_lines;
    std::map<std::uint32_t, double> of_cells;
    double most = 0;
    for (const OverlayValue& one : overlay.values) {
        const auto from = cells.find(one.from);
        const auto to = cells.find(one.to);
        if (from == cells.end() || to == cells.end()) {
            continue;
        }
        std::vector<Fact>* facts = nullptr;
        double sum = 0;
        if (from->second == to->second) {
            facts = &picture.cells[from->second].facts;
            sum = of_cells[from->second] += one.value;
        } else {
            Line& line = line_between(picture, lines, from->second, to->second);
            facts = &line.facts;
            line.value += (line.value.empty() ? "" : ", ") + one.label;
            sum = of_lines[static_cast<std::size_t>(&line - picture.lines.data())] += one.value;
        }
        facts->push_back({overlay.title, one.label});
        facts->insert(facts->end(), one.facts.begin(), one.facts.end());
        most = std::max(most, sum);
    }
    for (const auto& [line, value] : of_lines) {
        picture.lines[line].heat = most > 0 ? value / most : 0;
    }
    for (const auto& [cell, value] : of_cells) {
        picture.cells[cell].heat = most > 0 ? value / most : 0;
    }
    if (!of_lines.empty() || !of_cells.empty()) {
        picture.overlay = fmt::format("{}, up to {:.10g} {}", overlay.title, most, overlay.unit);
    }
    sort_by_ends(picture.lines);
    for (Bundle& bundle : picture.bundles) {
        for (const Line& line : picture.lines) {
            const std::uint32_t a = picture.cells[line.a].panel;
            const std::uint32_t b = picture.cells[line.b].panel;
            if (std::min(a, b) == bundle.a && std::max(a, b) == bundle.b) {
                bundle.heat = std::max(bundle.heat, line.heat);
            }
        }
    }
}

void finish(Picture& picture) {
    sort_cells(picture);
    sort_by_ends(picture.lines);
    add_bundles(picture);
    sort_by_ends(picture.bundles);
    picture.panels_per_row = choose_panels_per_row(picture);
}

std::int32_t choose_panels_per_row(const Picture& picture) {
    const auto count = static_cast<std::int32_t>(picture.panels.size());
    if (count <= 1) {
        return 1;
    }
    // A square of a grid is about 1.2 times as wide as high; so is a screen's width to a page's.
    constexpr double kCell = 1.2;
    constexpr double kScreen = 1.5;
    double width = 0;
    double height = 0;
    for (const Panel& panel : picture.panels) {
        width += (panel.columns + 1.0) * kCell;
        height += panel.rows + 1.5;
    }
    width /= count;
    height /= count;
    // A row of many more than a square has is never the best.
    const auto most = std::min(count, 64 + static_cast<std::int32_t>(4 * std::sqrt(count)));
    std::int32_t best = 1;
    double best_cost = 0;
    for (std::int32_t columns = 1; columns <= most; ++columns) {
        const std::int32_t rows = (count + columns - 1) / columns;
        double length = 0;
        for (const Bundle& bundle : picture.bundles) {
            const auto a = static_cast<std::int32_t>(bundle.a);
            const auto b = static_cast<std::int32_t>(bundle.b);
            length += std::abs(a / columns - b / columns) + std::abs(a % columns - b % columns);
        }
        const double mean =
            picture.bundles.empty() ? 1 : length / static_cast<double>(picture.bundles.size());
        const double shape = std::abs(std::log(columns * width / (rows * height) / kScreen));
        const double holes = static_cast<double>(rows * columns - count) / count;
        const double cost = 0.5 * mean + shape + holes;
        if (columns == 1 || cost < best_cost - 1e-9) {
            best = columns;
            best_cost = cost;
        }
    }
    return best;
}

}  // namespace tt_run::topology::draw
