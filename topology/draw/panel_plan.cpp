#include "topology/draw/panel_plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace tt_run::topology::draw {

namespace {

enum class Side : std::uint8_t { north, east, south, west };

struct BundleEnd {
    std::size_t bundle = 0;
    bool is_first = true;
    double towards = 0;  ///< the other panel's place along this side
};

std::pair<Side, Side> sides_of(std::int32_t a, std::int32_t b, std::int32_t per_row) {
    const std::int32_t rows = b / per_row - a / per_row;
    const std::int32_t columns = b % per_row - a % per_row;
    if (rows == 0) {
        return columns == 1 ? std::pair{Side::east, Side::west} : std::pair{Side::north, Side::north};
    }
    if (columns == 0 && rows > 1) {
        return {Side::east, Side::east};
    }
    return {Side::south, Side::north};
}

Point outwards(Side side, double distance) {
    switch (side) {
        case Side::north:
            return {0, -distance};
        case Side::south:
            return {0, distance};
        case Side::east:
            return {distance, 0};
        case Side::west:
            return {-distance, 0};
    }
    return {};
}

Point on_side(const Box& box, Side side, double share) {
    switch (side) {
        case Side::north:
            return {box.x + box.width * share, box.y};
        case Side::south:
            return {box.x + box.width * share, box.y + box.height};
        case Side::east:
            return {box.x + box.width, box.y + box.height * share};
        case Side::west:
            return {box.x, box.y + box.height * share};
    }
    return {};
}

void place_panels(const Picture& picture, Point corner, PanelPlan& plan) {
    const PanelMeasures& measures = plan.measures;
    const auto per_row = static_cast<std::size_t>(picture.panels_per_row);
    std::vector<double> widths(per_row, 0);
    std::vector<double> heights((picture.panels.size() + per_row - 1) / per_row, 0);
    for (std::size_t k = 0; k < picture.panels.size(); ++k) {
        const Panel& panel = picture.panels[k];
        const double width =
            panel.columns * (measures.cell_width + measures.gap) - measures.gap + 2 * measures.margin;
        const double height = panel.rows * (measures.cell_height + measures.gap) - measures.gap +
                              measures.heading + 2 * measures.margin;
        // A heading of about seven pixels a letter has to fit.
        const double words = 7.2 * static_cast<double>(panel.title.size()) + 2 * measures.margin;
        plan.panels.push_back({0, 0, std::max(width, words), height});
        widths[k % per_row] = std::max(widths[k % per_row], plan.panels[k].width);
        heights[k / per_row] = std::max(heights[k / per_row], height);
    }
    double y = corner.y;
    for (std::size_t row = 0; row < heights.size(); ++row) {
        double x = corner.x;
        for (std::size_t column = 0; column < per_row; ++column) {
            const std::size_t k = row * per_row + column;
            if (k < plan.panels.size()) {
                plan.panels[k].x = x;
                plan.panels[k].y = y;
                plan.width = std::max(plan.width, x + plan.panels[k].width);
                plan.height = std::max(plan.height, y + plan.panels[k].height);
            }
            x += widths[column] + measures.between;
        }
        y += heights[row] + measures.between;
    }
}

/// Spreads the ends along one side of a panel in the order of where they go. One that leads straight to the
/// neighbour has the middle for itself, so that such bundles are straight lines.
void spread(const Picture& picture, std::uint32_t panel, Side side, std::vector<BundleEnd>& ends,
            PanelPlan& plan) {
    std::stable_sort(ends.begin(), ends.end(),
                     [](const BundleEnd& a, const BundleEnd& b) { return a.towards < b.towards; });
    const auto is_straight = [&](const BundleEnd& end) {
        const Bundle& bundle = picture.bundles[end.bundle];
        const auto steps = static_cast<std::int32_t>(bundle.b - bundle.a);
        return side == Side::north || side == Side::south ? steps == picture.panels_per_row : steps == 1;
    };
    const auto straight = std::find_if(ends.begin(), ends.end(), is_straight);
    const auto place = [&](const BundleEnd& end, double share) {
        BundlePath& path = plan.bundles[end.bundle];
        (end.is_first ? path.from : path.to) = on_side(plan.panels[panel], side, share);
    };
    const auto run = [&](std::size_t first, std::size_t last, double low, double high) {
        for (std::size_t k = first; k < last; ++k) {
            place(ends[k], low + (high - low) * static_cast<double>(k - first + 1) /
                                     static_cast<double>(last - first + 1));
        }
    };
    if (straight == ends.end()) {
        run(0, ends.size(), 0, 1);
        return;
    }
    const auto at = static_cast<std::size_t>(straight - ends.begin());
    place(*straight, 0.5);
    run(0, at, 0, 0.5);
    run(at + 1, ends.size(), 0.5, 1);
}

void place_bundles(const Picture& picture, PanelPlan& plan) {
    std::map<std::pair<std::uint32_t, Side>, std::vector<BundleEnd>> ends;
    std::vector<std::pair<Side, Side>> sides;
    for (std::size_t k = 0; k < picture.bundles.size(); ++k) {
        const Bundle& bundle = picture.bundles[k];
        sides.push_back(sides_of(static_cast<std::int32_t>(bundle.a), static_cast<std::int32_t>(bundle.b),
                                 picture.panels_per_row));
        const auto add = [&](std::uint32_t panel, Side side, std::uint32_t other, bool is_first) {
            const Point far = plan.panels[other].centre();
            const bool is_upright = side == Side::east || side == Side::west;
            ends[{panel, side}].push_back({k, is_first, is_upright ? far.y : far.x});
        };
        add(bundle.a, sides.back().first, bundle.b, true);
        add(bundle.b, sides.back().second, bundle.a, false);
    }
    plan.bundles.resize(picture.bundles.size());
    for (auto& [where, here] : ends) {
        spread(picture, where.first, where.second, here, plan);
    }
    for (std::size_t k = 0; k < plan.bundles.size(); ++k) {
        BundlePath& path = plan.bundles[k];
        const double distance = std::hypot(path.to.x - path.from.x, path.to.y - path.from.y);
        // Above a row, beside a column and between two rows there is only so much room.
        const auto [first, second] = sides[k];
        path.is_beside = first == Side::east && second == Side::east;
        path.is_diagonal = first == Side::south && std::abs(path.to.x - path.from.x) > 20;
        const double pull = first == second ? std::min(14 + distance * 0.06, plan.measures.between * 1.15)
                            : first == Side::south ? std::abs(path.to.y - path.from.y) * 0.55
                                                   : distance * 0.4;
        const Point from = outwards(sides[k].first, pull);
        const Point to = outwards(sides[k].second, pull);
        path.from_pull = {path.from.x + from.x, path.from.y + from.y};
        path.to_pull = {path.to.x + to.x, path.to.y + to.y};
    }
}

}  // namespace

