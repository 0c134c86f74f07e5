#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "topology/physical/board_facts.hpp"

namespace tt_run::topology {

/// Where a model of hardware comes from. Only a `real` one may be touched.
enum class Origin : std::uint8_t {
    real,       ///< discovered on this host just now
    imported,   ///< read from a file that somebody captured or wrote
    synthetic,  ///< imagined from a short string
};
std::string_view name_of(Origin origin);
std::optional<Origin> parse_origin(std::string_view text);

/// A PCI function: `dddd:bb:dd.f`, hexadecimal, lower case.
struct PciAddress {
    std::uint16_t domain = 0;
    std::uint8_t bus = 0;
    std::uint8_t device = 0;
    std::uint8_t function = 0;
    auto operator<=>(const PciAddress&) const = default;

    std::string text() const;
    /// Empty if `text` is no full address; hexadecimal of either case, a domain of up to four digits.
    static std::optional<PciAddress> parse(std::string_view text);
};

/// Positions in a cluster's arrays. They mean nothing outside that cluster.
struct HostIndex {
    std::uint32_t value = 0;
    auto operator<=>(const HostIndex&) const = default;
};
struct BoardIndex {
    std::uint32_t value = 0;
    auto operator<=>(const BoardIndex&) const = default;
};
struct AsicIndex {
    std::uint32_t value = 0;
    auto operator<=>(const AsicIndex&) const = default;
};

/// One computer. Its name is its identity; boards and ASICs of a host stand side by side in the cluster's
/// arrays.
struct Host {
    std::string name;
    std::string motherboard;  ///< as the firmware (DMI) names it; empty when not known
    /// The host's number in a mapping file or physical system descriptor, where one gave it.
    std::optional<std::uint32_t> rank;
    std::string io_device_type;     ///< "PCIe", "JTAG", or empty when not known
    std::string ethernet_firmware;  ///< all hosts of a cluster must agree; empty when not known
    std::string firmware_bundle;    ///< likewise
    std::string driver_version;
    std::string hall;  ///< where it stands, if a deployment said so
    std::string aisle;
    std::optional<std::uint32_t> rack;
    std::optional<std::uint32_t> shelf;
    std::string group;
    std::uint32_t first_board = 0;
    std::uint32_t board_count = 0;
    std::uint32_t first_asic = 0;
    std::uint32_t asic_count = 0;
    bool operator==(const Host&) const = default;

    bool holds(AsicIndex asic) const {
        return asic.value >= first_asic && asic.value - first_asic < asic_count;
    }
};

/// One board: a PCIe card, or one tray (8 chips) of a Galaxy. Identity: host and tray.
struct Board {
    HostIndex host;
    std::uint32_t tray = 0;  ///< from 1; unique on its host
    BoardType type = BoardType::unknown;
    ChipArchitecture architecture = ChipArchitecture::unknown;
    std::optional<std::uint64_t> board_id;  ///< the vendor's serial; trays of a Galaxy may share one
    std::uint32_t first_asic = 0;
    std::uint32_t asic_count = 0;
    bool operator==(const Board&) const = default;
};

/// What of a chip is switched off, as bit masks.
struct Harvesting {
    bool noc_translation = false;
    std::uint32_t tensix = 0;
    std::uint32_t dram = 0;
    std::uint32_t ethernet = 0;
    std::uint32_t pcie = 0;
    std::uint32_t l2cpu = 0;
    bool operator==(const Harvesting&) const = default;
};

/// Wormhole's own coordinates, known on N150, N300 and 4U Galaxies only.
struct EthernetCoordinate {
    std::int32_t x = 0;
    std::int32_t y = 0;
    std::int32_t rack = 0;
    std::int32_t shelf = 0;
    bool operator==(const EthernetCoordinate&) const = default;
};

/// One chip. Identity that survives resets: host, tray and location. The unique id names it within one
/// capture.
struct Asic {
    BoardIndex board;
    std::uint32_t location = 0;              ///< on its board: from 0, on a Galaxy's tray from 1
    std::optional<std::uint64_t> unique_id;  ///< all 64 bits may be in use
    std::int32_t chip = -1;                  ///< its number in its host's cluster descriptor; -1 for none
    bool has_pcie = false;                   ///< reached over PCIe ("MMIO") rather than through a neighbour
    std::int32_t device_number = -1;         ///< N of /dev/tenstorrent/N; -1 when not known
    std::int32_t bus = -1;          ///< PCI bus of the chip, or of the one it hangs on; -1 when not known
    std::int32_t numa_node = -1;    ///< -1 when not known
    std::optional<PciAddress> pci;  ///< only with `has_pcie`
    std::optional<EthernetCoordinate> coordinate;
    std::optional<Harvesting> harvesting;
    bool operator==(const Asic&) const = default;
};

struct LinkEnd {
    AsicIndex asic;
    std::uint32_t channel = 0;
    auto operator<=>(const LinkEnd&) const = default;
};

/// One ethernet link: two channels that see each other. `a` is the lesser end.
struct Link {
    LinkEnd a;
    LinkEnd b;
    auto operator<=>(const Link&) const = default;
};

/// A link that is seen from one end: its far end is none of this cluster's ASICs, or one that does not see
/// it.
struct OpenEnd {
    LinkEnd near;
    std::uint64_t remote_unique_id = 0;
    std::uint32_t remote_channel = 0;
    auto operator<=>(const OpenEnd&) const = default;
};

class ClusterAssembly;

/// The physical topology: hosts, their boards and ASICs, and the ethernet links between them. Immutable and
/// checked: no two things have one identity, no channel has two links, every index is good. Everything is in
/// one order (hosts by name, numbers in names by value; boards by tray; ASICs by location; links by their
/// ends) whatever order it was read in. Safe to read from many threads.
class Cluster {
  public:
    Origin origin() const { return origin_; }
    /// What it was read or made from: a path or a string, for people.
    const std::string& source() const { return source_; }
    /// False when only an inventory is known: `links()` is empty then and proves nothing.
    bool links_known() const { return links_known_; }

