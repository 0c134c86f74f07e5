#include "topology/physical/check_fit.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "support/check.hpp"
#include "support/counted.hpp"
#include "support/text.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/fit_region.hpp"
#include "topology/physical/fit_words.hpp"

namespace tt_run::topology {

using support::counted;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr std::size_t kMostNamed = 4;

class Checker {
  public:
    Checker(const MeshGraph& graph, const Cluster& cluster, const std::vector<RankClaim>& claims,
            DiagnosticSink& sink)
        : graph_(graph), cluster_(cluster), claims_(claims), sink_(sink), pairs_(adjacent_pairs(cluster)) {}

    Fit check() {
        const support::ErrorWatch watch(sink_);
        check_architectures();
        if (watch.saw_error()) {
            return Fit::misfit;  // every other number would be about the wrong chips
        }
        check_chip_counts();
        if (watch.saw_error()) {
            // where chips are missing altogether, each host and each rank would only say so again
        } else if (claims_.empty()) {
            check_host_parts();
        } else {
            check_claims();
        }
        if (!cluster_.links_known()) {
            sink_.report(
                Diagnostic(kFitLinksUnknown, {},
                           fmt::format("the links of `{}` are unknown; only numbers of chips and hosts were "
                                       "compared",
                                       cluster_.source()))
                    .help("capture the cluster with the vendor's `topology` tool"));
            return watch.saw_error() ? Fit::misfit : Fit::unknown;
        }
        if (!watch.saw_error()) {
            claims_.empty() ? check_everywhere() : check_where_claimed();
        }
        return watch.saw_error() ? Fit::misfit : Fit::possible;
    }

  private:
    std::vector<const Mesh*> meshes() const {
        std::vector<const Mesh*> all;
        for (const Mesh& mesh : graph_.meshes) {
            if (mesh.kind == MeshKind::mesh) {
                all.push_back(&mesh);
            }
        }
        return all;
    }

    std::size_t chips_of(ChipArchitecture architecture) const {
        std::size_t count = 0;
        for (const Board& board : cluster_.boards()) {
            count += board.architecture == architecture ? board.asic_count : 0;
        }
        return count;
    }

    void check_architectures() {
        for (const Mesh* mesh : meshes()) {
            const ChipArchitecture wanted = chip_architecture(mesh->architecture);
            if (chips_of(wanted) == 0) {
                const auto has = cluster_.architecture();
                sink_.report(Diagnostic(kFitArchitecture, mesh->span,
                                        fmt::format("{} is of {} chips, but `{}` has {} chips only",
                                                    name_of_mesh(*mesh), name_of(wanted), cluster_.source(),
                                                    has ? name_of(*has) : std::string_view("other")))
                                 .help("use the Mesh Graph Descriptor for this machine, or another cluster"));
                return;
            }
        }
    }

    void check_chip_counts() {
        std::map<ChipArchitecture, std::size_t> wanted;
        for (const Mesh* mesh : meshes()) {
            wanted[chip_architecture(mesh->architecture)] += static_cast<std::size_t>(mesh->chip_count());
        }
        for (const auto& [architecture, need] : wanted) {
            const std::size_t have = chips_of(architecture);
            if (need <= have) {
                continue;
            }
            const Mesh* largest = nullptr;
            for (const Mesh* mesh : meshes()) {
                largest = largest == nullptr || mesh->chip_count() > largest->chip_count() ? mesh : largest;
            }
            TT_RUN_CHECK(largest != nullptr);  // some mesh wants these chips
            Diagnostic short_of(kFitChips, largest->span,
                                fmt::format("needs {} {} chips, `{}` has {}", need, name_of(architecture),
                                            cluster_.source(), have));
            short_of.label(fmt::format("{}x{}, {}", largest->rows(), largest->columns(),
                                       counted(static_cast<std::size_t>(largest->chip_count()), "chip")));
            note_incomplete_boards(short_of);
            note_hosts(short_of);
            sink_.report(std::move(short_of));
        }
    }