Point BundlePath::at(double t) const {
    const auto mix = [t](double a, double b, double c, double d) {
        const double u = 1 - t;
        return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
    };
    return {mix(from.x, from_pull.x, to_pull.x, to.x), mix(from.y, from_pull.y, to_pull.y, to.y)};
}

Point BundlePath::label() const {
    // Diagonal ones cross in their middles, arcs beside a column meet what runs straight there.
    return at(is_diagonal ? 0.22 : is_beside ? 0.28 : 0.5);
}

Box PanelPlan::cell(const Picture& picture, const Cell& cell) const {
    const Box& panel = panels[cell.panel];
    const Panel& grid = picture.panels[cell.panel];
    const double used = grid.columns * (measures.cell_width + measures.gap) - measures.gap;
    return {panel.x + (panel.width - used) / 2 + cell.column * (measures.cell_width + measures.gap),
            panel.y + measures.margin + measures.heading + cell.row * (measures.cell_height + measures.gap),
            measures.cell_width, measures.cell_height};
}

PanelPlan plan_panels(const Picture& picture, Point corner) {
    PanelPlan plan;
    const bool has_arcs_on_top =
        std::any_of(picture.bundles.begin(), picture.bundles.end(), [&](const Bundle& bundle) {
            return static_cast<std::int32_t>(std::max(bundle.a, bundle.b)) < picture.panels_per_row &&
                   std::max(bundle.a, bundle.b) - std::min(bundle.a, bundle.b) > 1;
        });
    corner.y += has_arcs_on_top ? plan.measures.between * 0.9 : 0;
    std::size_t longest = 0;
    for (const Cell& cell : picture.cells) {
        longest = std::max(longest, cell.label.size());
    }
    plan.measures.cell_width = std::max(plan.measures.cell_width, 7.0 * static_cast<double>(longest) + 8);
    place_panels(picture, corner, plan);
    place_bundles(picture, plan);
    return plan;
}

}  // namespace tt_run::topology::draw
