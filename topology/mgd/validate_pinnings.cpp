#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "topology/diagnostic_kinds.hpp"
#include "topology/mgd/id_pattern.hpp"
#include "topology/mgd/mgd_rules.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

using Ids = std::vector<std::uint32_t>;
using Position = std::pair<std::uint32_t, std::uint32_t>;
using Chip = std::pair<std::uint32_t, std::uint32_t>;  // mesh, chip

/// All pinnings of a file together may name as many chips and positions as a file may have chips.
constexpr std::int64_t kMostPinned = kMostChips;
constexpr std::uint32_t kMostTraysOrAsics = 256;

bool is_pattern(const IdChoice& a, const IdChoice& b) {
    return a.pattern || b.pattern;
}

Ids ids_below(std::size_t count) {
    Ids ids(count);
    std::iota(ids.begin(), ids.end(), 0U);
    return ids;
}

/// The meshes of the expanded file by the numbers that pinnings use.
class MeshNumbers {
  public:
    explicit MeshNumbers(const MgdRules& rules) {
        if (!rules.expandable) {
            return;
        }
        collect(rules, *rules.top, rules.mgd.top_level->id_value());
        std::stable_sort(meshes_.begin(), meshes_.end());
        bool repeated = false;
        for (std::size_t k = 1; k < meshes_.size(); ++k) {
            repeated = repeated || meshes_[k].first == meshes_[k - 1].first;
        }
        if (repeated) {
            meshes_.swap(in_order_);
            for (std::size_t k = 0; k < meshes_.size(); ++k) {
                meshes_[k].first = static_cast<std::uint32_t>(k);
            }
        }
        for (const auto& [id, grid] : meshes_) {
            ids_.push_back(id);
        }
    }

    const Ids& ids() const { return ids_; }
    /// The descriptor of a mesh, among MgdRules::grids.
    std::optional<std::size_t> grid_of(std::uint32_t id) const {
        const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
        return found == ids_.end() || *found != id
                   ? std::nullopt
                   : std::optional(meshes_[static_cast<std::size_t>(found - ids_.begin())].second);
    }

  private:
    /// Recursion is bounded: trees deeper than kDeepestGraphs are not expandable.
    void collect(const MgdRules& rules, const Target& target, std::int32_t id) {
        if (!target.is_graph) {
            meshes_.emplace_back(static_cast<std::uint32_t>(id), target.index);
            in_order_.push_back(meshes_.back());
            return;
        }
        for (const Child& child : rules.graphs[target.index].children) {
            if (child.target) {
                collect(rules, *child.target, child.ref->id_value());
            }
        }
    }

    std::vector<std::pair<std::uint32_t, std::size_t>> meshes_;
    std::vector<std::pair<std::uint32_t, std::size_t>> in_order_;
    Ids ids_;
};

class PinningRules {
  public:
    explicit PinningRules(MgdRules& rules)
        : rules_(rules), meshes_(rules), trays_(ids_below(kMostTraysOrAsics)) {}

    void check(const PinningDescriptor& pinning) {
        check_shape(pinning);
        const std::size_t errors = rules_.findings.errors();
        std::map<std::uint32_t, std::set<std::uint32_t>> chips;
        for (const PinnedNodeDescriptor& node : pinning.nodes) {
            collect_chips(node, chips);
        }
        std::set<Position> positions;
        for (const PinnedPositionDescriptor& position : pinning.positions) {
            collect_positions(position, positions);
        }
        if (rules_.findings.errors() != errors || chips.empty() || positions.empty() || too_many()) {
            return;
        }
        for (const auto& [mesh, of_mesh] : chips) {
            check_room(pinning, mesh, of_mesh, positions);
        }
    }

    bool too_many() const { return pinned_ > kMostPinned; }

