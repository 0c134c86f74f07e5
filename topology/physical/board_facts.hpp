#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

/// What is known of Tenstorrent's chips, boards and machines: the one place for such numbers. They are facts
/// of the vendor's formats (cluster descriptor schema, driver documentation, scale-out descriptors) and of
/// captured machines; nothing else in the project repeats them.

enum class ChipArchitecture : std::uint8_t { unknown, wormhole, blackhole, quasar };

struct ArchitectureFacts {
    ChipArchitecture architecture = ChipArchitecture::unknown;
    std::string_view name;             ///< ours: "wormhole"
    std::string_view descriptor_name;  ///< in cluster descriptors: "wormhole_b0"
    std::uint32_t ethernet_channels;   ///< numbered from 0; 0 when not known
    std::uint16_t pci_device_id;       ///< 0 when not known
};

inline constexpr std::uint16_t kPciVendorId = 0x1E52;

const ArchitectureFacts& facts_of(ChipArchitecture architecture);
std::string_view name_of(ChipArchitecture architecture);
/// The chips that a Mesh Graph Descriptor asks for.
ChipArchitecture chip_architecture(Architecture wanted);
/// Any spelling met in the field: `wormhole_b0`, `Wormhole`, `WORMHOLE_B0`, `blackhole`, ...
std::optional<ChipArchitecture> parse_architecture(std::string_view text);
std::optional<ChipArchitecture> architecture_of_pci_device(std::uint16_t device_id);

enum class BoardType : std::uint8_t {
    unknown,
    n150,
    n300,
    p100,
    p150,
    p300,
    ubb_wormhole,
    ubb_blackhole,
    galaxy_4u,  ///< a module of the older 4U Galaxy, reached over ethernet only
    quasar,
};

struct BoardFacts {
    BoardType type = BoardType::unknown;
    std::string_view name;  ///< as cluster descriptors write it
    ChipArchitecture architecture;
    std::uint8_t chips;                      ///< on one board (one tray of a Galaxy); 0 when not known
    std::uint8_t first_location;             ///< locations count up from here
    std::uint8_t pcie_chips;                 ///< how many of them are reached over PCIe
    std::uint32_t product_code;              ///< the one we write: bits 36..55 of the board id; 0 for none
    std::int32_t vendor_number;              ///< in physical system descriptors
    std::uint8_t expected_harvested_tensix;  ///< rows or columns switched off in a sound chip
    std::uint16_t expected_ethernet_mask;    ///< channels switched off, as one usual mask
};

const BoardFacts& facts_of(BoardType type);
std::string_view name_of(BoardType type);
/// Names and aliases without regard to case: `n300`, `p150a`, `UBB`, `ubb_wormhole`, `GALAXY`.
std::optional<BoardType> parse_board_type(std::string_view text);
/// By the product code inside a board id; nothing for codes that are not known.
std::optional<BoardType> board_type_of_board_id(std::uint64_t board_id);
std::optional<BoardType> board_type_of_vendor_number(std::uint32_t number);
/// A board id that carries the type's product code, for boards that we imagine. Unique for `serial` < 2^32.
std::uint64_t imagined_board_id(BoardType type, std::uint64_t serial);
/// True for the boards that make up a Galaxy: eight chips, tray and location told by the PCI bus.
bool is_galaxy_tray(BoardType type);
/// From the second nibble of the board's serial: 3 and above are revision C of the Blackhole Galaxy.
bool is_revision_c(std::uint64_t board_id);

/// Where a chip of a Galaxy sits, from the PCI bus it answers on.
struct TrayPosition {
    std::uint32_t tray = 0;
    std::uint32_t location = 0;
};
std::optional<TrayPosition> galaxy_position(BoardType type, std::uint32_t bus);
/// The inverse: the bus of `location` (1..8) on `tray` (1..4).
std::optional<std::uint32_t> galaxy_bus(BoardType type, TrayPosition position);

/// A machine whose slots are known: the PCI bus of each slot, in the order of its trays (1, 2, ...).
struct MachineFacts {
    std::string_view motherboard;  ///< as /sys/class/dmi/id/board_name says it
    std::span<const std::uint8_t> buses;
};
std::span<const MachineFacts> known_machines();
/// The machine that a host with this motherboard and these buses in use is; null if none is known.
const MachineFacts* find_machine(std::string_view motherboard, std::span<const std::uint32_t> buses_in_use);
/// Without a motherboard's name: the only machine that has every one of `buses`, if they are more than half
/// of its slots; null otherwise, since a few buses prove nothing.
const MachineFacts* guess_machine(std::span<const std::uint32_t> buses_in_use);
/// The motherboard of every Galaxy.
inline constexpr std::string_view kGalaxyMotherboard = "S7T-MB";

}  // namespace tt_run::topology
