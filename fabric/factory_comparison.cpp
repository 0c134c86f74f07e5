#include "fabric/factory_comparison.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "fabric/diagnostic_kinds.hpp"
#include "fabric/mesh_exits.hpp"

namespace tt_run::fabric {

using support::Diagnostic;
using support::DiagnosticSink;
using topology::Cluster;
using topology::LinkEnd;

namespace {

constexpr std::size_t kMostNamed = 20;

/// An ASIC of the factory's where it stands in the live cluster.
std::optional<AsicIndex> same_place(const Cluster& factory, AsicIndex asic, const Cluster& live) {
    const auto host = live.find_host(factory.host_of(asic).name);
    return host ? live.find_asic(*host, factory.board_of(asic).tray, factory.asic(asic).location)
                : std::nullopt;
}

class Comparer {
  public:
    Comparer(const FabricSystem& system, const LinkStates& states, const Cluster& factory)
        : system_(system), states_(states), factory_(factory) {}

    FactoryComparison compare() {
        compare_places();
        ask();
        count_live();
        for (const topology::Link& cable : factory_.links()) {
            compare_cable(cable);
        }
        found_.factory_cables = factory_.links().size();
        for (const auto& [ends, tally] : pairs_) {
            if (tally.asked > 0 && (tally.asked != tally.cabled || tally.cabled != tally.live)) {
                found_.pairs.push_back({ends.first, ends.second, tally});
            }
        }
        std::sort(found_.missing.begin(), found_.missing.end());
        return std::move(found_);
    }

  private:
    using Ends = std::pair<FabricNode, FabricNode>;

    void compare_places() {
        const auto hosts = factory_.hosts();
        found_.no_host_in_common = std::none_of(hosts.begin(), hosts.end(), [&](const topology::Host& host) {
            return system_.cluster().find_host(host.name).has_value();
        });
        for (std::uint32_t asic = 0; asic < factory_.asics().size(); ++asic) {
            const bool known_host =
                system_.cluster().find_host(factory_.host_of(AsicIndex{asic}).name).has_value();
            if (known_host && !same_place(factory_, AsicIndex{asic}, system_.cluster())) {
                found_.missing_chips.push_back(factory_.name_of(AsicIndex{asic}));
            }
        }
    }

    static Ends ends_of(FabricNode a, FabricNode b) {
        if (a.mesh != b.mesh) {
            a.chip = b.chip = ChipId{-1};  // links between meshes count together
        }
        return std::minmax(a, b);
    }

    void ask() {
        for (std::uint32_t at = 0; at < system_.mesh_count(); ++at) {
            const Mesh& mesh = system_.mesh(at);
            const MeshLinks links(system_, states_, at);
            for (std::int32_t chip = 0; chip < mesh.chip_count(); ++chip) {
                for (Slot slot = 0; slot < links.slots(chip); ++slot) {
                    const std::int32_t next = links.neighbour(chip, slot);
                    if (next > chip) {
                        LinkTally& tally = pairs_[ends_of({mesh.id, ChipId{chip}}, {mesh.id, ChipId{next}})];
                        tally.asked += static_cast<std::uint32_t>(mesh.channels.count);
                    }
                }
            }
        }
        for (const topology::MeshConnection& one : system_.graph().connections) {
            LinkTally& tally = pairs_[ends_of({one.from, ChipId{-1}}, {one.to, ChipId{-1}})];
            const auto count = static_cast<std::uint32_t>(one.channels.count);
            tally.asked = one.is_device_level() ? tally.asked + count : count;
        }
    }

    void count_live() {
        const auto links = system_.cluster().links();
        for (std::uint32_t link = 0; link < links.size(); ++link) {
            const auto a = system_.node_of(links[link].a.asic);
            const auto b = system_.node_of(links[link].b.asic);
            if (a && b && states_.carries(link)) {
                ++pairs_[ends_of(system_.node(*a), system_.node(*b))].live;
            }
        }
    }

    bool lives(const LinkEnd& a, AsicIndex asic_a, const LinkEnd& b, AsicIndex asic_b) const {
        for (const std::uint32_t link : system_.cluster().links_of(asic_a)) {
            const topology::Link& one = system_.cluster().links()[link];
            const LinkEnd here{asic_a, a.channel};
            const LinkEnd there{asic_b, b.channel};
            if (states_.carries(link) &&
                ((one.a == here && one.b == there) || (one.a == there && one.b == here))) {
                return true;
            }
        }
        return false;
    }