    /// A chip that ought to be there and is not explains a lot.
    void note_incomplete_boards(Diagnostic& diagnostic) const {
        std::size_t named = 0;
        for (const Board& board : cluster_.boards()) {
            const std::uint32_t usual = facts_of(board.type).chips;
            if (usual != 0 && board.asic_count < usual && named++ < kMostNamed) {
                diagnostic.note(fmt::format("tray {} of host `{}` has {} of the {} chips of its type, {}",
                                            board.tray, cluster_.host(board.host).name, board.asic_count,
                                            usual, name_of(board.type)));
            }
        }
    }

    /// What there is, host by host, so that what is not stands out.
    void note_hosts(Diagnostic& diagnostic) const {
        for (std::size_t k = 0; k < std::min(cluster_.hosts().size(), kMostNamed); ++k) {
            const Host& host = cluster_.hosts()[k];
            std::vector<std::string> trays;
            for (const Board& board : cluster_.boards_of(host)) {
                trays.push_back(std::to_string(board.tray));
            }
            diagnostic.note(fmt::format("host `{}` has {} on {} {}", host.name,
                                        counted(host.asic_count, "chip"),
                                        support::noun_for(trays.size(), "tray"), support::join(trays, ", ")));
        }
        if (cluster_.hosts().size() > kMostNamed) {
            diagnostic.note(
                fmt::format("and {} more", counted(cluster_.hosts().size() - kMostNamed, "host")));
        }
    }

    /// Parts of meshes onto hosts, by size alone: for each size, how many parts at least so large the hosts
    /// take.
    void check_host_parts() {
        std::vector<std::pair<std::size_t, const Mesh*>> parts;
        for (const Mesh* mesh : meshes()) {
            const auto size = static_cast<std::size_t>(mesh->chip_count() / mesh->host_rank_count());
            for (std::int32_t rank = 0; rank < mesh->host_rank_count(); ++rank) {
                parts.emplace_back(size, mesh);
            }
        }
        std::stable_sort(parts.begin(), parts.end(),
                         [](const auto& a, const auto& b) { return a.first > b.first; });
        for (std::size_t k = 0; k < parts.size(); ++k) {
            const std::size_t size = parts[k].first;
            if (k + 1 < parts.size() && parts[k + 1].first == size) {
                continue;
            }
            std::size_t room = 0;
            std::size_t largest = 0;
            for (const Host& host : cluster_.hosts()) {
                room += host.asic_count / size;
                largest = std::max<std::size_t>(largest, host.asic_count);
            }
            if (room > k) {
                continue;
            }
            sink_.report(
                Diagnostic(
                    kFitHosts, parts[k].second->span,
                    fmt::format("needs room for {} of {} or more, each on one host; the {} of `{}` {} room "
                                "for {}",
                                counted(k + 1, "part"), counted(size, "chip"),
                                counted(cluster_.hosts().size(), "host"), cluster_.source(),
                                cluster_.hosts().size() == 1 ? "has" : "have", room))
                    .note(fmt::format("the largest host has {}", counted(largest, "chip"))));
            return;
        }
    }

    std::string where(const RankClaim& claim) const {
        return fmt::format(
            "{} ({}, host rank {}) on host `{}`", claim.rank,
            graph_.find(claim.mesh) != nullptr ? name_of_mesh(*graph_.find(claim.mesh)) : "no mesh",
            claim.host_rank.value, cluster_.host(claim.host).name);
    }

    void check_claims() {
        for (const RankClaim& claim : claims_) {
            const Mesh* mesh = graph_.find(claim.mesh);
            if (mesh == nullptr) {
                continue;  // the bindings' own check says so
            }
            const auto need = static_cast<std::size_t>(mesh->chip_count() / mesh->host_rank_count());
            if (claim.chips.size() < need) {
                Diagnostic too_few(kFitRankChips, claim.place,
                                   fmt::format("{} needs {}, it sees {}", where(claim), counted(need, "chip"),
                                               claim.chips.size()));
                too_few.also(
                    mesh->span,
                    fmt::format("{}x{} over {}", mesh->rows(), mesh->columns(),
                                counted(static_cast<std::size_t>(mesh->host_rank_count()), "host rank")));
                note_incomplete_boards(too_few);
                sink_.report(std::move(too_few));
            }
        }
    }

