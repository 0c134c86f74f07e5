#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "topology/physical/board_ports.hpp"

namespace tt_run::topology {

/// A port of a machine by its tray; type QSFP-DD.
struct EdgePort {
    std::uint8_t tray;
    std::uint8_t port;
};

/// What one word of a synthetic system stands for.
struct SyntheticMachine {
    std::string_view word;
    std::string_view description;
    BoardType board;
    std::uint8_t boards;
    bool is_card;  ///< `*` counts cards of one host rather than hosts
    std::vector<MachineCable> cables;
    bool crossed;  ///< its cables join ports of different numbers with crossed halves (8 x P150)
    /// The edges that neighbours join to: `east[k]` of one host to `west[k]` of the next, `south[k]` to
    /// `north[k]`.
    std::vector<EdgePort> east;
    std::vector<EdgePort> west;
    std::vector<EdgePort> north;
    std::vector<EdgePort> south;
    std::string_view motherboard;
    bool is_revision_c = false;  ///< of the Blackhole Galaxy
};

/// A cable between two hosts of a site.
struct SiteCable {
    std::uint8_t host_a;
    EdgePort a;
    std::uint8_t host_b;
    EdgePort b;
};

/// A whole system known by name: hosts of one machine and the cables between them.
struct SyntheticSite {
    std::string_view word;
    std::string_view description;
    std::string_view machine;
    std::uint8_t hosts;
    std::vector<SiteCable> cables;
};

std::span<const SyntheticMachine> synthetic_machines();
const SyntheticMachine* find_synthetic_machine(std::string_view word);
std::span<const SyntheticSite> synthetic_sites();
const SyntheticSite* find_synthetic_site(std::string_view word);
/// How that many cards of this type are cabled in one host in the field: a machine, or null.
const SyntheticMachine* machine_of_cards(BoardType card, std::uint32_t count);

}  // namespace tt_run::topology
