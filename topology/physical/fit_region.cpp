#include "topology/physical/fit_region.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "support/text.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/fit_words.hpp"

namespace tt_run::topology {

using support::counted;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr std::size_t kMostNamed = 4;

class RegionChecker {
  public:
    RegionChecker(const std::vector<const Mesh*>& inside, const Cluster& cluster, const Region& region,
                  const std::string& place, DiagnosticSink& sink)
        : inside_(inside), cluster_(cluster), region_(region), place_(place), sink_(sink) {}

    bool check() {
        const support::ErrorWatch watch(sink_);
        const std::vector<Part> parts = parts_by_size();
        for (const Mesh* mesh : inside_) {
            const auto need = static_cast<std::size_t>(mesh->chip_count());
            const std::size_t largest = parts.empty() ? 0 : parts.front().chips;
            if (need > 1 && largest < need) {
                Diagnostic apart(
                    kFitConnected, mesh->span,
                    fmt::format("{} needs {} that hang together; {} the largest such part has {}",
                                name_of_mesh(*mesh), counted(need, "chip"), place_, largest));
                for (std::size_t k = 0; k < std::min(parts.size(), kMostNamed); ++k) {
                    apart.note(fmt::format("{} {}", counted(parts[k].chips, "chip"),
                                           parts[k].chips == 1
                                               ? fmt::format("alone: `{}`", cluster_.name_of(parts[k].first))
                                               : fmt::format("with `{}`", cluster_.name_of(parts[k].first))));
                }
                sink_.report(std::move(apart));
                return false;
            }
        }
        check_degrees();
        check_pairs();
        return !watch.saw_error();
    }

  private:
    /// Chips that hang together, by the first of them.
    struct Part {
        AsicIndex first;
        std::size_t chips = 0;
    };

    /// Largest first.
    std::vector<Part> parts_by_size() const {
        std::vector<std::uint32_t> root(cluster_.asics().size());
        std::iota(root.begin(), root.end(), 0U);
        const std::function<std::uint32_t(std::uint32_t)> find = [&](std::uint32_t at) {
            while (root[at] != at) {
                at = root[at] = root[root[at]];
            }
            return at;
        };
        for (const AdjacentPair& pair : region_.pairs) {
            root[find(pair.a.value)] = find(pair.b.value);
        }
        std::map<std::uint32_t, Part> by_root;
        for (const AsicIndex chip : region_.chips) {
            ++by_root.try_emplace(find(chip.value), Part{chip}).first->second.chips;
        }
        std::vector<Part> all;
        for (const auto& [at, part] : by_root) {
            all.push_back(part);
        }
        std::sort(all.begin(), all.end(), [](const Part& a, const Part& b) {
            return a.chips != b.chips ? a.chips > b.chips : a.first < b.first;
        });
        return all;
    }

    /// The k chips that want most neighbours must lie on k chips that have as many.
    void check_degrees() {
        std::map<std::uint32_t, std::size_t, std::greater<>> wanted;  // neighbours -> chips that want so many
        const Mesh* example = nullptr;
        for (const Mesh* mesh : inside_) {
            std::vector<std::uint32_t> degrees(static_cast<std::size_t>(mesh->chip_count()), 0);
            for (const auto& [a, b] : mesh->neighbours()) {
                ++degrees[static_cast<std::size_t>(a.value)];
                ++degrees[static_cast<std::size_t>(b.value)];
            }
            for (const std::uint32_t degree : degrees) {
                ++wanted[degree];
            }
            example = example == nullptr || mesh->chip_count() > example->chip_count() ? mesh : example;
        }
        std::vector<std::uint32_t> has(cluster_.asics().size(), 0);
        for (const AdjacentPair& pair : region_.pairs) {
            ++has[pair.a.value];
            ++has[pair.b.value];
        }
        std::size_t need = 0;
        for (const auto& [degree, chips] : wanted) {
            need += chips;
            const auto have = static_cast<std::size_t>(
                std::count_if(region_.chips.begin(), region_.chips.end(),
                              [&](AsicIndex chip) { return has[chip.value] >= degree; }));
            if (have >= need) {
                continue;
            }
            Diagnostic short_of(
                kFitNeighbours, example->span,
                fmt::format("{} need{} {} or more neighbours each; {} {} {}", counted(need, "chip"),
                            need == 1 ? "s" : "", degree, place_, have, have == 1 ? "has" : "have"));
            short_of.note(name_lesser(has, degree));
            sink_.report(std::move(short_of));
            return;
        }
    }

