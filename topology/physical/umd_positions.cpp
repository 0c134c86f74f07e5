#include "topology/physical/umd_positions.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr std::uint32_t kTrayChips = 8;
constexpr std::uint64_t kLow56Bits = (std::uint64_t{1} << 56U) - 1;

using Chip = UmdDescriptor::Chip;
using Positions = std::vector<TrayPosition>;

BoardType type_of(const UmdDescriptor& descriptor, const Chip& chip) {
    return descriptor.boards[*chip.board].type;
}

std::vector<std::size_t> chips_of(const UmdDescriptor& descriptor, std::size_t board) {
    std::vector<std::size_t> members;
    for (std::size_t k = 0; k < descriptor.chips.size(); ++k) {
        if (descriptor.chips[k].board == board) {
            members.push_back(k);
        }
    }
    return members;
}

/// Says at most once per file that listed locations are not the derived ones.
void compare_locations(const UmdDescriptor& descriptor, const Positions& positions, std::string_view rule,
                       const std::vector<std::size_t>& members, DiagnosticSink& sink) {
    std::size_t differing = 0;
    const Chip* first = nullptr;
    std::uint32_t expected = 0;
    for (const std::size_t k : members) {
        const Chip& chip = descriptor.chips[k];
        if (chip.location && *chip.location != positions[k].location) {
            expected = first == nullptr ? positions[k].location : expected;
            first = first == nullptr ? &chip : first;
            ++differing;
        }
    }
    if (first != nullptr) {
        sink.report(Diagnostic(
            kLocationMismatch, first->place,
            fmt::format("`asic_locations` puts chip {} at {}, but {} at {}{}; the latter is taken",
                        first->chip, *first->location, rule, expected,
                        differing > 1 ? fmt::format(" (and {} more like it)", differing - 1) : "")));
    }
}

/// True if links told which trays of a Wormhole Galaxy lie beside tray 1, and all four are numbered by that:
/// 2 at its long edge, 3 at its short one, 4 across. Which tray is the first stays what it was.
bool number_trays_by_links(const UmdDescriptor& descriptor, const std::vector<std::size_t>& members,
                           Positions& positions) {
    const std::set<std::size_t> placed(members.begin(), members.end());
    std::uint32_t at_long_edge = 0;
    std::set<std::uint32_t> beside;
    for (const UmdDescriptor::LocalLink& link : descriptor.links) {
        if (!placed.contains(link.chip_a) || !placed.contains(link.chip_b)) {
            continue;
        }
        const TrayPosition& a = positions[link.chip_a];
        const TrayPosition& b = positions[link.chip_b];
        if (a.tray == b.tray || (a.tray != 1 && b.tray != 1)) {
            continue;
        }
        const std::uint32_t other = a.tray == 1 ? b.tray : a.tray;
        beside.insert(other);
        // In the middle of a tray's long edges; the chips at its corners have neighbours both ways.
        const bool is_middle = a.location == 2 || a.location == 3 || a.location == 6 || a.location == 7;
        if (is_middle && a.location == b.location) {
            at_long_edge = other;
        }
    }
    if (at_long_edge == 0 || beside.size() != 2) {
        return false;
    }
    beside.erase(at_long_edge);
    const std::uint32_t at_short_edge = *beside.begin();
    for (const std::size_t k : members) {
        std::uint32_t& tray = positions[k].tray;
        tray = tray == 1 ? 1 : tray == at_long_edge ? 2 : tray == at_short_edge ? 3 : 4;
    }
    return true;
}

void place_galaxy_without_bus(const UmdDescriptor& descriptor, const std::vector<std::size_t>& members,
                              Positions& positions, DiagnosticSink& sink) {
    // A Wormhole Galaxy chip's id is its location in the top byte over what its tray's eight chips share.
    std::map<std::uint64_t, std::set<std::uint32_t>> by_serial;
    bool readable = true;
    bool joined = false;
    for (const std::size_t k : members) {
        const std::uint64_t id = descriptor.chips[k].unique_id.value_or(0);
        const auto location = static_cast<std::uint32_t>(id >> 56U);
        readable = readable && type_of(descriptor, descriptor.chips[k]) == BoardType::ubb_wormhole &&
                   location >= 1 && location <= kTrayChips &&
                   by_serial[id & kLow56Bits].insert(location).second;
    }
    if (readable) {
        for (const std::size_t k : members) {
            const std::uint64_t id = *descriptor.chips[k].unique_id;
            const auto tray = by_serial.find(id & kLow56Bits);
            positions[k] = {static_cast<std::uint32_t>(std::distance(by_serial.begin(), tray)) + 1,
                            static_cast<std::uint32_t>(id >> 56U)};
        }
        joined = by_serial.size() == 4 && number_trays_by_links(descriptor, members, positions);
    } else {
        // The k-th chip that claims a location goes to tray k; chips that claim none fill up.
        std::map<std::uint32_t, std::uint32_t> taken;
        std::uint32_t stray = 0;
        for (const std::size_t k : members) {
            const std::uint32_t location = descriptor.chips[k].location.value_or(stray++ % kTrayChips + 1);
            positions[k] = {++taken[location], location};
        }
    }
    const Chip& first = descriptor.chips[members.front()];
    sink.report(
        Diagnostic(kTrayGuessed, first.place,
                   "no PCI buses are given, so which tray of the Galaxy is which is a guess")
            .note(joined
                      ? "chips share a tray when their unique ids do; links tell which trays lie side by side"
                  : readable ? "chips share a tray when their unique ids do"
                             : "chips are dealt to trays by their listed locations")
            .help("capture the descriptor with a newer tool: it writes `chip_to_bus_id`"));
}