  private:
    void check_shape(const PinningDescriptor& pinning) {
        if (pinning.nodes.empty() || pinning.positions.empty()) {
            rules_.findings.report(
                Diagnostic(
                    kPinningEmpty, pinning.span,
                    pinning.nodes.empty() ? "this pinning names no chip" : "this pinning names no position")
                    .help(pinning.nodes.empty()
                              ? "add `logical_fabric_node_id { mesh_id: 0 chip_id: 0 }`"
                              : "add `physical_asic_position { tray_id: 1 asic_location: 1 }`"));
        }
        for (const PinnedNodeDescriptor& node : pinning.nodes) {
            const PinnedNodeDescriptor& first = pinning.nodes.front();
            if (is_pattern(node.mesh, node.chip) != is_pattern(first.mesh, first.chip)) {
                report_mix(node.span, first.span, "chips");
                break;
            }
        }
        for (const PinnedPositionDescriptor& position : pinning.positions) {
            const PinnedPositionDescriptor& first = pinning.positions.front();
            if (is_pattern(position.tray, position.asic) != is_pattern(first.tray, first.asic)) {
                report_mix(position.span, first.span, "positions");
                break;
            }
        }
    }

    void report_mix(const Span& span, const Span& first, std::string_view what) {
        rules_.findings.report(
            Diagnostic(kPinningMix, span,
                       fmt::format("the {} of one pinning are either all patterns or all numbers", what))
                .also(first, "the first one")
                .help("write the numbers as patterns too, or use two pinnings"));
    }

    /// The ids that a choice stands for; a number stands for itself whether it is in the domain or not.
    std::optional<Ids> choose(const IdChoice& choice, const Ids& domain, std::string_view field) {
        if (choice.number && choice.pattern) {
            rules_.findings.report(Diagnostic(kPinningMix, choice.pattern->span,
                                              fmt::format("both `{0}` and `{0}_regex` are given", field))
                                       .also(choice.number->span, "the number")
                                       .help("keep one of them"));
            return std::nullopt;
        }
        if (!choice.pattern) {
            return Ids{choice.number ? choice.number->value : 0};
        }
        auto ids = expand_pattern(choice.pattern->value, domain);
        if (!ids) {
            rules_.findings.report(
                Diagnostic(kBadIdPattern, choice.pattern->span,
                           fmt::format("the pattern `{}` {}", choice.pattern->value, ids.error())));
            return std::nullopt;
        }
        return *std::move(ids);
    }

    void collect_chips(const PinnedNodeDescriptor& node,
                       std::map<std::uint32_t, std::set<std::uint32_t>>& chips) {
        if (!rules_.expandable) {  // nothing to look them up in, but the syntax can be looked at
            choose(node.mesh, {}, "mesh_id");
            choose(node.chip, {}, "chip_id");
            return;
        }
        const auto meshes = choose(node.mesh, meshes_.ids(), "mesh_id");
        if (!meshes) {
            choose(node.chip, {}, "chip_id");
            return;
        }
        std::map<std::int64_t, Ids> by_size;  // most meshes are alike
        bool found = false;
        for (const std::uint32_t mesh : *meshes) {
            const auto grid = meshes_.grid_of(mesh);
            if (!grid) {
                report_unknown_mesh(node, mesh);
                return;
            }
            const GridFacts& facts = rules_.grids[*grid];
            if (!facts.usable || too_many()) {
                return;
            }
            auto known = by_size.find(facts.chips());
            if (known == by_size.end()) {
                const auto ids =
                    choose(node.chip, ids_below(static_cast<std::size_t>(facts.chips())), "chip_id");
                if (!ids) {
                    return;
                }
                known = by_size.emplace(facts.chips(), *ids).first;
            }
            if (!node.chip.pattern && known->second.front() >= facts.chips()) {
                rules_.findings.report(
                    Diagnostic(kPinningUnknownNode, node.chip.number->span,
                               fmt::format("chip `{}` is none of mesh {}, which has 0 to {}",
                                           known->second.front(), mesh, facts.chips() - 1)));
                return;
            }
            found = found || !known->second.empty();
            chips[mesh].insert(known->second.begin(), known->second.end());
            pinned_ += static_cast<std::int64_t>(known->second.size());
        }
        if (!found) {
            const auto& blamed = meshes->empty() ? node.mesh.pattern : node.chip.pattern;
            rules_.findings.report(Diagnostic(kPinningUnknownNode, blamed->span,
                                              fmt::format("the pattern `{}` selects no {}", blamed->value,
                                                          meshes->empty() ? "mesh" : "chip")));
        }
    }