    bool check_region(const std::vector<const Mesh*>& inside, const std::vector<AsicIndex>& chips,
                      const std::string& place) {
        return fits_region(inside, cluster_, region_of(chips, pairs_), place, sink_);
    }

    void check_everywhere() {
        std::map<ChipArchitecture, std::vector<AsicIndex>> chips;
        for (std::uint32_t k = 0; k < cluster_.asics().size(); ++k) {
            chips[cluster_.board_of(AsicIndex{k}).architecture].push_back(AsicIndex{k});
        }
        for (const auto& [architecture, members] : chips) {
            std::vector<const Mesh*> inside;
            for (const Mesh* mesh : meshes()) {
                if (chip_architecture(mesh->architecture) == architecture) {
                    inside.push_back(mesh);
                }
            }
            if (!inside.empty()) {
                check_region(inside, members, fmt::format("in `{}`", cluster_.source()));
            }
        }
    }

    void check_where_claimed() {
        std::map<MeshId, std::vector<AsicIndex>> chips;
        for (const RankClaim& claim : claims_) {
            std::vector<AsicIndex>& into = chips[claim.mesh];
            into.insert(into.end(), claim.chips.begin(), claim.chips.end());
        }
        bool sound = true;
        for (auto& [id, members] : chips) {
            std::sort(members.begin(), members.end());
            members.erase(std::unique(members.begin(), members.end()), members.end());
            const Mesh* mesh = graph_.find(id);
            if (mesh != nullptr && mesh->kind == MeshKind::mesh) {
                sound = check_region({mesh}, members, "on the chips of its ranks") && sound;
            }
        }
        if (sound) {
            check_parts_of_meshes();
        }
        for (const MeshConnection& connection : graph_.connections) {
            check_connection(connection, chips);
        }
    }

    struct Between {
        std::size_t links = 0;
        std::vector<AdjacentPair> pairs;
    };

    Between between(const std::vector<AsicIndex>& a, const std::vector<AsicIndex>& b) const {
        const std::set<AsicIndex> left(a.begin(), a.end());
        const std::set<AsicIndex> right(b.begin(), b.end());
        Between found;
        for (const AdjacentPair& pair : pairs_) {
            const bool joins = (left.contains(pair.a) && right.contains(pair.b)) ||
                               (left.contains(pair.b) && right.contains(pair.a));
            if (joins) {
                found.links += pair.links;
                found.pairs.push_back(pair);
            }
        }
        return found;
    }

    /// What joins two regions, so that what does not stands out.
    void note_pairs(Diagnostic& diagnostic, const Between& found) const {
        constexpr std::size_t kMostPairs = 8;
        for (std::size_t k = 0; k < std::min(found.pairs.size(), kMostPairs); ++k) {
            const AdjacentPair& pair = found.pairs[k];
            diagnostic.note(fmt::format("`{}` and `{}` have {}", cluster_.name_of(pair.a),
                                        cluster_.name_of(pair.b), counted(pair.links, "link")));
        }
        if (found.pairs.size() > kMostPairs) {
            diagnostic.note(fmt::format("and {} more", counted(found.pairs.size() - kMostPairs, "pair")));
        }
    }