void place_galaxy(const UmdDescriptor& descriptor, Positions& positions, DiagnosticSink& sink) {
    std::vector<std::size_t> members;
    std::vector<std::size_t> without_bus;
    for (std::size_t k = 0; k < descriptor.chips.size(); ++k) {
        const Chip& chip = descriptor.chips[k];
        const BoardType type = type_of(descriptor, chip);
        if (!is_galaxy_tray(type)) {
            continue;
        }
        members.push_back(k);
        const auto position =
            chip.bus < 0 ? std::nullopt : galaxy_position(type, static_cast<std::uint32_t>(chip.bus));
        if (position) {
            positions[k] = *position;
        } else {
            without_bus.push_back(k);
        }
    }
    if (!without_bus.empty()) {
        place_galaxy_without_bus(descriptor, without_bus.size() == members.size() ? members : without_bus,
                                 positions, sink);
    }
    compare_locations(descriptor, positions, "its place in the Galaxy is", members, sink);
}

/// Trays of boards that are no Galaxy trays, by position in `boards`.
std::vector<std::uint32_t> card_trays(const UmdDescriptor& descriptor, const std::vector<std::size_t>& cards,
                                      std::string_view motherboard) {
    std::vector<std::uint32_t> trays(descriptor.boards.size(), 0);
    std::vector<std::uint32_t> buses;
    for (const std::size_t card : cards) {
        for (const std::size_t k : chips_of(descriptor, card)) {
            if (descriptor.chips[k].bus >= 0) {
                buses.push_back(static_cast<std::uint32_t>(descriptor.chips[k].bus));
                break;
            }
        }
    }
    const bool all = buses.size() == cards.size();
    const bool distinct = std::set<std::uint32_t>(buses.begin(), buses.end()).size() == buses.size();
    const MachineFacts* machine = !all || !distinct ? nullptr : find_machine(motherboard, buses);
    if (all && distinct && machine == nullptr && motherboard.empty()) {
        machine = guess_machine(buses);
    }
    if (machine != nullptr) {
        for (std::size_t k = 0; k < cards.size(); ++k) {
            const auto slot = std::find(machine->buses.begin(), machine->buses.end(), buses[k]);
            if (slot == machine->buses.end()) {
                machine = nullptr;
                break;
            }
            trays[cards[k]] = static_cast<std::uint32_t>(slot - machine->buses.begin()) + 1;
        }
    }
    if (machine != nullptr) {
        return trays;
    }
    std::vector<std::size_t> order = cards;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return descriptor.boards[a].board_id < descriptor.boards[b].board_id;
    });
    for (std::size_t k = 0; k < order.size(); ++k) {
        trays[order[k]] = static_cast<std::uint32_t>(k) + 1;
    }
    return trays;
}

void place_card(const UmdDescriptor& descriptor, std::size_t card, std::uint32_t tray, Positions& positions,
                DiagnosticSink& sink) {
    const std::vector<std::size_t> members = chips_of(descriptor, card);
    const auto with_pcie = static_cast<std::size_t>(std::count_if(
        members.begin(), members.end(), [&](std::size_t k) { return descriptor.chips[k].has_pcie; }));
    const bool tunnel =
        descriptor.boards[card].type == BoardType::n300 && members.size() == 2 && with_pcie == 1;
    const bool listed = std::all_of(members.begin(), members.end(),
                                    [&](std::size_t k) { return descriptor.chips[k].location.has_value(); });
    std::uint32_t next = facts_of(descriptor.boards[card].type).first_location;
    for (const std::size_t k : members) {
        const Chip& chip = descriptor.chips[k];
        positions[k].tray = tray;
        positions[k].location = tunnel ? (chip.has_pcie ? 0U : 1U) : listed ? *chip.location : next++;
    }
    if (tunnel) {
        compare_locations(descriptor, positions, "seen from its PCIe chip it is", members, sink);
    }
}

}  // namespace

Positions derive_positions(const UmdDescriptor& descriptor, std::string_view motherboard,
                           DiagnosticSink& sink) {
    Positions positions(descriptor.chips.size());
    place_galaxy(descriptor, positions, sink);
    std::vector<std::size_t> cards;
    for (std::size_t k = 0; k < descriptor.boards.size(); ++k) {
        const bool used = !chips_of(descriptor, k).empty();
        if (used && !is_galaxy_tray(descriptor.boards[k].type)) {
            cards.push_back(k);
        }
    }
    const std::vector<std::uint32_t> trays = card_trays(descriptor, cards, motherboard);
    for (const std::size_t card : cards) {
        place_card(descriptor, card, trays[card], positions, sink);
    }
    for (std::size_t k = 0; k < descriptor.chips.size(); ++k) {
        positions[k].tray = descriptor.chips[k].tray.value_or(positions[k].tray);
    }
    return positions;
}

}  // namespace tt_run::topology
