#include "topology/physical/discover_cluster.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "topology/physical/cluster_assembly.hpp"
#include "topology/physical/topology_tool.hpp"
#include "topology/physical/umd_join.hpp"

namespace tt_run::topology {

using support::DiagnosticSink;

namespace {

constexpr std::chrono::seconds kToolDeadline{60};

/// The devices of one board, or of one tray of a Galaxy.
struct BoardGroup {
    BoardType type;
    std::optional<std::uint64_t> board_id;
    std::uint32_t bus;                 ///< of its first device
    std::vector<std::size_t> devices;  ///< positions in the inventory, by PCI address
};

class InventoryModel {
  public:
    InventoryModel(const support::HostEnvironment& host, Discovery& discovery, DiagnosticSink& sink)
        : host_(host),
          discovery_(discovery),
          sink_(sink),
          assembly_(Origin::real, fmt::format("devices of {}", host.hostname)) {}

    void build() {
        assembly_.set_links_unknown();
        const std::uint32_t host = assembly_.add_host(describe_host());
        for (const BoardGroup& group : group_by_board()) {
            add_board(host, group);
        }
        // As the vendor's library counts: chips behind others come after all that have PCIe.
        discovery_.cluster = std::move(assembly_).finish(sink_);
    }

  private:
    const std::vector<InventoryDevice>& devices() const { return discovery_.inventory.devices; }

    static std::uint32_t bus_of(const InventoryDevice& device) { return device.pci ? device.pci->bus : 0U; }

    /// A version that all devices share; empty otherwise, with a note if they differ.
    std::string shared_version(const std::string& part) {
        std::set<std::string> versions;
        for (const InventoryDevice& device : devices()) {
            const auto at = device.firmware.find(part);
            if (at != device.firmware.end()) {
                versions.insert(at->second);
            }
        }
        if (versions.size() > 1) {
            std::string all;
            for (const std::string& version : versions) {
                all += (all.empty() ? "" : ", ") + version;
            }
            discovery_.notes.push_back(fmt::format("devices have different versions of {}: {}", part, all));
        }
        return versions.size() == 1 ? *versions.begin() : std::string();
    }

    Host describe_host() {
        Host host;
        host.name = host_.hostname;
        host.motherboard = discovery_.inventory.motherboard;
        host.driver_version = discovery_.inventory.driver_version;
        host.io_device_type = "PCIe";
        host.firmware_bundle = shared_version("fw_bundle");
        host.ethernet_firmware = shared_version("eth_fw");
        return host;
    }

    std::vector<BoardGroup> group_by_board() const {
        std::vector<BoardGroup> groups;
        for (std::size_t k = 0; k < devices().size(); ++k) {
            const InventoryDevice& device = devices()[k];
            const std::uint32_t bus = bus_of(device);
            const auto galaxy = galaxy_position(device.board, bus);
            const auto same = std::find_if(groups.begin(), groups.end(), [&](const BoardGroup& group) {
                if (group.type != device.board) {
                    return false;
                }
                if (galaxy) {
                    const auto other = galaxy_position(group.type, group.bus);
                    return other && other->tray == galaxy->tray;
                }
                // Both chips of a P300 are devices of their own.
                return device.board == BoardType::p300 && device.board_id &&
                       group.board_id == device.board_id;
            });
            if (same == groups.end()) {
                groups.push_back({device.board, device.board_id, bus, {k}});
            } else {
                same->devices.push_back(k);
            }
        }
        return groups;
    }

    std::uint32_t tray_of(const BoardGroup& group) {
        if (const auto galaxy = galaxy_position(group.type, group.bus)) {
            return galaxy->tray;
        }
        std::vector<std::uint32_t> buses;
        for (const InventoryDevice& device : devices()) {
            buses.push_back(bus_of(device));
        }
        if (const MachineFacts* machine = find_machine(discovery_.inventory.motherboard, buses)) {
            const auto slot = std::find(machine->buses.begin(), machine->buses.end(), group.bus);
            if (slot != machine->buses.end()) {
                return static_cast<std::uint32_t>(slot - machine->buses.begin()) + 1;
            }
        }
        if (!told_of_trays_) {
            discovery_.notes.push_back(
                fmt::format("the slots of motherboard `{}` are not known; trays are numbered by PCI bus",
                            discovery_.inventory.motherboard));
            told_of_trays_ = true;
        }
        return group.bus;
    }

