#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "topology/physical/asic_buckets.hpp"
#include "topology/physical/cluster_draft.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

/// The order of `count` things by `less`, which compares positions; those alike keep theirs.
template <class Less>
std::vector<std::uint32_t> order_of(std::size_t count, Less less) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    if (!std::is_sorted(order.begin(), order.end(), less)) {  // most files list things in order
        std::stable_sort(order.begin(), order.end(), less);
    }
    return order;
}

/// Puts `values` into `order`.
template <class T>
void permute(std::vector<T>& values, const std::vector<std::uint32_t>& order) {
    if (std::is_sorted(order.begin(), order.end())) {
        return;
    }
    std::vector<T> sorted;
    sorted.reserve(values.size());
    for (const std::uint32_t at : order) {
        sorted.push_back(std::move(values[at]));
    }
    values = std::move(sorted);
}

/// Where each old position went.
std::vector<std::uint32_t> inverse(const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> rank(order.size());
    for (std::uint32_t k = 0; k < order.size(); ++k) {
        rank[order[k]] = k;
    }
    return rank;
}

/// Each level is sorted within the one above, and tells the one below where its owners went.
class Orderer {
  public:
    Orderer(ClusterDraft& draft, DiagnosticSink& sink) : draft_(draft), sink_(sink) {}

    void order() {
        const std::vector<std::uint32_t> host_rank = sort_hosts();
        sort_boards(host_rank);
        sort_asics();
    }

  private:
    std::vector<std::uint32_t> sort_hosts() {
        const std::vector<std::uint32_t> order =
            order_of(draft_.hosts.size(), [&](std::uint32_t a, std::uint32_t b) {
                return natural_less(draft_.hosts[a].name, draft_.hosts[b].name);
            });
        permute(draft_.hosts, order);
        permute(draft_.host_places, order);
        for (std::size_t k = 1; k < draft_.hosts.size(); ++k) {
            if (draft_.hosts[k].name == draft_.hosts[k - 1].name) {
                sink_.report(Diagnostic(kDuplicateHost, draft_.span_of(draft_.host_places[k]),
                                        fmt::format("host `{}` is described twice", draft_.hosts[k].name))
                                 .also(draft_.span_of(draft_.host_places[k - 1]), "first here")
                                 .help("give each host one description, or different names"));
            }
        }
        return inverse(order);
    }

    void sort_boards(const std::vector<std::uint32_t>& host_rank) {
        for (Board& board : draft_.boards) {
            board.host.value = host_rank[board.host.value];
        }
        const std::vector<std::uint32_t> order =
            order_of(draft_.boards.size(), [&](std::uint32_t a, std::uint32_t b) {
                return std::tie(draft_.boards[a].host, draft_.boards[a].tray, draft_.boards[a].board_id) <
                       std::tie(draft_.boards[b].host, draft_.boards[b].tray, draft_.boards[b].board_id);
            });
        permute(draft_.boards, order);
        permute(draft_.board_places, order);
        const std::vector<std::uint32_t> rank = inverse(order);
        for (Asic& asic : draft_.asics) {
            asic.board.value = rank[asic.board.value];
        }
        for (std::uint32_t k = 0; k < draft_.boards.size(); ++k) {
            Host& host = draft_.hosts[draft_.boards[k].host.value];
            host.first_board = host.board_count == 0 ? k : host.first_board;
            ++host.board_count;
            if (k > 0 && draft_.boards[k].host == draft_.boards[k - 1].host &&
                draft_.boards[k].tray == draft_.boards[k - 1].tray) {
                sink_.report(
                    Diagnostic(kDuplicateTray, draft_.span_of(draft_.board_places[k]),
                               fmt::format("tray {} of host `{}` is described twice; each board has a tray "
                                           "of its own",
                                           draft_.boards[k].tray, host.name))
                        .also(draft_.span_of(draft_.board_places[k - 1]), "first here"));
            }
        }
    }