    /// Parts of one mesh on different ranks touch along an edge; that edge needs its pairs.
    void check_parts_of_meshes() {
        for (std::size_t i = 0; i < claims_.size(); ++i) {
            for (std::size_t j = i + 1; j < claims_.size(); ++j) {
                const Mesh* mesh = graph_.find(claims_[i].mesh);
                if (mesh == nullptr || claims_[j].mesh != claims_[i].mesh) {
                    continue;
                }
                std::size_t need = 0;
                for (const auto& [a, b] : mesh->neighbours()) {
                    const MeshHostRank first = mesh->host_rank_of(a);
                    const MeshHostRank second = mesh->host_rank_of(b);
                    need += (first == claims_[i].host_rank && second == claims_[j].host_rank) ||
                                    (second == claims_[i].host_rank && first == claims_[j].host_rank)
                                ? 1
                                : 0;
                }
                if (need != 0) {
                    check_seam(*mesh, claims_[i], claims_[j], need);
                }
            }
        }
    }

    void check_seam(const Mesh& mesh, const RankClaim& a, const RankClaim& b, std::size_t need) {
        const Between found = between(a.chips, b.chips);
        const bool strict = mesh.channels.policy == ChannelPolicy::strict;
        const auto enough = static_cast<std::size_t>(
            std::count_if(found.pairs.begin(), found.pairs.end(), [&](const AdjacentPair& pair) {
                return static_cast<std::int64_t>(pair.links) >= (strict ? mesh.channels.count : 1);
            }));
        if (enough >= need) {
            return;
        }
        sink_.report(
            Diagnostic(kFitHostParts, b.place,
                       fmt::format("{} needs {} of neighbours{} between {} and {}, there {} {}",
                                   name_of_mesh(mesh), counted(need, "pair"),
                                   strict ? fmt::format(" with {} links each", mesh.channels.count) : "",
                                   where(a), where(b), enough == 1 ? "is" : "are", enough))
                .also(a.place, a.rank)
                .also(mesh.span, "the mesh")
                .note(fmt::format("between their chips there are {} in all", counted(found.links, "link")))
                .help("check the cables between them, and which rank has which host rank"));
    }

    void check_connection(const MeshConnection& connection,
                          const std::map<MeshId, std::vector<AsicIndex>>& chips) {
        const auto from = chips.find(connection.from);
        const auto to = chips.find(connection.to);
        if (from == chips.end() || to == chips.end() || from->first == to->first) {
            return;
        }
        const Between found = between(from->second, to->second);
        const std::size_t have = found.links;
        // Those between chips of one pair add up; of those between the same two meshes the last counts.
        std::size_t need = 0;
        for (const MeshConnection& other : graph_.connections) {
            const bool same =
                std::minmax(other.from, other.to) == std::minmax(connection.from, connection.to);
            if (same) {
                const auto count = static_cast<std::size_t>(other.channels.count);
                need = other.is_device_level() ? need + count : count;
            }
            if (same && &other < &connection) {
                return;  // told already
            }
        }
        if (have >= need || (have > 0 && connection.channels.policy != ChannelPolicy::strict)) {
            return;
        }
        Diagnostic short_of(kFitConnection, connection.span,
                            fmt::format("mesh {} and mesh {} need {} between them, {} there {} {}",
                                        connection.from.value, connection.to.value, counted(need, "channel"),
                                        "on the chips of their ranks", have == 1 ? "is" : "are", have));
        for (const RankClaim& claim : claims_) {
            if (claim.mesh == connection.from || claim.mesh == connection.to) {
                short_of.note(fmt::format("{} has {}", where(claim), counted(claim.chips.size(), "chip")));
            }
        }
        note_pairs(short_of, found);
        if (have != 0) {
            short_of.help("with `policy: RELAXED` fewer channels are a warning");
        }
        sink_.report(std::move(short_of));
    }

    const MeshGraph& graph_;
    const Cluster& cluster_;
    const std::vector<RankClaim>& claims_;
    DiagnosticSink& sink_;
    std::vector<AdjacentPair> pairs_;
};

}  // namespace

Fit check_fit(const MeshGraph& graph, const Cluster& cluster, const std::vector<RankClaim>& claims,
              DiagnosticSink& sink) {
    return Checker(graph, cluster, claims, sink).check();
}

}  // namespace tt_run::topology
