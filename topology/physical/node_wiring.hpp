#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "support/source_text.hpp"
#include "topology/physical/board_ports.hpp"
#include "topology/physical/cluster_assembly.hpp"

namespace tt_run::topology {

/// Hosts, boards and cables going into an assembly: what cabling descriptors and synthetic systems share.
/// Knows which port is in use.
class NodeWiring {
  public:
    explicit NodeWiring(ClusterAssembly& assembly) : assembly_(assembly) {}

    /// A port of a board of a node.
    struct PortRef {
        std::uint32_t node;
        std::uint32_t tray;
        PortType type;
        std::uint32_t number;
        auto operator<=>(const PortRef&) const = default;
    };

    /// Nodes are numbered from 0 in the order of these calls.
    std::uint32_t add_node(const Host& host, const support::Span& place = {});

    /// A board with all its chips and the links on the board itself. False if its tray is taken. `prepare` is
    /// called for each chip, to fill in what the caller knows of it.
    bool add_board(std::uint32_t node, const Board& board, const std::function<void(Asic&)>& prepare,
                   const support::Span& place = {});

    /// The port's lanes; null if the tray has no board or the board no such port.
    const BoardPort* find(const PortRef& port) const;
    bool in_use(const PortRef& port) const;
    /// Where a port in use was cabled; nowhere if no place was given.
    support::Span place_of(const PortRef& port) const;
    std::optional<BoardType> board_on(std::uint32_t node, std::uint32_t tray) const;
    /// The cable ports of a node that are free, by tray and number.
    std::vector<PortRef> free_ports(std::uint32_t node, PortType type) const;

    enum class Outcome { cabled, no_such_port, lanes_differ, in_use };
    struct Manner {
        std::uint32_t most_lanes = 64;  ///< only so many of the port's lanes have links
        bool crossed = false;           ///< the halves of the port cross, beside what its type does
    };
    /// Joins two ports.
    Outcome cable(const PortRef& a, const PortRef& b, const support::Span& place, const Manner& manner);
    Outcome cable(const PortRef& a, const PortRef& b, const support::Span& place = {}) {
        return cable(a, b, place, Manner{});
    }

  private:
    struct BoardRow {
        std::uint32_t tray;
        BoardType type;
        std::uint32_t first_asic;  ///< its chips follow one another in the assembly
        std::uint64_t used;        ///< bit k: port k of `ports_of(type)`
    };
    struct Node {
        std::uint32_t host;
        std::vector<BoardRow> boards;
    };

    const BoardRow* row_of(std::uint32_t node, std::uint32_t tray) const;
    void use(const PortRef& port, const support::Span& place);

    ClusterAssembly& assembly_;
    std::vector<Node> nodes_;
    std::map<PortRef, support::Span> places_;
};

}  // namespace tt_run::topology
