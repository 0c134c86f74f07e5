#include "topology/physical/synthetic_fault.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/text.hpp"
#include "topology/physical/cluster_subset.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

namespace {

class FaultInjector {
  public:
    FaultInjector(const Cluster& cluster, DiagnosticSink& sink)
        : cluster_(cluster), removal_(cluster), sink_(sink) {}

    std::optional<Cluster> apply(const std::vector<SyntheticString::Fault>& faults) {
        const support::ErrorWatch watch(sink_);
        for (const SyntheticString::Fault& fault : faults) {
            take(fault);
        }
        if (watch.saw_error()) {
            return std::nullopt;
        }
        std::optional<Cluster> left = without(cluster_, removal_);
        if (!left) {
            sink_.report(
                Diagnostic(kSyntheticFault, faults.back().span, "these faults leave no chip at all"));
        }
        return left;
    }

  private:
    void fail(const Span& at, std::string message) {
        sink_.report(Diagnostic(kSyntheticFault, at, std::move(message)));
    }

    std::optional<HostIndex> host_of(const Span& part) {
        const auto number = parse_number(part.text());
        const auto host =
            cluster_.find_host(number ? fmt::format("host-{}", *number) : std::string(part.text()));
        if (!host) {
            fail(part, fmt::format("there is no host `{}`; there {} host-0{}", part.text(),
                                   cluster_.hosts().size() == 1 ? "is" : "are",
                                   cluster_.hosts().size() == 1
                                       ? ""
                                       : fmt::format(" to host-{}", cluster_.hosts().size() - 1)));
        }
        return host;
    }

    const Board* board_of(const std::vector<Span>& parts) {
        const auto host = host_of(parts[0]);
        if (!host) {
            return nullptr;
        }
        const auto tray = parse_number(parts[1].text());
        const std::span<const Board> boards = cluster_.boards_of(cluster_.host(*host));
        const auto board = std::find_if(boards.begin(), boards.end(),
                                        [&](const Board& one) { return tray && one.tray == *tray; });
        if (board == boards.end()) {
            fail(parts[1], fmt::format("`{}` is no tray of this host; it has trays {} to {}", parts[1].text(),
                                       boards.front().tray, boards.back().tray));
            return nullptr;
        }
        return &*board;
    }

    std::optional<AsicIndex> asic_of(const std::vector<Span>& parts) {
        const Board* board = board_of(parts);
        if (board == nullptr) {
            return std::nullopt;
        }
        const auto location = parse_number(parts[2].text());
        for (std::uint32_t k = board->first_asic; k < board->first_asic + board->asic_count; ++k) {
            if (location && cluster_.asics()[k].location == *location) {
                return AsicIndex{k};
            }
        }
        const BoardFacts& facts = facts_of(board->type);
        fail(parts[2], fmt::format("`{}` is no location on a {}; it has {} to {}", parts[2].text(),
                                   facts.name, facts.first_location, facts.first_location + facts.chips - 1));
        return std::nullopt;
    }

    void remove(std::uint32_t first, std::uint32_t count) {
        std::fill_n(removal_.asics.begin() + first, count, true);
    }

    void take(const SyntheticString::Fault& fault) {
        switch (fault.kind) {
            case SyntheticString::Fault::Kind::host:
                if (const auto host = host_of(fault.first[0])) {
                    remove(cluster_.host(*host).first_asic, cluster_.host(*host).asic_count);
                }
                return;
            case SyntheticString::Fault::Kind::board:
                if (const Board* board = board_of(fault.first)) {
                    remove(board->first_asic, board->asic_count);
                }
                return;
            case SyntheticString::Fault::Kind::chip:
                if (const auto asic = asic_of(fault.first)) {
                    remove(asic->value, 1);
                }
                return;
            case SyntheticString::Fault::Kind::link:
                return take_links(fault);
        }
    }

    void take_links(const SyntheticString::Fault& fault) {
        const auto asic = asic_of(fault.first);
        const auto other = fault.second.empty() ? std::nullopt : asic_of(fault.second);
        if (!asic || (!fault.second.empty() && !other)) {
            return;
        }
        const auto channel = fault.second.empty() ? parse_number(fault.first[3].text()) : std::nullopt;
        std::size_t found = 0;
        for (const std::uint32_t k : cluster_.links_of(*asic)) {
            const Link& link = cluster_.links()[k];
            const LinkEnd near = link.a.asic == *asic ? link.a : link.b;
            const bool hit = other ? Cluster::far_end(link, *asic).asic == *other : channel == near.channel;
            if (hit) {
                removal_.links[k] = true;
                ++found;
            }
        }
        if (found == 0) {
            fail(fault.span, other ? fmt::format("there is no link between `{}` and `{}`",
                                                 cluster_.name_of(*asic), cluster_.name_of(*other))
                                   : fmt::format("channel `{}` of `{}` has no link", fault.first[3].text(),
                                                 cluster_.name_of(*asic)));
        }
    }

    const Cluster& cluster_;
    Removal removal_;
    DiagnosticSink& sink_;
};

}  // namespace

std::optional<Cluster> inject_faults(const Cluster& whole, const std::vector<SyntheticString::Fault>& faults,
                                     DiagnosticSink& sink) {
    return FaultInjector(whole, sink).apply(faults);
}

}  // namespace tt_run::topology
