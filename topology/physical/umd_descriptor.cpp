#include "topology/physical/umd_descriptor.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/umd_boards.hpp"
#include "topology/physical/umd_links.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::YamlEntry;
using support::YamlNode;

namespace {

constexpr std::array<std::string_view, 16> kKeys{
    "arch",
    "chips",
    "chip_unique_ids",
    "ethernet_connections",
    "chips_with_mmio",
    "io_device_type",
    "harvesting",
    "ethernet_connections_to_remote_devices",
    "chip_to_bus_id",
    "boards",
    "asic_locations",
    "chip_pci_bdfs",
    "cluster_id",
    "chip_to_boardtype",
    "tt_run_tray_ids",
    "version",
};
constexpr std::uint64_t kMostChip = std::numeric_limits<std::int32_t>::max();

/// Reads one document; what is wrong goes to the sink and the rest is read on.
class Reader {
  public:
    Reader(const YamlNode& root, DiagnosticSink& sink) : root_(root), sink_(sink), chips_(found_, sink) {}

    UmdDescriptor read() {
        found_.place = root_.span;
        warn_of_near_misses();
        read_chips();
        read_per_chip("chip_unique_ids", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.unique_id = read_number(value, "unique id", sink_);
        });
        read_per_chip("chips", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.coordinate = read_coordinate(value);
        });
        read_per_chip("harvesting", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.harvesting = read_harvesting(value);
        });
        read_per_chip("chip_to_bus_id", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            const auto bus = read_number(value, "PCI bus", sink_, 0xFFFF);
            chip.bus = bus ? static_cast<std::int32_t>(*bus) : -1;
        });
        read_per_chip("asic_locations", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.location = read_small_number(value, "location", sink_, 255);
        });
        read_per_chip("tt_run_tray_ids", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.tray = read_small_number(value, "tray", sink_, UINT32_MAX);
        });
        read_per_chip("chip_to_boardtype", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.type = value.is_scalar() ? parse_board_type(value.text) : std::nullopt;
        });
        read_mmio();
        read_per_chip("chip_pci_bdfs",
                      [&](const YamlNode& value, UmdDescriptor::Chip& chip) { read_pci(value, chip); });
        read_umd_boards(root_, chips_, found_, sink_);
        read_umd_links(root_, chips_, found_, sink_);
        read_words();
        return std::move(found_);
    }

  private:
    void warn_of_near_misses() {
        for (const YamlEntry& entry : root_.entries) {
            const auto known = std::find(kKeys.begin(), kKeys.end(), entry.key.value);
            if (known != kKeys.end()) {
                continue;
            }
            const auto near = support::nearest_spelling(entry.key.value, kKeys);
            if (near && root_.find(*near) == nullptr) {
                sink_.report(
                    Diagnostic(kClusterUnknownField, entry.key.span,
                               fmt::format("key `{}` is none of a cluster descriptor; it is passed over",
                                           entry.key.value))
                        .help(fmt::format("did you mean `{}`?", *near)));
            }
        }
    }

    void read_chips() {
        const YamlNode* arch = require(root_, "arch", sink_);
        if (arch == nullptr || !expect_kind(*arch, YamlNode::Kind::mapping, "map of architectures", sink_)) {
            return;
        }
        for (const YamlEntry& entry : arch->entries) {
            const auto number = parse_number(entry.key.value);
            if (!number || *number > kMostChip) {
                sink_.report(Diagnostic(
                    kClusterBadValue, entry.key.span,
                    fmt::format("`{}` is no chip number; expected a number from 0", entry.key.value)));
                continue;
            }
            UmdDescriptor::Chip chip;
            chip.chip = static_cast<std::int32_t>(*number);
            chip.place = entry.key.span;
            const auto name = read_word(entry.value, "architecture", sink_);
            const auto architecture = name ? parse_architecture(*name) : std::nullopt;
            if (name && !architecture) {
                sink_.report(Diagnostic(kClusterBadValue, entry.value.span,
                                        fmt::format("`{}` is no architecture that we know", *name))
                                 .help("known are `wormhole_b0`, `blackhole` and `quasar`"));
            }
            chip.architecture = architecture.value_or(ChipArchitecture::unknown);
            found_.chips.push_back(std::move(chip));
        }
        std::stable_sort(found_.chips.begin(), found_.chips.end(),
                         [](const auto& a, const auto& b) { return a.chip < b.chip; });
    }

    template <class Read>
    void read_per_chip(std::string_view key, Read read) {
        const YamlNode* map = root_.find(key);
        if (map == nullptr || map->is_null() ||
            !expect_kind(*map, YamlNode::Kind::mapping, "map of chips", sink_)) {
            return;
        }
        for (const YamlEntry& entry : map->entries) {
            if (const auto chip = chips_.known(entry.key.value, entry.key.span, key)) {
                read(entry.value, found_.chips[*chip]);
            }
        }
    }

    std::optional<EthernetCoordinate> read_coordinate(const YamlNode& node) {
        if (!node.is_sequence() || node.items.size() != 4) {
            sink_.report(Diagnostic(kClusterBadValue, node.span,
                                    "expected the ethernet coordinate as a list of four: x, y, rack, shelf"));
            return std::nullopt;
        }
        std::array<std::int32_t, 4> numbers{};
        for (std::size_t k = 0; k < 4; ++k) {
            const auto number = read_signed(node.items[k], "coordinate", sink_);
            if (!number) {
                return std::nullopt;
            }
            numbers[k] = *number;
        }
        return EthernetCoordinate{numbers[0], numbers[1], numbers[2], numbers[3]};
    }

    std::optional<Harvesting> read_harvesting(const YamlNode& node) {
        if (!expect_kind(node, YamlNode::Kind::mapping, "set of harvesting masks", sink_)) {
            return std::nullopt;
        }
        Harvesting harvesting;
        const YamlNode* translation = require(node, "noc_translation", sink_);
        if (translation != nullptr) {
            harvesting.noc_translation = read_truth(*translation, "noc_translation", sink_).value_or(false);
        }
        require(node, "harvest_mask", sink_);
        const std::pair<std::string_view, std::uint32_t*> masks[] = {
            {"harvest_mask", &harvesting.tensix},          {"dram_harvesting_mask", &harvesting.dram},
            {"eth_harvesting_mask", &harvesting.ethernet}, {"pcie_harvesting_mask", &harvesting.pcie},
            {"l2cpu_harvesting_mask", &harvesting.l2cpu},
        };
        for (const auto& [key, mask] : masks) {
            const YamlNode* value = node.find(key);
            if (value != nullptr) {
                *mask = read_small_number(*value, "mask", sink_, UINT32_MAX).value_or(0);
            }
        }
        return harvesting;
    }

    void read_mmio() {
        const YamlNode* list = root_.find("chips_with_mmio");
        if (list == nullptr || list->is_null() ||
            !expect_kind(*list, YamlNode::Kind::sequence, "list of chips", sink_)) {
            return;
        }
        const auto take = [&](const std::optional<std::size_t>& chip, std::optional<std::uint64_t> device) {
            if (chip) {
                found_.chips[*chip].has_pcie = true;
                found_.chips[*chip].device_number =
                    device ? static_cast<std::int32_t>(*device) : found_.chips[*chip].chip;
            }
        };
        for (const YamlNode& item : list->items) {
            if (!item.is_mapping()) {
                take(chips_.known(item, "chips_with_mmio"), std::nullopt);
                continue;
            }
            for (const YamlEntry& entry : item.entries) {
                take(chips_.known(entry.key.value, entry.key.span, "chips_with_mmio"),
                     read_number(entry.value, "device number", sink_, kMostChip));
            }
        }
    }

    void read_pci(const YamlNode& node, UmdDescriptor::Chip& chip) {
        const auto word = read_word(node, "PCI function", sink_);
        if (!word) {
            return;
        }
        chip.pci = PciAddress::parse(*word);
        if (!chip.pci) {
            sink_.report(Diagnostic(kClusterBadValue, node.span,
                                    fmt::format("`{}` is no PCI function; expected `dddd:bb:dd.f`", *word)));
        } else if (!chip.has_pcie) {
            sink_.report(Diagnostic(
                kPciOfRemoteChip, node.span,
                fmt::format("chip {} has a PCI function but is not in `chips_with_mmio`", chip.chip)));
        }
    }

    void read_words() {
        if (const YamlNode* type = root_.find("io_device_type")) {
            found_.io_device_type = read_word(*type, "io device type", sink_).value_or("");
        }
        const YamlNode* name = root_.find("cluster_id");
        if (name != nullptr && !name->is_null()) {
            found_.cluster_id = read_word(*name, "cluster id", sink_).value_or("");
        }
    }

    const YamlNode& root_;
    DiagnosticSink& sink_;
    UmdDescriptor found_;
    UmdChips chips_;
};

}  // namespace

bool looks_like_umd_descriptor(const YamlNode& root) {
    return root.find("arch") != nullptr || root.find("ethernet_connections") != nullptr ||
           root.find("chips_with_mmio") != nullptr;
}

std::optional<UmdDescriptor> read_umd_descriptor(const support::SourceTextPtr& source, const YamlNode& root,
                                                 DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    if (!expect_kind(root, YamlNode::Kind::mapping, "cluster descriptor", sink)) {
        return std::nullopt;
    }
    UmdDescriptor descriptor = Reader(root, sink).read();
    descriptor.source = source;
    return watch.saw_error() ? std::nullopt : std::optional(std::move(descriptor));
}

}  // namespace tt_run::topology