    void sort_asics() {
        const std::vector<std::uint32_t> order =
            order_of(draft_.asics.size(), [&](std::uint32_t a, std::uint32_t b) {
                const Asic& left = draft_.asics[a];
                const Asic& right = draft_.asics[b];
                return std::tie(left.board, left.location, left.chip, left.unique_id) <
                       std::tie(right.board, right.location, right.chip, right.unique_id);
            });
        permute(draft_.asics, order);
        permute(draft_.asic_places, order);
        const std::vector<std::uint32_t> rank = inverse(order);
        for (ClusterDraft::PlacedLink& placed : draft_.links) {
            placed.link.a.asic.value = rank[placed.link.a.asic.value];
            placed.link.b.asic.value = rank[placed.link.b.asic.value];
        }
        for (ClusterDraft::PlacedOpenEnd& placed : draft_.open_ends) {
            placed.end.near.asic.value = rank[placed.end.near.asic.value];
        }
        for (std::uint32_t k = 0; k < draft_.asics.size(); ++k) {
            Board& board = draft_.boards[draft_.asics[k].board.value];
            board.first_asic = board.asic_count == 0 ? k : board.first_asic;
            ++board.asic_count;
            if (k > 0 && draft_.asics[k].board == draft_.asics[k - 1].board &&
                draft_.asics[k].location == draft_.asics[k - 1].location) {
                sink_.report(Diagnostic(kDuplicateLocation, draft_.span_of(draft_.asic_places[k]),
                                        fmt::format("two chips are at `{}`; a place on a board holds one",
                                                    draft_.asic_name(k)))
                                 .also(draft_.span_of(draft_.asic_places[k - 1]), "the other one"));
            }
        }
        for (std::uint32_t k = 0; k < draft_.asics.size(); ++k) {
            if (draft_.asics[k].unique_id) {
                draft_.by_unique_id.push_back(k);
            }
        }
        std::stable_sort(draft_.by_unique_id.begin(), draft_.by_unique_id.end(),
                         [&](std::uint32_t a, std::uint32_t b) {
                             return *draft_.asics[a].unique_id < *draft_.asics[b].unique_id;
                         });
        // Positions of boards without chips must still lie in order.
        std::uint32_t next = 0;
        for (Board& board : draft_.boards) {
            board.first_asic = board.asic_count == 0 ? next : board.first_asic;
            next = board.first_asic + board.asic_count;
        }
        std::uint32_t next_board = 0;
        for (Host& host : draft_.hosts) {
            host.first_board = host.board_count == 0 ? next_board : host.first_board;
            next_board = host.first_board + host.board_count;
            host.first_asic = host.board_count == 0 ? 0 : draft_.boards[host.first_board].first_asic;
            for (std::uint32_t board = host.first_board; board < next_board; ++board) {
                host.asic_count += draft_.boards[board].asic_count;
            }
        }
    }

    ClusterDraft& draft_;
    DiagnosticSink& sink_;
};

}  // namespace

void order_draft(ClusterDraft& draft, DiagnosticSink& sink) {
    Orderer(draft, sink).order();
}

void order_links(ClusterDraft& draft, DiagnosticSink& sink) {
    for (ClusterDraft::PlacedLink& placed : draft.links) {
        if (placed.link.b < placed.link.a) {
            std::swap(placed.link.a, placed.link.b);
        }
        if (placed.link.a == placed.link.b) {
            sink.report(
                Diagnostic(kLinkToSelf, draft.span_of(placed.place),
                           fmt::format("channel {} of chip `{}` is linked to itself", placed.link.a.channel,
                                       draft.asic_name(placed.link.a.asic.value))));
        }
    }
    sort_by_asic(
        draft.links, draft.asics.size(), [](const ClusterDraft::PlacedLink& one) { return one.link.a.asic; },
        [](const ClusterDraft::PlacedLink& a, const ClusterDraft::PlacedLink& b) { return a.link < b.link; });
    std::size_t kept = 0;
    for (std::size_t k = 0; k < draft.links.size(); ++k) {
        if (kept > 0 && draft.links[kept - 1].link == draft.links[k].link) {
            sink.report(
                Diagnostic(kDuplicateLink, draft.span_of(draft.links[k].place),
                           fmt::format("the link of `{}/{}` with `{}/{}` is listed twice; it is kept once",
                                       draft.asic_name(draft.links[k].link.a.asic.value),
                                       draft.links[k].link.a.channel,
                                       draft.asic_name(draft.links[k].link.b.asic.value),
                                       draft.links[k].link.b.channel))
                    .also(draft.span_of(draft.links[kept - 1].place), "first here"));
            continue;
        }
        draft.links[kept++] = draft.links[k];
    }
    draft.links.resize(kept);
    std::stable_sort(draft.open_ends.begin(), draft.open_ends.end(),
                     [](const ClusterDraft::PlacedOpenEnd& a, const ClusterDraft::PlacedOpenEnd& b) {
                         return a.end < b.end;
                     });
}

}  // namespace tt_run::topology
