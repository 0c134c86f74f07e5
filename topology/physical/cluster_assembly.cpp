#include "topology/physical/cluster_assembly.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "support/check.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

namespace {

/// Where nothing else limits it: no chip that we know of has more.
constexpr std::uint32_t kMostChannels = 64;

std::uint32_t channel_limit(ChipArchitecture architecture) {
    const std::uint32_t channels = facts_of(architecture).ethernet_channels;
    return channels == 0 ? kMostChannels : channels;
}

std::vector<std::uint32_t> identity_permutation(std::size_t size) {
    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), 0U);
    return order;
}

/// Puts `values` into `order`; gives back where each old position went.
template <class T>
void permute(std::vector<T>& values, const std::vector<std::uint32_t>& order) {
    std::vector<T> sorted;
    sorted.reserve(values.size());
    for (const std::uint32_t at : order) {
        sorted.push_back(std::move(values[at]));
    }
    values = std::move(sorted);
}

std::vector<std::uint32_t> inverse(const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> rank(order.size());
    for (std::uint32_t k = 0; k < order.size(); ++k) {
        rank[order[k]] = k;
    }
    return rank;
}

}  // namespace

ClusterAssembly::ClusterAssembly(Origin origin, std::string source)
    : origin_(origin), source_(std::move(source)) {}

ClusterAssembly::Place ClusterAssembly::remember(const Span& span) {
    if (!span) {
        return {};
    }
    // The last source is nearly always the right one; few files are ever joined.
    auto known = std::find(sources_.rbegin(), sources_.rend(), span.source);
    if (known == sources_.rend()) {
        sources_.push_back(span.source);
        known = sources_.rbegin();
    }
    return {static_cast<std::uint32_t>(sources_.rend() - known), static_cast<std::uint32_t>(span.begin),
            static_cast<std::uint32_t>(span.end)};
}

Span ClusterAssembly::span_of(const Place& place) const {
    return place.source == 0 ? Span{} : Span{sources_[place.source - 1], place.begin, place.end};
}

std::uint32_t ClusterAssembly::add_host(Host host, const Span& place) {
    host.first_board = host.board_count = host.first_asic = host.asic_count = 0;
    hosts_.push_back(std::move(host));
    host_places_.push_back(remember(place));
    return static_cast<std::uint32_t>(hosts_.size() - 1);
}

std::uint32_t ClusterAssembly::add_board(std::uint32_t host, Board board, const Span& place) {
    TT_RUN_CHECK(host < hosts_.size());
    board.host = HostIndex{host};
    board.first_asic = board.asic_count = 0;
    if (board.architecture == ChipArchitecture::unknown) {
        board.architecture = facts_of(board.type).architecture;
    }
    boards_.push_back(board);
    board_places_.push_back(remember(place));
    return static_cast<std::uint32_t>(boards_.size() - 1);
}

std::uint32_t ClusterAssembly::add_asic(std::uint32_t board, Asic asic, const Span& place) {
    TT_RUN_CHECK(board < boards_.size());
    asic.board = BoardIndex{board};
    asics_.push_back(asic);
    asic_places_.push_back(remember(place));
    return static_cast<std::uint32_t>(asics_.size() - 1);
}

void ClusterAssembly::add_link(std::uint32_t asic_a, std::uint32_t channel_a, std::uint32_t asic_b,
                               std::uint32_t channel_b, const Span& place) {
    TT_RUN_CHECK(asic_a < asics_.size() && asic_b < asics_.size());
    links_.push_back({{{AsicIndex{asic_a}, channel_a}, {AsicIndex{asic_b}, channel_b}}, remember(place)});
}

void ClusterAssembly::add_open_end(std::uint32_t asic, std::uint32_t channel, std::uint64_t remote_unique_id,
                                   std::uint32_t remote_channel, const Span& place) {
    TT_RUN_CHECK(asic < asics_.size());
    open_ends_.push_back({{{AsicIndex{asic}, channel}, remote_unique_id, remote_channel}, remember(place)});
}

std::string ClusterAssembly::host_name_of_board(std::uint32_t board) const {
    return hosts_[boards_[board].host.value].name;
}