    void report_unknown_mesh(const PinnedNodeDescriptor& node, std::uint32_t mesh) {
        rules_.findings.report(
            Diagnostic(kPinningUnknownNode, node.mesh.number ? node.mesh.number->span : node.span,
                       fmt::format("there is no mesh `{}`", mesh))
                .help(meshes_.ids().size() == 1
                          ? fmt::format("the one mesh of the file is {}", meshes_.ids().front())
                          : fmt::format("the file has {} meshes, {} to {}", meshes_.ids().size(),
                                        meshes_.ids().front(), meshes_.ids().back())));
    }

    void collect_positions(const PinnedPositionDescriptor& position, std::set<Position>& positions) {
        const auto trays = choose(position.tray, trays_, "tray_id");
        const auto asics = choose(position.asic, trays_, "asic_location");
        if (!trays || !asics) {
            return;
        }
        if (trays->empty() || asics->empty()) {
            const auto& blamed = trays->empty() ? position.tray.pattern : position.asic.pattern;
            rules_.findings.report(Diagnostic(kPinningNoPosition, blamed->span,
                                              fmt::format("the pattern `{}` selects nothing among 0 to {}",
                                                          blamed->value, kMostTraysOrAsics - 1)));
        }
        pinned_ += static_cast<std::int64_t>(trays->size() * asics->size());
        for (const std::uint32_t tray : *trays) {
            for (const std::uint32_t asic : *asics) {
                if (too_many()) {
                    return;
                }
                positions.emplace(tray, asic);
            }
        }
    }

    /// Enough positions for the chips, and none left without one by what was pinned before. Trays and ASICs
    /// are numbered within a host, so a mesh of several hosts may have each position once per host.
    void check_room(const PinningDescriptor& pinning, std::uint32_t mesh,
                    const std::set<std::uint32_t>& chips, const std::set<Position>& positions) {
        const std::int64_t hosts = rules_.grids[*meshes_.grid_of(mesh)].host_ranks;
        if (static_cast<std::int64_t>(chips.size()) >
            saturating_product(static_cast<std::int64_t>(positions.size()), hosts)) {
            rules_.findings.report(
                Diagnostic(kPinningNoPosition, pinning.span,
                           fmt::format("{} chips of mesh {} are to sit at {}; each has one of its own",
                                       chips.size(), mesh, support::counted(positions.size(), "position")))
                    .help("add positions, or pin fewer chips"));
            return;
        }
        if (positions.size() != 1 || chips.size() != 1) {
            return;  // a choice is left: whether it works out is for the mapping to find
        }
        const Position position = *positions.begin();
        const std::uint32_t chip = *chips.begin();
        const auto [chip_pin, chip_new] = by_chip_.try_emplace({mesh, chip}, std::pair{position, &pinning});
        if (!chip_new && chip_pin->second.first != position) {
            rules_.findings.report(
                Diagnostic(
                    kPinningConflict, pinning.span,
                    fmt::format("chip {} of mesh {} is pinned to a second position; it has one", chip, mesh))
                    .also(chip_pin->second.second->span, "pinned here"));
        }
        if (hosts != 1) {
            return;
        }
        const auto [place, place_new] =
            by_position_.try_emplace({mesh, position.first, position.second}, std::pair{chip, &pinning});
        if (!place_new && place->second.first != chip) {
            rules_.findings.report(
                Diagnostic(
                    kPinningConflict, pinning.span,
                    fmt::format("tray {} ASIC {} is taken by chip {} of mesh {} already; one chip sits at "
                                "a position",
                                position.first, position.second, place->second.first, mesh))
                    .also(place->second.second->span, "pinned here"));
        }
    }

    MgdRules& rules_;
    MeshNumbers meshes_;
    Ids trays_;
    std::int64_t pinned_ = 0;
    std::map<Chip, std::pair<Position, const PinningDescriptor*>> by_chip_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>,
             std::pair<std::uint32_t, const PinningDescriptor*>>
        by_position_;
};

}  // namespace

void check_pinnings(MgdRules& rules) {
    if (rules.mgd.pinnings.empty()) {
        return;
    }
    PinningRules pinnings(rules);
    for (const PinningDescriptor& pinning : rules.mgd.pinnings) {
        pinnings.check(pinning);
        if (pinnings.too_many()) {
            rules.findings.report(
                Diagnostic(
                    kMgdTooLarge, pinning.span,
                    fmt::format("the pinnings name more than {} chips and positions in all", kMostPinned))
                    .help("use narrower patterns"));
            return;
        }
    }
}

}  // namespace tt_run::topology
