#include "topology/physical/node_wiring.hpp"

#include <algorithm>

namespace tt_run::topology {

using support::Span;

std::uint32_t NodeWiring::add_node(const Host& host, const Span& place) {
    nodes_.push_back({assembly_.add_host(host, place), {}});
    return static_cast<std::uint32_t>(nodes_.size() - 1);
}

const NodeWiring::BoardRow* NodeWiring::row_of(std::uint32_t node, std::uint32_t tray) const {
    if (node >= nodes_.size()) {
        return nullptr;
    }
    const std::vector<BoardRow>& boards = nodes_[node].boards;
    const auto row =
        std::find_if(boards.begin(), boards.end(), [&](const BoardRow& one) { return one.tray == tray; });
    return row == boards.end() ? nullptr : &*row;
}

bool NodeWiring::add_board(std::uint32_t node, const Board& board, const std::function<void(Asic&)>& prepare,
                           const Span& place) {
    if (row_of(node, board.tray) != nullptr) {
        return false;
    }
    const std::uint32_t ref = assembly_.add_board(nodes_[node].host, board, place);
    const BoardFacts& facts = facts_of(board.type);
    BoardRow row{board.tray, board.type, 0, 0};
    for (std::uint32_t k = 0; k < facts.chips; ++k) {
        Asic asic;
        asic.location = facts.first_location + k;
        asic.has_pcie = k < facts.pcie_chips;
        prepare(asic);
        const std::uint32_t added = assembly_.add_asic(ref, asic, place);
        row.first_asic = k == 0 ? added : row.first_asic;
    }
    nodes_[node].boards.push_back(row);
    for (std::uint32_t number = 1; find_port(board.type, PortType::trace, number + 1) != nullptr;
         number += 2) {
        cable({node, board.tray, PortType::trace, number}, {node, board.tray, PortType::trace, number + 1},
              place);
    }
    return true;
}

std::optional<BoardType> NodeWiring::board_on(std::uint32_t node, std::uint32_t tray) const {
    const BoardRow* row = row_of(node, tray);
    return row == nullptr ? std::nullopt : std::optional(row->type);
}

const BoardPort* NodeWiring::find(const PortRef& port) const {
    const BoardRow* row = row_of(port.node, port.tray);
    return row == nullptr ? nullptr : find_port(row->type, port.type, port.number);
}

bool NodeWiring::in_use(const PortRef& port) const {
    const BoardRow* row = row_of(port.node, port.tray);
    const BoardPort* found = find(port);
    return found != nullptr &&
           ((row->used >> static_cast<std::size_t>(found - ports_of(row->type).data())) & 1U) != 0;
}

Span NodeWiring::place_of(const PortRef& port) const {
    const auto at = places_.find(port);
    return at == places_.end() ? Span{} : at->second;
}

std::vector<NodeWiring::PortRef> NodeWiring::free_ports(std::uint32_t node, PortType type) const {
    std::vector<PortRef> free;
    for (const BoardRow& row : nodes_[node].boards) {
        const std::span<const BoardPort> ports = ports_of(row.type);
        for (std::size_t k = 0; k < ports.size(); ++k) {
            if (ports[k].type == type && ((row.used >> k) & 1U) == 0) {
                free.push_back({node, row.tray, type, ports[k].number});
            }
        }
    }
    return free;
}

void NodeWiring::use(const PortRef& port, const Span& place) {
    BoardRow& row = const_cast<BoardRow&>(*row_of(port.node, port.tray));  // it is ours, looked up as const
    row.used |= std::uint64_t{1} << static_cast<std::size_t>(find(port) - ports_of(row.type).data());
    if (place && port.type != PortType::trace) {
        places_.emplace(port, place);
    }
}

NodeWiring::Outcome NodeWiring::cable(const PortRef& a, const PortRef& b, const Span& place,
                                      const Manner& manner) {
    const BoardPort* from = find(a);
    const BoardPort* to = find(b);
    if (from == nullptr || to == nullptr) {
        return Outcome::no_such_port;
    }
    if (from->lane_count != to->lane_count) {
        return Outcome::lanes_differ;
    }
    if (in_use(a) || in_use(b) || a == b) {
        return Outcome::in_use;
    }
    use(a, place);
    use(b, place);
    const auto asic = [&](const PortRef& port, const PortLane& lane) {
        const BoardRow& row = *row_of(port.node, port.tray);
        return row.first_asic + lane.location - facts_of(row.type).first_location;
    };
    const std::vector<LanePair> lanes = join_ports(*from, *to, manner.crossed != is_crossed(from->type));
    const std::size_t count = std::min<std::size_t>(manner.most_lanes, lanes.size());
    for (std::size_t k = 0; k < count; ++k) {
        assembly_.add_link(asic(a, lanes[k].a), lanes[k].a.channel, asic(b, lanes[k].b), lanes[k].b.channel,
                           place);
    }
    return Outcome::cabled;
}

}  // namespace tt_run::topology