    std::span<const Host> hosts() const { return hosts_; }
    std::span<const Board> boards() const { return boards_; }
    std::span<const Asic> asics() const { return asics_; }
    std::span<const Link> links() const { return links_; }
    std::span<const OpenEnd> open_ends() const { return open_ends_; }

    const Host& host(HostIndex index) const { return hosts_[index.value]; }
    const Board& board(BoardIndex index) const { return boards_[index.value]; }
    const Asic& asic(AsicIndex index) const { return asics_[index.value]; }
    const Board& board_of(AsicIndex index) const { return boards_[asic(index).board.value]; }
    const Host& host_of(AsicIndex index) const { return hosts_[board_of(index).host.value]; }

    std::span<const Board> boards_of(const Host& host) const {
        return boards().subspan(host.first_board, host.board_count);
    }
    std::span<const Asic> asics_of(const Host& host) const {
        return asics().subspan(host.first_asic, host.asic_count);
    }

    /// Positions in `links()` of all links of one ASIC, by its channel.
    std::span<const std::uint32_t> links_of(AsicIndex index) const {
        return {incident_.data() + first_incident_[index.value],
                incident_.data() + first_incident_[index.value + 1]};
    }
    /// The end of `link` that is not on `asic`. For a link of an ASIC to itself: `b`.
    static LinkEnd far_end(const Link& link, AsicIndex asic) { return link.a.asic == asic ? link.b : link.a; }

    std::optional<HostIndex> find_host(std::string_view name) const;
    std::optional<AsicIndex> find_asic(HostIndex host, std::uint32_t tray, std::uint32_t location) const;
    std::optional<AsicIndex> find_unique_id(std::uint64_t unique_id) const;

    /// `host/tray/location`, the name of an ASIC in messages.
    std::string name_of(AsicIndex index) const;
    /// `host/tray/location/channel`.
    std::string name_of(LinkEnd end) const;

    /// The one architecture of all boards; nothing if there are several or none.
    std::optional<ChipArchitecture> architecture() const;

    /// Same hardware, whatever `source()` and `origin()` say.
    bool same_hardware(const Cluster& other) const;

  private:
    friend class ClusterAssembly;
    Cluster() = default;

    Origin origin_ = Origin::synthetic;
    bool links_known_ = true;
    std::string source_;
    std::vector<Host> hosts_;
    std::vector<Board> boards_;
    std::vector<Asic> asics_;
    std::vector<Link> links_;
    std::vector<OpenEnd> open_ends_;
    std::vector<std::uint32_t> first_incident_;  ///< per ASIC, and one more
    std::vector<std::uint32_t> incident_;
    std::vector<std::uint32_t> by_unique_id_;  ///< ASICs that have one, sorted by it
};

/// Compares names as people do: runs of digits by their value, so that `host-2` comes before `host-10`.
bool natural_less(std::string_view a, std::string_view b);

}  // namespace tt_run::topology