std::string ClusterAssembly::asic_name(std::uint32_t asic) const {
    const Asic& one = asics_[asic];
    return fmt::format("{}/{}/{}", host_name_of_board(one.board.value), boards_[one.board.value].tray,
                       one.location);
}

std::vector<std::uint32_t> ClusterAssembly::sort_hosts(DiagnosticSink& sink) {
    std::vector<std::uint32_t> order = identity_permutation(hosts_.size());
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return natural_less(hosts_[a].name, hosts_[b].name);
    });
    permute(hosts_, order);
    permute(host_places_, order);
    for (std::size_t k = 1; k < hosts_.size(); ++k) {
        if (hosts_[k].name == hosts_[k - 1].name) {
            sink.report(Diagnostic(kDuplicateHost, span_of(host_places_[k]),
                                   fmt::format("host `{}` is described twice", hosts_[k].name))
                            .also(span_of(host_places_[k - 1]), "first here")
                            .help("give each host one description, or different names"));
        }
    }
    return inverse(order);
}

void ClusterAssembly::sort_boards(const std::vector<std::uint32_t>& host_rank, DiagnosticSink& sink) {
    for (Board& board : boards_) {
        board.host.value = host_rank[board.host.value];
    }
    std::vector<std::uint32_t> order = identity_permutation(boards_.size());
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return std::tie(boards_[a].host, boards_[a].tray, boards_[a].board_id) <
               std::tie(boards_[b].host, boards_[b].tray, boards_[b].board_id);
    });
    permute(boards_, order);
    permute(board_places_, order);
    const std::vector<std::uint32_t> rank = inverse(order);
    for (Asic& asic : asics_) {
        asic.board.value = rank[asic.board.value];
    }
    for (std::uint32_t k = 0; k < boards_.size(); ++k) {
        Host& host = hosts_[boards_[k].host.value];
        host.first_board = host.board_count == 0 ? k : host.first_board;
        ++host.board_count;
        if (k > 0 && boards_[k].host == boards_[k - 1].host && boards_[k].tray == boards_[k - 1].tray) {
            sink.report(
                Diagnostic(kDuplicateTray, span_of(board_places_[k]),
                           fmt::format("tray {} of host `{}` is described twice; each board has a tray "
                                       "of its own",
                                       boards_[k].tray, host.name))
                    .also(span_of(board_places_[k - 1]), "first here"));
        }
    }
}

void ClusterAssembly::sort_asics(DiagnosticSink& sink) {
    std::vector<std::uint32_t> order = identity_permutation(asics_.size());
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const Asic& left = asics_[a];
        const Asic& right = asics_[b];
        return std::tie(left.board, left.location, left.chip, left.unique_id) <
               std::tie(right.board, right.location, right.chip, right.unique_id);
    });
    permute(asics_, order);
    permute(asic_places_, order);
    const std::vector<std::uint32_t> rank = inverse(order);
    for (PlacedLink& placed : links_) {
        placed.link.a.asic.value = rank[placed.link.a.asic.value];
        placed.link.b.asic.value = rank[placed.link.b.asic.value];
    }
    for (PlacedOpenEnd& placed : open_ends_) {
        placed.end.near.asic.value = rank[placed.end.near.asic.value];
    }
    for (std::uint32_t k = 0; k < asics_.size(); ++k) {
        Board& board = boards_[asics_[k].board.value];
        board.first_asic = board.asic_count == 0 ? k : board.first_asic;
        ++board.asic_count;
        if (k > 0 && asics_[k].board == asics_[k - 1].board && asics_[k].location == asics_[k - 1].location) {
            sink.report(
                Diagnostic(kDuplicateLocation, span_of(asic_places_[k]),
                           fmt::format("two chips are at `{}`; a place on a board holds one", asic_name(k)))
                    .also(span_of(asic_places_[k - 1]), "the other one"));
        }
    }
    // Positions of boards without chips must still lie in order.
    std::uint32_t next = 0;
    for (Board& board : boards_) {
        board.first_asic = board.asic_count == 0 ? next : board.first_asic;
        next = board.first_asic + board.asic_count;
    }
    std::uint32_t next_board = 0;
    for (Host& host : hosts_) {
        host.first_board = host.board_count == 0 ? next_board : host.first_board;
        next_board = host.first_board + host.board_count;
        host.first_asic = host.board_count == 0 ? 0 : boards_[host.first_board].first_asic;
        for (std::uint32_t board = host.first_board; board < next_board; ++board) {
            host.asic_count += boards_[board].asic_count;
        }
    }
}