    void compare_cable(const topology::Link& cable) {
        const auto a = same_place(factory_, cable.a.asic, system_.cluster());
        const auto b = same_place(factory_, cable.b.asic, system_.cluster());
        const auto node_a = a ? system_.node_of(*a) : std::nullopt;
        const auto node_b = b ? system_.node_of(*b) : std::nullopt;
        bool used = false;
        if (node_a && node_b) {
            LinkTally& tally = pairs_[ends_of(system_.node(*node_a), system_.node(*node_b))];
            ++tally.cabled;
            used = tally.asked > 0;
        }
        if (!a || !b || lives(cable.a, *a, cable.b, *b)) {
            return;  // whole chips and hosts that are missing are told by themselves
        }
        found_.missing.push_back({factory_.name_of(cable.a), factory_.name_of(cable.b), used,
                                  node_a && node_b && node_a->mesh != node_b->mesh});
    }

    const FabricSystem& system_;
    const LinkStates& states_;
    const Cluster& factory_;
    FactoryComparison found_;
    std::map<Ends, LinkTally> pairs_;
};

std::string pair_name(const TalliedPair& pair) {
    return pair.a.chip.value < 0 ? fmt::format("meshes {} and {}", pair.a.mesh.value, pair.b.mesh.value)
                                 : fmt::format("{} and {}", name_of(pair.a), name_of(pair.b));
}

}  // namespace

FactoryComparison compare_with_factory(const FabricSystem& system, const LinkStates& states,
                                       const Cluster& factory) {
    return Comparer(system, states, factory).compare();
}

void report_factory_comparison(const FactoryComparison& found, bool strict, DiagnosticSink& sink,
                               std::optional<double> most_missing) {
    if (found.no_host_in_common) {
        sink.report(Diagnostic(kFabricFactoryHost, {},
                               "the factory system descriptor and the cluster have no host in common")
                        .help("give the descriptor of this system"));
        return;
    }
    for (const std::string& chip : found.missing_chips) {
        sink.report(Diagnostic(kFabricFactoryHost, {},
                               fmt::format("chip `{}` of the factory system descriptor is gone; no mode "
                                           "opens a fabric without it",
                                           chip)));
    }
    if (found.missing.empty()) {
        return;
    }
    const auto between = std::count_if(found.missing.begin(), found.missing.end(),
                                       [](const MissingCable& one) { return one.between_meshes; });
    Diagnostic diagnostic(kFabricFactoryCable, {},
                          fmt::format("{} of {} cables of the factory system descriptor are not live: {} "
                                      "within meshes, {} between them",
                                      found.missing.size(), found.factory_cables,
                                      std::ssize(found.missing) - between, between));
    const double percent =
        100.0 * static_cast<double>(found.missing.size()) / static_cast<double>(found.factory_cables);
    const bool too_many = most_missing && percent > *most_missing;
    if (!strict && too_many) {
        diagnostic.help(
            fmt::format("{:.3g} % are missing, and at most {:.3g} % may be", percent, *most_missing));
    } else if (!strict) {
        diagnostic.with_severity(support::Severity::warning);
    }
    for (std::size_t k = 0; k < std::min(found.missing.size(), kMostNamed); ++k) {
        const MissingCable& cable = found.missing[k];
        diagnostic.note(
            fmt::format("`{}` ~ `{}`{}", cable.a, cable.b, cable.used ? "" : ", which nothing uses"));
    }
    if (found.missing.size() > kMostNamed) {
        diagnostic.note(fmt::format("and {} more", found.missing.size() - kMostNamed));
    }
    for (std::size_t k = 0; k < std::min(found.pairs.size(), kMostNamed); ++k) {
        const LinkTally& links = found.pairs[k].links;
        diagnostic.note(fmt::format("{}: {} asked, {} cabled, {} live: {} down, {} unused, {} never cabled",
                                    pair_name(found.pairs[k]), links.asked, links.cabled, links.live,
                                    links.downed(), links.unused(), links.never_cabled()));
    }
    sink.report(std::move(diagnostic));
}

}  // namespace tt_run::fabric
