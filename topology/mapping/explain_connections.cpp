#include "topology/mapping/explain_connections.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "support/counted.hpp"
#include "topology/mapping/diagnostic_kinds.hpp"
#include "topology/mapping/mesh_chain.hpp"
#include "topology/mapping/score_mapping.hpp"
#include "topology/mapping/seat_graph.hpp"
#include "topology/mapping/seat_table.hpp"

namespace tt_run::topology {

using support::Diagnostic;

namespace {

using Chips = std::vector<std::vector<AsicIndex>>;

/// Trying each connection alone takes a search each.
constexpr std::size_t kMostTried = 64;
constexpr std::size_t kMostNamed = 8;
/// A ring of three that does not close lacks a connection, whatever its parity.
constexpr std::size_t kShortestOddRing = 5;
constexpr std::uint64_t kFootprintSteps = 1'000'000;

class ConnectionExplainer {
  public:
    ConnectionExplainer(const MeshGraph& graph, const Adjacency& adjacency, const MisfitProbe& probe,
                        support::DiagnosticSink& sink)
        : graph_(graph),
          adjacency_(adjacency),
          cluster_(adjacency.cluster()),
          probe_(probe),
          sink_(sink),
          connections_(graph.connections.size() + graph.graph_connections.size()) {}

    void explain() {
        if (not_all_at_once() || other_length() || odd_ring() || one_connection()) {
            return;
        }
        several();
    }

  private:
    /// Even without connections there is not room for all.
    bool not_all_at_once() {
        if (probe_.fits(first_meshes(graph_, graph_.meshes.size()))) {
            return false;
        }
        std::size_t fit = 1;
        std::size_t too_many = graph_.meshes.size();
        while (too_many - fit > 1) {
            const std::size_t middle = (fit + too_many) / 2;
            (probe_.fits(first_meshes(graph_, middle)) ? fit : too_many) = middle;
        }
        const Mesh& left_over = graph_.meshes[fit];
        Diagnostic diagnostic(kNotAllAtOnce, left_over.span,
                              fmt::format("only {} of {} meshes fit `{}` at once; mesh {} is one too many",
                                          fit, graph_.meshes.size(), cluster_.source(), left_over.id.value));
        diagnostic.note(fmt::format("it has {} with {} chips; the meshes need {}",
                                    support::counted(cluster_.hosts().size(), "host"),
                                    cluster_.asics().size(), graph_.chip_count()));
        MappingOptions shared = probe_.options();
        shared.share_boards = true;
        if (!shared.domains.empty() ||
            !probe_.with(shared).fits(first_meshes(graph_, graph_.meshes.size()))) {
            diagnostic.help("take a larger cluster, or smaller or fewer meshes");
        } else {
            diagnostic
                .note(
                    "there would be room if two meshes shared a board of two chips; a process sees such a "
                    "board "
                    "as a whole, so each belongs to one rank")
                .help("take meshes of whole boards");
        }
        sink_.report(std::move(diagnostic));
        return true;
    }

    /// Places with so many links between them make up rings and lines, none of the length of this chain.
    bool other_length() {
        const Demand demand = build_demand(graph_, adjacency_, probe_.options());
        const auto chain = find_chain(demand);
        if (!chain || !chain->is_uniform()) {
            return false;
        }
        const SeatTable table(graph_, demand, adjacency_, {kFootprintSteps, Deadline::max()});
        const SeatGraph seats(table, demand.meshes[0].kind, adjacency_, chain->least_need());
        const auto strands = seats.strands();
        const std::size_t length = chain->order.size();
        if (!table.complete() || !strands || strands->rings.contains(length) ||
            (strands->longest_line >= length && (!chain->closed || strands->rings.empty()))) {
            return false;  // a line that does not close lacks one connection, which says more
        }
        Diagnostic diagnostic(
            kConnectionImpossible, graph_.connections.back().span,
            fmt::format("no {} of {} meshes, by {} from each to the next, has a place in `{}`",
                        chain->closed ? "ring" : "line", length,
                        support::counted(chain->least_need(), "link"), cluster_.source()));
        if (chain->closed && !strands->rings.empty()) {
            diagnostic.note(fmt::format("so many links join places into rings of {} only",
                                        fmt::join(strands->rings, ", ")));
        } else {
            diagnostic.note(fmt::format("so many links join places into {}lines of {} at most",
                                        chain->closed ? "no ring, and into " : "", strands->longest_line));
        }
        diagnostic.help("ask for fewer channels, or take another number of meshes");
        sink_.report(std::move(diagnostic));
        return true;
    }