void ClusterAssembly::check_unique_ids(DiagnosticSink& sink) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t k = 0; k < asics_.size(); ++k) {
        if (asics_[k].unique_id) {
            order.push_back(k);
        }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return *asics_[a].unique_id < *asics_[b].unique_id;
    });
    for (std::size_t k = 1; k < order.size(); ++k) {
        if (*asics_[order[k]].unique_id == *asics_[order[k - 1]].unique_id) {
            sink.report(Diagnostic(kDuplicateUniqueId, span_of(asic_places_[order[k]]),
                                   fmt::format("unique id {} is that of two chips, `{}` and `{}`",
                                               *asics_[order[k]].unique_id, asic_name(order[k - 1]),
                                               asic_name(order[k])))
                            .also(span_of(asic_places_[order[k - 1]]), "the other one")
                            .help("if both files describe one host, give only one of them"));
        }
    }
}

void ClusterAssembly::check_pci_devices(DiagnosticSink& sink) {
    for (const Host& host : hosts_) {
        std::vector<std::uint32_t> order;
        for (std::uint32_t k = host.first_asic; k < host.first_asic + host.asic_count; ++k) {
            if (asics_[k].pci) {
                order.push_back(k);
            }
        }
        std::stable_sort(order.begin(), order.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return *asics_[a].pci < *asics_[b].pci; });
        for (std::size_t k = 1; k < order.size(); ++k) {
            if (asics_[order[k]].pci == asics_[order[k - 1]].pci) {
                sink.report(Diagnostic(kDuplicatePciDevice, span_of(asic_places_[order[k]]),
                                       fmt::format("PCI function `{}` of host `{}` is that of two chips",
                                                   asics_[order[k]].pci->text(), host.name))
                                .also(span_of(asic_places_[order[k - 1]]), "the other one"));
            }
        }
    }
}

void ClusterAssembly::check_boards(DiagnosticSink& sink) {
    for (const Host& host : hosts_) {
        const std::uint32_t end = host.first_board + host.board_count;
        for (std::uint32_t k = host.first_board; k < end; ++k) {
            const Board& board = boards_[k];
            const Board& first = boards_[host.first_board];
            if (board.architecture != first.architecture) {
                sink.report(
                    Diagnostic(kMixedArchitectures, span_of(board_places_[k]),
                               fmt::format("host `{}` has {} and {} boards; the chips of one host are "
                                           "of one architecture",
                                           host.name, topology::name_of(first.architecture),
                                           topology::name_of(board.architecture)))
                        .also(span_of(board_places_[host.first_board]),
                              fmt::format("this one is {}", topology::name_of(first.architecture))));
                break;
            }
            const std::uint32_t usual = facts_of(board.type).chips;
            const bool may_be_part = is_galaxy_tray(board.type) && board.asic_count < usual;
            if (usual != 0 && board.asic_count != usual && !may_be_part) {
                sink.report(
                    Diagnostic(kBoardSize, span_of(board_places_[k]),
                               fmt::format("the {} on tray {} of host `{}` has {} chip{}; this type "
                                           "has {}",
                                           topology::name_of(board.type), board.tray, host.name,
                                           board.asic_count, board.asic_count == 1 ? "" : "s", usual)));
            }
        }
    }
}