    void add_board(std::uint32_t host, const BoardGroup& group) {
        const InventoryDevice& first = devices()[group.devices.front()];
        Board board;
        board.tray = tray_of(group);
        board.type = group.type;
        board.board_id = group.board_id;
        board.architecture = first.architecture;
        const std::uint32_t ref = assembly_.add_board(host, board);
        std::uint32_t location = facts_of(group.type).first_location;
        for (const std::size_t k : group.devices) {
            const InventoryDevice& device = devices()[k];
            const auto galaxy = galaxy_position(group.type, bus_of(device));
            Asic asic;
            asic.location = galaxy ? galaxy->location : location++;
            asic.has_pcie = true;
            asic.chip = static_cast<std::int32_t>(k);
            asic.device_number = device.number;
            asic.bus = device.pci ? device.pci->bus : -1;
            asic.pci = device.pci;
            asic.numa_node = device.numa_node;
            if (galaxy) {
                // Elsewhere links name chips by other ids than the one that the firmware tells.
                asic.unique_id = device.asic_id;
            }
            assembly_.add_asic(ref, asic);
        }
        if (group.type == BoardType::n300) {
            Asic behind;
            behind.location = 1;
            behind.chip = static_cast<std::int32_t>(devices().size() + remote_chips_++);
            behind.bus = static_cast<std::int32_t>(group.bus);
            behind.numa_node = first.numa_node;
            assembly_.add_asic(ref, behind);
        }
    }

    const support::HostEnvironment& host_;
    Discovery& discovery_;
    DiagnosticSink& sink_;
    ClusterAssembly assembly_;
    std::size_t remote_chips_ = 0;
    bool told_of_trays_ = false;
};

/// Asks the vendor's tool; true if it told a cluster.
bool learn_links(const support::HostEnvironment& host, Discovery& discovery, DiagnosticSink& sink) {
    const auto tool = host.find_program("topology");
    if (!tool) {
        discovery.notes.push_back(
            "links: unknown; the vendor's `topology` tool, which reads them, is not on PATH");
        return false;
    }
    support::Result<std::string> text = run_topology_tool(*tool, host, kToolDeadline);
    if (!text) {
        discovery.notes.push_back(fmt::format("links: unknown; {}", text.error().message()));
        return false;
    }
    const support::SourceTextPtr source = support::make_source_text("<topology tool>", *std::move(text));
    const auto yaml = support::parse_yaml(source, sink);
    auto descriptor = yaml ? read_umd_descriptor(source, *yaml, sink) : std::nullopt;
    if (!descriptor) {
        discovery.notes.push_back(
            fmt::format("links: unknown; `{}` wrote no cluster descriptor", tool->string()));
        return false;
    }
    std::vector<HostDescriptor> hosts;
    hosts.push_back({*std::move(descriptor), host.hostname, std::nullopt, discovery.inventory.motherboard});
    auto cluster = join_umd_descriptors(std::move(hosts), Origin::real,
                                        fmt::format("devices of {}", host.hostname), sink);
    if (!cluster) {
        discovery.notes.push_back("links: unknown; the vendor's `topology` tool contradicts itself");
        return false;
    }
    discovery.cluster = std::move(cluster);
    discovery.notes.push_back(fmt::format("links: as `{}` read them", tool->string()));
    return true;
}

}  // namespace

Discovery discover_cluster(const support::HostEnvironment& host, bool ask_tool, DiagnosticSink& sink) {
    Discovery discovery;
    discovery.inventory = take_inventory(host);
    discovery.notes = discovery.inventory.notes;
    const std::vector<InventoryDevice>& devices = discovery.inventory.devices;
    const bool served = std::any_of(devices.begin(), devices.end(),
                                    [](const InventoryDevice& device) { return device.number >= 0; });
    if (!served) {
        return discovery;
    }
    if (!ask_tool) {
        discovery.notes.push_back("links: unknown; they were not asked for");
    }
    if (!ask_tool || !learn_links(host, discovery, sink)) {
        InventoryModel(host, discovery, sink).build();
    }
    return discovery;
}

}  // namespace tt_run::topology