    /// A ring of an odd number of meshes, and one fewer would do.
    bool odd_ring() {
        const Demand demand = build_demand(graph_, adjacency_, probe_.options());
        const auto chain = find_chain(demand);
        if (!chain || !chain->closed || chain->order.size() % 2 == 0 ||
            chain->order.size() < kShortestOddRing) {
            return false;
        }
        const SeatTable table(graph_, demand, adjacency_, {kFootprintSteps, Deadline::max()});
        const SeatGraph seats(table, demand.meshes[0].kind, adjacency_, chain->least_need());
        if (!table.complete() || !seats.has_two_camps() ||
            !probe_.fits(without_connection(graph_, graph_.connections.size() - 1)) ||
            !probe_.fits(shorter_ring(*chain))) {
            return false;
        }
        const MeshConnection& last = graph_.connections.back();
        sink_.report(
            Diagnostic(kConnectionImpossible, last.span,
                       fmt::format("a ring of {} meshes, an odd number, cannot close in `{}`",
                                   chain->order.size(), cluster_.source()))
                .note(fmt::format("open, without the connection of meshes {} and {}, it fits",
                                  last.from.value, last.to.value))
                .note(fmt::format("wherever two places have {} between them, they are of two camps, like "
                                  "the squares of a chessboard; a ring visits both equally often",
                                  support::counted(chain->least_need(), "link")))
                .help("take an even number of meshes, or fewer channels"));
        return true;
    }

    /// The same ring without its last mesh.
    MeshGraph shorter_ring(const MeshChain& chain) const {
        std::vector<MeshId> order;
        for (const std::size_t mesh : chain.order) {
            if (mesh + 1 != graph_.meshes.size()) {
                order.push_back(graph_.meshes[mesh].id);
            }
        }
        MeshGraph ring = first_meshes(graph_, graph_.meshes.size() - 1);
        for (std::size_t k = 0; k < order.size(); ++k) {
            MeshConnection connection = graph_.connections[0];
            connection.from = order[k];
            connection.to = order[(k + 1) % order.size()];
            ring.connections.push_back(connection);
        }
        return ring;
    }

    bool one_connection() {
        if (connections_ > kMostTried) {
            return false;
        }
        for (std::size_t k = 0; k < connections_; ++k) {
            if (const auto chips = probe_.try_graph(without_connection(graph_, k))) {
                report_connection(k, *chips);
                return true;
            }
        }
        return false;
    }

    support::Span span_of(std::size_t k) const {
        return k < graph_.connections.size() ? graph_.connections[k].span
                                             : graph_.graph_connections[k - graph_.connections.size()].span;
    }

    const Channels& channels_of(const MeshGraph& graph, std::size_t k) const {
        return k < graph.connections.size() ? graph.connections[k].channels
                                            : graph.graph_connections[k - graph.connections.size()].channels;
    }

    std::string ends_of(std::size_t k) const {
        if (k >= graph_.connections.size()) {
            const GraphConnection& connection = graph_.graph_connections[k - graph_.connections.size()];
            return fmt::format("{} and {}", graph_.path_of_graph(connection.from),
                               graph_.path_of_graph(connection.to));
        }
        const MeshConnection& connection = graph_.connections[k];
        if (connection.is_device_level()) {
            return fmt::format("chip {} of mesh {} and chip {} of mesh {}", connection.from_chip->value,
                               connection.from.value, connection.to_chip->value, connection.to.value);
        }
        return fmt::format("mesh {} and mesh {}", connection.from.value, connection.to.value);
    }

    void report_connection(std::size_t k, const Chips& chips) {
        const Channels& channels = channels_of(graph_, k);
        Diagnostic diagnostic(kConnectionImpossible, span_of(k),
                              fmt::format("{} need {} between them, which `{}` cannot give them", ends_of(k),
                                          support::counted(channels.count, "link"), cluster_.source()));
        if (k < graph_.connections.size()) {
            note_places(diagnostic, graph_.connections[k], chips);
        }
        diagnostic.note("without this connection all fits");
        if (const std::int32_t most = most_channels(k); most > 0) {
            diagnostic.help(fmt::format("with {} it fits{}", support::counted(most, "channel"),
                                        channels.policy == ChannelPolicy::strict
                                            ? "; with `policy: RELAXED` that is a warning"
                                            : ""));
        } else {
            diagnostic.help("cable them, or leave the connection out");
        }
        sink_.report(std::move(diagnostic));
    }