void ClusterAssembly::check_firmware(DiagnosticSink& sink) {
    struct Field {
        std::string Host::*member;
        const char* name;
    };
    for (const Field& field : {Field{&Host::ethernet_firmware, "ethernet firmware"},
                               Field{&Host::firmware_bundle, "firmware bundle"}}) {
        const Host* first = nullptr;
        for (std::size_t k = 0; k < hosts_.size(); ++k) {
            const std::string& version = hosts_[k].*field.member;
            if (version.empty()) {
                continue;
            }
            if (first == nullptr) {
                first = &hosts_[k];
            } else if (version != first->*field.member) {
                sink.report(Diagnostic(kFirmwareMismatch, span_of(host_places_[k]),
                                       fmt::format("host `{}` has {} {}, host `{}` has {}; all hosts of a "
                                                   "system need the same",
                                                   hosts_[k].name, field.name, version, first->name,
                                                   first->*field.member))
                                .help("flash all hosts with one version"));
                break;
            }
        }
    }
}

void ClusterAssembly::check_channels(DiagnosticSink& sink) {
    struct Use {
        LinkEnd end;
        std::uint32_t link;
    };
    std::vector<Use> uses;
    uses.reserve(links_.size() * 2 + open_ends_.size());
    for (std::uint32_t k = 0; k < links_.size(); ++k) {
        uses.push_back({links_[k].link.a, k});
        uses.push_back({links_[k].link.b, k});
    }
    const auto first_open = static_cast<std::uint32_t>(links_.size());
    for (std::uint32_t k = 0; k < open_ends_.size(); ++k) {
        uses.push_back({open_ends_[k].end.near, first_open + k});
    }
    std::sort(uses.begin(), uses.end(),
              [](const Use& a, const Use& b) { return std::tie(a.end, a.link) < std::tie(b.end, b.link); });
    const auto place_of = [&](std::uint32_t link) {
        return link < first_open ? links_[link].place : open_ends_[link - first_open].place;
    };
    for (std::size_t k = 0; k < uses.size(); ++k) {
        const std::uint32_t asic = uses[k].end.asic.value;
        const ChipArchitecture architecture = boards_[asics_[asic].board.value].architecture;
        if (uses[k].end.channel >= channel_limit(architecture)) {
            sink.report(
                Diagnostic(kChannelOutOfRange, span_of(place_of(uses[k].link)),
                           fmt::format("chip `{}` has no ethernet channel {}; a {} chip has channels 0 "
                                       "to {}",
                                       asic_name(asic), uses[k].end.channel, topology::name_of(architecture),
                                       channel_limit(architecture) - 1)));
        }
        if (k > 0 && uses[k].end == uses[k - 1].end && uses[k].link != uses[k - 1].link) {
            sink.report(
                Diagnostic(kChannelConflict, span_of(place_of(uses[k].link)),
                           fmt::format("channel {} of chip `{}` has two links; a channel sees one other",
                                       uses[k].end.channel, asic_name(asic)))
                    .also(span_of(place_of(uses[k - 1].link)), "the other link"));
        }
    }
}

void ClusterAssembly::check_links(DiagnosticSink& sink) {
    for (PlacedLink& placed : links_) {
        if (placed.link.b < placed.link.a) {
            std::swap(placed.link.a, placed.link.b);
        }
        if (placed.link.a == placed.link.b) {
            sink.report(Diagnostic(kLinkToSelf, span_of(placed.place),
                                   fmt::format("channel {} of chip `{}` is linked to itself",
                                               placed.link.a.channel, asic_name(placed.link.a.asic.value))));
        }
    }
    std::stable_sort(links_.begin(), links_.end(),
                     [](const PlacedLink& a, const PlacedLink& b) { return a.link < b.link; });
    std::size_t kept = 0;
    for (std::size_t k = 0; k < links_.size(); ++k) {
        if (kept > 0 && links_[kept - 1].link == links_[k].link) {
            sink.report(
                Diagnostic(kDuplicateLink, span_of(links_[k].place),
                           fmt::format("the link of `{}/{}` with `{}/{}` is listed twice; it is kept once",
                                       asic_name(links_[k].link.a.asic.value), links_[k].link.a.channel,
                                       asic_name(links_[k].link.b.asic.value), links_[k].link.b.channel))
                    .also(span_of(links_[kept - 1].place), "first here"));
            continue;
        }
        links_[kept++] = links_[k];
    }
    links_.resize(kept);
    std::stable_sort(open_ends_.begin(), open_ends_.end(),
                     [](const PlacedOpenEnd& a, const PlacedOpenEnd& b) { return a.end < b.end; });

    // A file with far too many links would otherwise be answered with as many diagnostics.
    std::uint64_t most = 0;
    for (const Board& board : boards_) {
        most += std::uint64_t{board.asic_count} * channel_limit(board.architecture);
    }
    const std::uint64_t ends = links_.size() * 2 + open_ends_.size();
    if (ends > most * 2 + 64) {
        const Place& place = links_.empty() ? open_ends_.back().place : links_.back().place;
        sink.report(
            Diagnostic(kTooManyLinks, span_of(place),
                       fmt::format("{} links are listed, but {} chips have {} ethernet channels in all",
                                   links_.size() + open_ends_.size(), asics_.size(), most))
                .note("each channel has one link"));
        return;
    }
    check_channels(sink);
}