    std::string name_lesser(const std::vector<std::uint32_t>& has, std::uint32_t degree) const {
        std::vector<std::string> names;
        std::size_t rest = 0;
        for (const AsicIndex chip : region_.chips) {
            if (has[chip.value] + 1 == degree) {
                names.size() < kMostNamed
                    ? names.push_back(fmt::format("`{}` has {}", cluster_.name_of(chip), has[chip.value]))
                    : static_cast<void>(++rest);
            }
        }
        if (names.empty()) {
            return "no chip comes near";
        }
        return "short by one: " + support::join(names, ", ") +
               (rest == 0 ? "" : fmt::format(" and {} more", rest));
    }

    /// Neighbouring pairs with enough links, and with any.
    void check_pairs() {
        std::map<std::int32_t, std::size_t, std::greater<>> strict;  // links -> pairs that want so many
        std::size_t all = 0;
        const Mesh* example = nullptr;
        for (const Mesh* mesh : inside_) {
            const std::size_t edges = mesh->neighbours().size();
            all += edges;
            if (mesh->channels.policy == ChannelPolicy::strict) {
                strict[mesh->channels.count] += edges;
            }
            example = example == nullptr || mesh->chip_count() > example->chip_count() ? mesh : example;
        }
        if (region_.pairs.size() < all) {
            sink_.report(Diagnostic(kFitLinks, example->span,
                                    fmt::format("needs {} of neighbours, {} there are {}",
                                                counted(all, "pair"), place_, region_.pairs.size())));
            return;
        }
        report_thin(strict, *example);
    }

    void report_thin(const std::map<std::int32_t, std::size_t, std::greater<>>& wanted, const Mesh& example) {
        std::size_t need = 0;
        for (const auto& [links, pairs] : wanted) {
            need += pairs;
            const auto enough = [least = links](const AdjacentPair& pair) {
                return static_cast<std::int64_t>(pair.links) >= least;
            };
            const auto have =
                static_cast<std::size_t>(std::count_if(region_.pairs.begin(), region_.pairs.end(), enough));
            if (have >= need) {
                continue;
            }
            Diagnostic thin(kFitLinks, example.span,
                            fmt::format("needs {} of neighbours with {} links each, {} there are {}",
                                        counted(need, "pair"), links, place_, have));
            std::size_t named = 0;
            for (const AdjacentPair& pair : region_.pairs) {
                if (!enough(pair) && named++ < kMostNamed) {
                    thin.note(fmt::format("`{}` and `{}` have {}", cluster_.name_of(pair.a),
                                          cluster_.name_of(pair.b), counted(pair.links, "link")));
                }
            }
            sink_.report(thin.help("with `policy: RELAXED` fewer links are a warning"));
            return;
        }
    }

    const std::vector<const Mesh*>& inside_;
    const Cluster& cluster_;
    const Region& region_;
    const std::string& place_;
    DiagnosticSink& sink_;
};

}  // namespace

Region region_of(const std::vector<AsicIndex>& chips, const std::vector<AdjacentPair>& pairs) {
    Region region;
    region.chips = chips;
    const auto inside = [&](AsicIndex chip) { return std::binary_search(chips.begin(), chips.end(), chip); };
    std::copy_if(pairs.begin(), pairs.end(), std::back_inserter(region.pairs),
                 [&](const AdjacentPair& pair) { return inside(pair.a) && inside(pair.b); });
    return region;
}

bool fits_region(const std::vector<const Mesh*>& inside, const Cluster& cluster, const Region& region,
                 const std::string& place, DiagnosticSink& sink) {
    return RegionChecker(inside, cluster, region, place, sink).check();
}

}  // namespace tt_run::topology