    void note_places(Diagnostic& diagnostic, const MeshConnection& connection, const Chips& chips) const {
        const std::size_t from = position(connection.from);
        const std::size_t to = position(connection.to);
        if (connection.is_device_level()) {
            const AsicIndex a = chips[from][static_cast<std::size_t>(connection.from_chip->value)];
            const AsicIndex b = chips[to][static_cast<std::size_t>(connection.to_chip->value)];
            diagnostic.note(fmt::format("as the rest lies, they are {} and {}, which have {}",
                                        cluster_.name_of(a), cluster_.name_of(b), adjacency_.links(a, b)));
            return;
        }
        std::vector<AsicIndex> there = chips[to];
        std::sort(there.begin(), there.end());
        diagnostic.note(fmt::format("as the rest lies, mesh {} is on {} and mesh {} on {}, which have {}",
                                    connection.from.value, host_names(chips[from]), connection.to.value,
                                    host_names(chips[to]), links_between(adjacency_, chips[from], there)));
    }

    std::size_t position(MeshId id) const {
        return static_cast<std::size_t>(graph_.find(id) - graph_.meshes.data());
    }

    std::string host_names(const std::vector<AsicIndex>& chips) const {
        std::vector<std::string> names;
        for (const std::uint32_t host : hosts_of(adjacency_, {chips})) {
            names.push_back(cluster_.host({host}).name);
        }
        return fmt::format("{}", fmt::join(names, ", "));
    }

    /// The most channels with which it fits; 0 if not even with one.
    std::int32_t most_channels(std::size_t k) const {
        std::int32_t fits = 0;
        std::int32_t too_many = channels_of(graph_, k).count;
        while (too_many - fits > 1) {
            const std::int32_t middle = (fits + too_many) / 2;
            MeshGraph changed = graph_;
            Channels& channels = k < changed.connections.size()
                                     ? changed.connections[k].channels
                                     : changed.graph_connections[k - changed.connections.size()].channels;
            channels = {middle, ChannelPolicy::strict};
            (probe_.fits(changed) ? fits : too_many) = middle;
        }
        return fits;
    }

    /// No single connection is to blame: the first that does not fit after all before it, and of those
    /// before, the ones that exclude it.
    void several() {
        std::size_t fit = 0;
        std::size_t too_many = connections_;
        while (too_many - fit > 1) {
            const std::size_t middle = (fit + too_many) / 2;
            (probe_.fits(first_connections(graph_, middle)) ? fit : too_many) = middle;
        }
        Diagnostic diagnostic(
            kConnectionsConflict, span_of(too_many - 1),
            fmt::format("the first {} of {} connections can be had together in `{}`, but not "
                        "this one too",
                        fit, connections_, cluster_.source()));
        diagnostic.note(
            fmt::format("it joins {} by {}", ends_of(too_many - 1), channels_of(graph_, too_many - 1).count));
        if (too_many <= kMostTried) {
            const std::vector<std::size_t> core = conflicting(too_many);
            std::vector<std::string> names;
            for (std::size_t k = 0; k < std::min(core.size(), kMostNamed); ++k) {
                names.push_back(ends_of(core[k]));
                if (span_of(core[k]).begin != span_of(too_many - 1).begin) {
                    diagnostic.also(span_of(core[k]), "one that excludes it");
                }
            }
            diagnostic.note(fmt::format(
                "together they exclude it: {}{}", fmt::join(names, "; "),
                core.size() > kMostNamed ? fmt::format("; and {} more", core.size() - kMostNamed) : ""));
        }
        sink_.report(diagnostic.help("leave one of them out, or ask for fewer channels"));
    }

    /// Of the first `number` connections, some without which the last would fit, no more than needed.
    std::vector<std::size_t> conflicting(std::size_t number) const {
        MeshGraph part = first_connections(graph_, number);
        std::vector<std::size_t> kept;
        std::vector<std::size_t> originals;
        for (std::size_t k = 0; k < number; ++k) {
            originals.push_back(k);
        }
        for (std::size_t k = 0; k + 1 < originals.size();) {
            MeshGraph fewer = without_connection(part, k);
            if (probe_.fits(fewer)) {
                kept.push_back(originals[k]);
                ++k;
            } else {
                part = std::move(fewer);
                originals.erase(originals.begin() + static_cast<std::ptrdiff_t>(k));
            }
        }
        return kept;
    }

    const MeshGraph& graph_;
    const Adjacency& adjacency_;
    const Cluster& cluster_;
    const MisfitProbe& probe_;
    support::DiagnosticSink& sink_;
    std::size_t connections_;
};

}  // namespace

void explain_connections(const MeshGraph& graph, const Adjacency& adjacency, const MisfitProbe& probe,
                         support::DiagnosticSink& sink) {
    ConnectionExplainer(graph, adjacency, probe, sink).explain();
}

}  // namespace tt_run::topology
