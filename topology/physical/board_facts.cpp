#include "topology/physical/board_facts.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace tt_run::topology {

namespace {

constexpr std::array<ArchitectureFacts, 4> kArchitectures{{
    {ChipArchitecture::unknown, "unknown", "unknown", 0, 0},
    {ChipArchitecture::wormhole, "wormhole", "wormhole_b0", 16, 0x401E},
    {ChipArchitecture::blackhole, "blackhole", "blackhole", 14, 0xB140},
    {ChipArchitecture::quasar, "quasar", "quasar", 0, 0},
}};

constexpr std::array<BoardFacts, 10> kBoards{{
    {BoardType::unknown, "unknown", ChipArchitecture::unknown, 0, 0, 0, 0, 13, 0, 0},
    {BoardType::n150, "n150", ChipArchitecture::wormhole, 1, 0, 1, 0x18, 3, 1, 0},
    {BoardType::n300, "n300", ChipArchitecture::wormhole, 2, 0, 1, 0x14, 4, 2, 0},
    {BoardType::p100, "p100", ChipArchitecture::blackhole, 1, 0, 1, 0x36, 5, 2, 0x3FFF},
    {BoardType::p150, "p150", ChipArchitecture::blackhole, 1, 0, 1, 0x40, 6, 2, 0x120},
    {BoardType::p300, "p300", ChipArchitecture::blackhole, 2, 0, 2, 0x44, 7, 2, 0x120},
    {BoardType::ubb_wormhole, "ubb", ChipArchitecture::wormhole, 8, 1, 8, 0x35, 9, 0, 0},
    {BoardType::ubb_blackhole, "ubb_blackhole", ChipArchitecture::blackhole, 8, 1, 8, 0x47, 10, 1, 0x120},
    {BoardType::galaxy_4u, "GALAXY", ChipArchitecture::wormhole, 1, 0, 0, 0x0B, 8, 1, 0},
    {BoardType::quasar, "quasar", ChipArchitecture::quasar, 1, 0, 1, 0x50, 11, 0, 0},
}};

struct ProductCode {
    std::uint32_t code;
    BoardType type;
};
constexpr std::array kProductCodes{
    ProductCode{0x36, BoardType::p100},         ProductCode{0x43, BoardType::p100},
    ProductCode{0x40, BoardType::p150},         ProductCode{0x41, BoardType::p150},
    ProductCode{0x42, BoardType::p150},         ProductCode{0x44, BoardType::p300},
    ProductCode{0x45, BoardType::p300},         ProductCode{0x46, BoardType::p300},
    ProductCode{0x18, BoardType::n150},         ProductCode{0x14, BoardType::n300},
    ProductCode{0x35, BoardType::ubb_wormhole}, ProductCode{0x47, BoardType::ubb_blackhole},
    ProductCode{0x50, BoardType::quasar},       ProductCode{0x0B, BoardType::galaxy_4u},
};

struct BoardAlias {
    std::string_view name;
    BoardType type;
};
constexpr std::array kBoardAliases{
    BoardAlias{"n150", BoardType::n150},
    BoardAlias{"n300", BoardType::n300},
    BoardAlias{"p100", BoardType::p100},
    BoardAlias{"p150", BoardType::p150},
    BoardAlias{"p300", BoardType::p300},
    BoardAlias{"ubb", BoardType::ubb_wormhole},
    BoardAlias{"ubb_wormhole", BoardType::ubb_wormhole},
    BoardAlias{"ubb_blackhole", BoardType::ubb_blackhole},
    BoardAlias{"galaxy", BoardType::galaxy_4u},
    BoardAlias{"quasar", BoardType::quasar},
    BoardAlias{"quasar_board", BoardType::quasar},
    BoardAlias{"unknown", BoardType::unknown},
};

/// High nibble of the PCI bus of trays 1..4.
constexpr std::array<std::uint32_t, 4> kWormholeTrayBus{0xC0, 0x80, 0x00, 0x40};
constexpr std::array<std::uint32_t, 4> kBlackholeTrayBus{0x00, 0x40, 0xC0, 0x80};

constexpr std::array<std::uint8_t, 4> kT3kBuses{0xB1, 0xCA, 0x31, 0x4B};
constexpr std::array<std::uint8_t, 4> kQuietBoxBuses{0xC1, 0x01, 0x41, 0x42};
constexpr std::array<std::uint8_t, 4> kQuietBoxBusesWith43{0xC1, 0x01, 0x43, 0x41};
constexpr std::array<std::uint8_t, 8> kEightP150Buses{0x21, 0x01, 0x41, 0x61, 0xA1, 0x81, 0xC1, 0xE1};

const std::array kMachines{
    MachineFacts{"X12DPG-QT6", kT3kBuses},
    MachineFacts{"SIENAD8-2L2T", kQuietBoxBuses},
    MachineFacts{"SIENAD8-2L2T", kQuietBoxBusesWith43},
    MachineFacts{"H13DSG-O-CPU", kEightP150Buses},
};

std::string lower(std::string_view text) {
    std::string folded(text);
    std::transform(folded.begin(), folded.end(), folded.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return folded;
}

bool has_bus(const MachineFacts& machine, std::uint32_t bus) {
    return std::find(machine.buses.begin(), machine.buses.end(), bus) != machine.buses.end();
}

bool has_all(const MachineFacts& machine, std::span<const std::uint32_t> buses) {
    return std::all_of(buses.begin(), buses.end(), [&](std::uint32_t bus) { return has_bus(machine, bus); });
}

}  // namespace

const ArchitectureFacts& facts_of(ChipArchitecture architecture) {
    return kArchitectures[static_cast<std::size_t>(architecture)];
}

std::string_view name_of(ChipArchitecture architecture) {
    return facts_of(architecture).name;
}

ChipArchitecture chip_architecture(Architecture wanted) {
    return wanted == Architecture::blackhole ? ChipArchitecture::blackhole : ChipArchitecture::wormhole;
}

std::optional<ChipArchitecture> parse_architecture(std::string_view text) {
    const std::string folded = lower(text);
    for (const ArchitectureFacts& facts : kArchitectures) {
        if (folded == facts.name || folded == facts.descriptor_name) {
            return facts.architecture;
        }
    }
    return std::nullopt;
}

std::optional<ChipArchitecture> architecture_of_pci_device(std::uint16_t device_id) {
    for (const ArchitectureFacts& facts : kArchitectures) {
        if (device_id != 0 && facts.pci_device_id == device_id) {
            return facts.architecture;
        }
    }
    return std::nullopt;
}

const BoardFacts& facts_of(BoardType type) {
    return kBoards[static_cast<std::size_t>(type)];
}

std::string_view name_of(BoardType type) {
    return facts_of(type).name;
}

std::optional<BoardType> parse_board_type(std::string_view text) {
    std::string folded = lower(text);
    // p150a, p150c, p300b: the letter tells how the board is cooled.
    if (folded.size() == 5 && folded[0] == 'p' && folded[4] >= 'a' && folded[4] <= 'c') {
        folded.pop_back();
    }
    const auto found = std::find_if(kBoardAliases.begin(), kBoardAliases.end(),
                                    [&](const BoardAlias& alias) { return alias.name == folded; });
    return found == kBoardAliases.end() ? std::nullopt : std::optional(found->type);
}

std::optional<BoardType> board_type_of_board_id(std::uint64_t board_id) {
    const std::uint64_t code = (board_id >> 36U) & 0xFFFFFU;
    const auto found = std::find_if(kProductCodes.begin(), kProductCodes.end(),
                                    [&](const ProductCode& product) { return product.code == code; });
    return found == kProductCodes.end() ? std::nullopt : std::optional(found->type);
}

std::optional<BoardType> board_type_of_vendor_number(std::uint32_t number) {
    for (const BoardFacts& facts : kBoards) {
        if (facts.vendor_number == static_cast<std::int64_t>(number)) {
            return facts.type;
        }
    }
    return std::nullopt;
}

std::uint64_t imagined_board_id(BoardType type, std::uint64_t serial) {
    return (std::uint64_t{facts_of(type).product_code} << 36U) | (serial & 0xFFFFFFFFU);
}

bool is_galaxy_tray(BoardType type) {
    return type == BoardType::ubb_wormhole || type == BoardType::ubb_blackhole;
}

bool is_revision_c(std::uint64_t board_id) {
    return ((board_id >> 32U) & 0xFU) >= 3;
}

std::optional<TrayPosition> galaxy_position(BoardType type, std::uint32_t bus) {
    const auto& buses = type == BoardType::ubb_blackhole ? kBlackholeTrayBus : kWormholeTrayBus;
    const auto tray = std::find(buses.begin(), buses.end(), bus & 0xF0U);
    const std::uint32_t location = bus & 0x0FU;
    if (!is_galaxy_tray(type) || bus > 0xFF || tray == buses.end() || location < 1 || location > 8) {
        return std::nullopt;
    }
    return TrayPosition{static_cast<std::uint32_t>(tray - buses.begin()) + 1, location};
}

std::optional<std::uint32_t> galaxy_bus(BoardType type, TrayPosition position) {
    const auto& buses = type == BoardType::ubb_blackhole ? kBlackholeTrayBus : kWormholeTrayBus;
    if (!is_galaxy_tray(type) || position.tray < 1 || position.tray > buses.size() || position.location < 1 ||
        position.location > 8) {
        return std::nullopt;
    }
    return buses[position.tray - 1] | position.location;
}

std::span<const MachineFacts> known_machines() {
    return kMachines;
}

const MachineFacts* find_machine(std::string_view motherboard, std::span<const std::uint32_t> buses_in_use) {
    const MachineFacts* first = nullptr;
    for (const MachineFacts& machine : kMachines) {
        if (machine.motherboard != motherboard) {
            continue;
        }
        // One motherboard has two numberings of its slots, told apart by a bus that only one of them has.
        const bool with_43 = std::find(buses_in_use.begin(), buses_in_use.end(), 0x43U) != buses_in_use.end();
        if (first == nullptr || (with_43 && has_bus(machine, 0x43))) {
            first = &machine;
        }
    }
    return first;
}

const MachineFacts* guess_machine(std::span<const std::uint32_t> buses_in_use) {
    const MachineFacts* found = nullptr;
    for (const MachineFacts& machine : kMachines) {
        if (buses_in_use.size() * 2 <= machine.buses.size() || !has_all(machine, buses_in_use)) {
            continue;
        }
        const bool same_board = found != nullptr && found->motherboard == machine.motherboard;
        if (found != nullptr && !same_board) {
            return nullptr;
        }
        // Of one board's two layouts the later is in use where it has a device at 0x43.
        if (!same_board || std::find(buses_in_use.begin(), buses_in_use.end(), 0x43U) != buses_in_use.end()) {
            found = &machine;
        }
    }
    return found;
}

}  // namespace tt_run::topology
