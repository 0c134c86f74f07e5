#include "topology/physical/cluster_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "support/text.hpp"
#include "topology/physical/json_text.hpp"

namespace tt_run::topology {

using support::counted;

namespace {

constexpr std::size_t kMostHostsShown = 8;

std::string histogram(const std::map<std::uint32_t, std::size_t>& counts, std::string_view form) {
    std::vector<std::string> pieces;
    for (const auto& [value, count] : counts) {
        pieces.push_back(fmt::format(fmt::runtime(form), count, value));
    }
    return support::join(pieces, ", ");
}

std::string histogram_json(const std::map<std::uint32_t, std::size_t>& counts) {
    std::string out = "{";
    for (const auto& [value, count] : counts) {
        out += fmt::format("{}\"{}\": {}", out.size() > 1 ? ", " : "", value, count);
    }
    return out + "}";
}

/// A host's boards in one text, to see which hosts are alike.
std::string describe_boards(const Cluster& cluster, const Host& host) {
    std::string out;
    for (const Board& board : cluster.boards_of(host)) {
        std::vector<std::string> chips;
        for (std::uint32_t k = board.first_asic; k < board.first_asic + board.asic_count; ++k) {
            const Asic& asic = cluster.asics()[k];
            chips.push_back(asic.pci        ? fmt::format("{} at {}", asic.location, asic.pci->text())
                            : asic.has_pcie ? fmt::format("{}", asic.location)
                                            : fmt::format("{} behind it", asic.location));
        }
        // The chips of a Galaxy's tray are many and alike.
        const std::string places = chips.size() > 2 ? fmt::format("{} to {}", chips.front(), chips.back())
                                                    : support::join(chips, ", ");
        out += fmt::format("  tray {:<3} {:<14} {}: {}\n", board.tray, name_of(board.type),
                           counted(board.asic_count, "chip"), places);
    }
    return out;
}

void add_row(std::string& out, std::string_view label, const std::string& text) {
    if (!text.empty()) {
        out += fmt::format("{:<14} {}\n", label, text);
    }
}

std::string shape_fields(const ClusterShape& shape) {
    std::string boards = "{";
    for (const auto& [name, count] : shape.board_types) {
        boards += fmt::format("{}{}: {}", boards.size() > 1 ? ", " : "", json_text(name), count);
    }
    return fmt::format(
        "\"hosts\": {}, \"boards\": {}, \"board_types\": {}}}, \"chips\": {}, \"mmio_chips\": {}, \"links\": "
        "{}, "
        "\"links_between_hosts\": {}, \"open_ends\": {}, \"adjacent_pairs\": {}, \"host_pairs\": {}, "
        "\"links_per_pair\": {}, \"degrees\": {}, \"links_per_host_pair\": {}",
        shape.hosts, shape.boards, boards, shape.chips, shape.pcie_chips, shape.links,
        shape.links_between_hosts, shape.open_ends, shape.pairs, shape.host_pairs,
        histogram_json(shape.multiplicities), histogram_json(shape.degrees),
        histogram_json(shape.host_links));
}

}  // namespace

std::string render_counts(const ClusterShape& shape, bool links_known) {
    std::vector<std::string> types;
    for (const auto& [name, count] : shape.board_types) {
        types.push_back(name);
    }
    return fmt::format("{}, {} ({}), {}, {}", counted(shape.hosts, "host"), counted(shape.boards, "board"),
                       support::join(types, ", "), counted(shape.chips, "chip"),
                       links_known ? counted(shape.links, "link") : std::string("links unknown"));
}

std::string render_cluster_text(const Cluster& cluster) {
    const ClusterShape shape = measure(cluster);
    std::string out = fmt::format("{}: {}\n", cluster.source(), render_counts(shape, cluster.links_known()));
    add_row(out, "origin", std::string(name_of(cluster.origin())));
    const auto architecture = cluster.architecture();
    add_row(out, "architecture", architecture ? std::string(name_of(*architecture)) : "mixed");
    add_row(out, "with PCIe", counted(shape.pcie_chips, "chip"));
    if (cluster.links_known() && shape.pairs != 0) {
        add_row(out, "neighbours",
                fmt::format("{}: {}", counted(shape.pairs, "pair"),
                            histogram(shape.multiplicities, "{} with {} links")));
        add_row(out, "degrees", histogram(shape.degrees, "{} chips with {}"));
    }
    if (shape.host_pairs != 0) {
        add_row(out, "between hosts",
                fmt::format("{}, {}: {}", counted(shape.links_between_hosts, "link"),
                            counted(shape.host_pairs, "pair"), histogram(shape.host_links, "{} with {}")));
    }
    if (shape.open_ends != 0) {
        add_row(out, "open ends", fmt::format("{} lead to chips outside", counted(shape.open_ends, "link")));
    }
    for (std::size_t k = 0; k < std::min(cluster.hosts().size(), kMostHostsShown); ++k) {
        const Host& host = cluster.hosts()[k];
        const std::string motherboard =
            host.motherboard.empty() ? "" : fmt::format(" ({})", host.motherboard);
        out += fmt::format("host {}{}\n{}", host.name, motherboard, describe_boards(cluster, host));
    }
    if (cluster.hosts().size() > kMostHostsShown) {
        out += fmt::format("... and {} more hosts, to {}\n", cluster.hosts().size() - kMostHostsShown,
                           cluster.hosts().back().name);
    }
    return out;
}

std::string render_shape_member(const Cluster& cluster) {
    const auto architecture = cluster.architecture();
    return fmt::format(
        "\"shape\": {{\"source\": {}, \"origin\": {}, \"architecture\": {}, \"links_known\": {}, {}}}",
        json_text(cluster.source()), json_text(name_of(cluster.origin())),
        json_text(architecture ? name_of(*architecture) : "mixed"), cluster.links_known(),
        shape_fields(measure(cluster)));
}

std::string render_diff_text(const ClusterDiff& diff, const std::string& expected,
                             const std::string& actual) {
    std::string out =
        fmt::format("expected  {}: {}\nactual    {}: {}\n", expected,
                    render_counts(diff.expected, diff.links_compared || diff.expected.links != 0), actual,
                    render_counts(diff.actual, diff.links_compared || diff.actual.links != 0));
    if (!diff.links_compared) {
        out += "links were not compared: one side does not know them\n";
    }
    if (diff.differences.empty()) {
        return out + "no difference\n";
    }
    const ClusterDifference* last = nullptr;
    for (const ClusterDifference& one : diff.differences) {
        if (last == nullptr || last->kind != one.kind) {
            out += fmt::format("{} ({})\n", name_of(one.kind), diff.count(one.kind));
        }
        const bool is_link = one.kind == ClusterDifference::Kind::link_missing ||
                             one.kind == ClusterDifference::Kind::link_extra;
        const char* join = is_link ? " -- " : ": ";
        out += fmt::format("  {}{}{}\n", one.place, one.detail.empty() ? "" : join, one.detail);
        last = &one;
    }
    return out;
}

std::string render_diff_json(const ClusterDiff& diff, const std::string& expected,
                             const std::string& actual) {
    std::string out = fmt::format(
        "{{\"schema\": \"tt-run/cluster-diff\", \"version\": 1, \"links_compared\": {},\n \"expected\": "
        "{{\"source\": "
        "{}, {}}},\n \"actual\": {{\"source\": {}, {}}},\n \"differences\": [",
        diff.links_compared, json_text(expected), shape_fields(diff.expected), json_text(actual),
        shape_fields(diff.actual));
    std::string_view separator = "\n";
    for (const ClusterDifference& one : diff.differences) {
        out += fmt::format("{}  {{\"kind\": {}, \"place\": {}, \"detail\": {}}}", separator,
                           json_text(name_of(one.kind)), json_text(one.place), json_text(one.detail));
        separator = ",\n";
    }
    return out + "]}\n";
}

std::string render_discovery_text(const Discovery& discovery) {
    const DeviceInventory& inventory = discovery.inventory;
    std::string out;
    if (inventory.devices.empty()) {
        out = "no Tenstorrent device on this host\n";
    }
    if (discovery.cluster) {
        out += fmt::format("{}: {}\n", discovery.cluster->source(),
                           render_counts(measure(*discovery.cluster), discovery.cluster->links_known()));
    }
    add_row(out, "motherboard", inventory.devices.empty() ? "" : inventory.motherboard);
    add_row(out, "driver", inventory.driver_version);
    if (!inventory.devices.empty()) {
        out += "visible  /dev/tenstorrent  address       board          tray  location  numa  held by\n";
    }
    for (std::size_t k = 0; k < inventory.devices.size(); ++k) {
        const InventoryDevice& device = inventory.devices[k];
        std::string tray = "-";
        std::string location = "-";
        for (std::uint32_t at = 0; discovery.cluster && at < discovery.cluster->asics().size(); ++at) {
            const Asic& asic = discovery.cluster->asics()[at];
            if (asic.has_pcie && asic.pci == device.pci && device.pci) {
                tray = fmt::format("{}", discovery.cluster->board_of(AsicIndex{at}).tray);
                location = fmt::format("{}", asic.location);
            }
        }
        std::vector<std::string> holders;
        for (const std::int32_t holder : device.holders) {
            holders.push_back(fmt::format("{}", holder));
        }
        out += fmt::format("{:<8} {:<17} {:<13} {:<14} {:<5} {:<9} {:<5} {}\n",
                           device.number < 0 ? std::string("-") : fmt::format("{}", k),
                           device.number < 0 ? std::string("no driver") : fmt::format("{}", device.number),
                           device.pci ? device.pci->text() : std::string("unknown"), name_of(device.board),
                           tray, location,
                           device.numa_node < 0 ? std::string("-") : fmt::format("{}", device.numa_node),
                           holders.empty() ? std::string("-") : support::join(holders, " "));
    }
    for (const std::string& note : discovery.notes) {
        out += note + "\n";
    }
    return out;
}

std::string render_discovery_json(const Discovery& discovery) {
    const DeviceInventory& inventory = discovery.inventory;
    std::string out = fmt::format(
        "{{\"schema\": \"tt-run/discovery\", \"version\": 1, \"motherboard\": {}, \"driver_version\": {}, "
        "\"links_known\": {},\n \"devices\": [",
        json_text(inventory.motherboard), json_text(inventory.driver_version),
        discovery.cluster && discovery.cluster->links_known());
    for (std::size_t k = 0; k < inventory.devices.size(); ++k) {
        const InventoryDevice& device = inventory.devices[k];
        std::string firmware;
        for (const auto& [part, version] : device.firmware) {
            firmware +=
                fmt::format("{}{}: {}", firmware.empty() ? "" : ", ", json_text(part), json_text(version));
        }
        std::string holders;
        for (const std::int32_t holder : device.holders) {
            holders += fmt::format("{}{}", holders.empty() ? "" : ", ", holder);
        }
        out += fmt::format(
            "{}  {{\"visible\": {}, \"device\": {}, \"pci\": {}, \"board\": {}, \"card_type\": {}, "
            "\"board_id\": {}, "
            "\"asic_id\": {}, \"numa_node\": {}, \"driver_answered\": {}, \"firmware\": {{{}}}, \"holders\": "
            "[{}]}}",
            k == 0 ? "\n" : ",\n", device.number < 0 ? std::string("null") : fmt::format("{}", k),
            device.number, device.pci ? json_text(device.pci->text()) : "null",
            json_text(name_of(device.board)), json_text(device.card_type),
            device.board_id ? fmt::format("\"0x{:x}\"", *device.board_id) : "null",
            device.asic_id ? fmt::format("\"0x{:x}\"", *device.asic_id) : "null", device.numa_node,
            device.driver_answered, firmware, holders);
    }
    out += "],\n \"notes\": [";
    for (std::size_t k = 0; k < discovery.notes.size(); ++k) {
        out += fmt::format("{}{}", k == 0 ? "" : ", ", json_text(discovery.notes[k]));
    }
    return out + "]}\n";
}

}  // namespace tt_run::topology