void ClusterAssembly::index(Cluster& cluster) const {
    std::vector<std::uint32_t>& first = cluster.first_incident_;
    first.assign(asics_.size() + 1, 0);
    for (const PlacedLink& placed : links_) {
        ++first[placed.link.a.asic.value + 1];
        if (placed.link.b.asic != placed.link.a.asic) {
            ++first[placed.link.b.asic.value + 1];
        }
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    cluster.incident_.resize(first.back());
    std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
    for (std::uint32_t k = 0; k < links_.size(); ++k) {
        cluster.incident_[next[links_[k].link.a.asic.value]++] = k;
        if (links_[k].link.b.asic != links_[k].link.a.asic) {
            cluster.incident_[next[links_[k].link.b.asic.value]++] = k;
        }
    }
    const auto channel_at = [&](std::uint32_t asic, std::uint32_t link) {
        const Link& one = links_[link].link;
        return one.a.asic.value == asic ? one.a.channel : one.b.channel;
    };
    for (std::uint32_t asic = 0; asic < asics_.size(); ++asic) {
        std::sort(
            cluster.incident_.begin() + first[asic], cluster.incident_.begin() + first[asic + 1],
            [&](std::uint32_t a, std::uint32_t b) { return channel_at(asic, a) < channel_at(asic, b); });
    }
    for (std::uint32_t asic = 0; asic < asics_.size(); ++asic) {
        if (asics_[asic].unique_id) {
            cluster.by_unique_id_.push_back(asic);
        }
    }
    std::sort(cluster.by_unique_id_.begin(), cluster.by_unique_id_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return *asics_[a].unique_id < *asics_[b].unique_id; });
}

std::optional<Cluster> ClusterAssembly::finish(DiagnosticSink& sink) && {
    const support::ErrorWatch watch(sink);
    const std::vector<std::uint32_t> host_rank = sort_hosts(sink);
    sort_boards(host_rank, sink);
    sort_asics(sink);
    if (asics_.empty()) {
        const Place place = host_places_.empty() ? Place{} : host_places_.front();
        sink.report(Diagnostic(kClusterEmpty, span_of(place),
                               fmt::format("`{}` describes no chip; a system has at least one", source_)));
        return std::nullopt;
    }
    check_unique_ids(sink);
    check_pci_devices(sink);
    check_boards(sink);
    check_firmware(sink);
    if (!links_known_) {
        links_.clear();  // some are implied by the boards; they are not all
        open_ends_.clear();
    }
    check_links(sink);
    if (watch.saw_error()) {
        return std::nullopt;
    }
    Cluster cluster;
    cluster.origin_ = origin_;
    cluster.source_ = std::move(source_);
    cluster.links_known_ = links_known_;
    index(cluster);
    cluster.hosts_ = std::move(hosts_);
    cluster.boards_ = std::move(boards_);
    cluster.asics_ = std::move(asics_);
    cluster.links_.reserve(links_.size());
    for (const PlacedLink& placed : links_) {
        cluster.links_.push_back(placed.link);
    }
    for (const PlacedOpenEnd& placed : open_ends_) {
        cluster.open_ends_.push_back(placed.end);
    }
    return cluster;
}

}  // namespace tt_run::topology
