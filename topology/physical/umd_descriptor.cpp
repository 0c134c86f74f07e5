#include "topology/physical/umd_descriptor.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
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
constexpr std::uint64_t kMostChannel = 1U << 20U;
constexpr std::uint64_t kMostChip = std::numeric_limits<std::int32_t>::max();

/// Reads one document; what is wrong goes to the sink and the rest is read on.
class Reader {
  public:
    Reader(const YamlNode& root, DiagnosticSink& sink) : root_(root), sink_(sink) {}

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
            chip.location = narrow(read_number(value, "location", sink_, 255));
        });
        read_per_chip("tt_run_tray_ids", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.tray = narrow(read_number(value, "tray", sink_, UINT32_MAX));
        });
        read_per_chip("chip_to_boardtype", [&](const YamlNode& value, UmdDescriptor::Chip& chip) {
            chip.type = value.is_scalar() ? parse_board_type(value.text) : std::nullopt;
        });
        read_mmio();
        read_per_chip("chip_pci_bdfs",
                      [&](const YamlNode& value, UmdDescriptor::Chip& chip) { read_pci(value, chip); });
        read_boards();
        read_links();
        read_remote_links();
        read_words();
        return std::move(found_);
    }

  private:
    static std::optional<std::uint32_t> narrow(std::optional<std::uint64_t> value) {
        return value ? std::optional(static_cast<std::uint32_t>(*value)) : std::nullopt;
    }

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

    std::optional<std::size_t> position_of(std::uint64_t chip) const {
        const auto at = std::lower_bound(found_.chips.begin(), found_.chips.end(), chip,
                                         [](const UmdDescriptor::Chip& one, std::uint64_t key) {
                                             return static_cast<std::uint64_t>(one.chip) < key;
                                         });
        if (at == found_.chips.end() || static_cast<std::uint64_t>(at->chip) != chip) {
            return std::nullopt;
        }
        return static_cast<std::size_t>(at - found_.chips.begin());
    }

    std::optional<std::size_t> known_chip(std::string_view text, const Span& place, std::string_view where) {
        const auto number = parse_number(text);
        if (!number) {
            sink_.report(Diagnostic(kClusterBadValue, place,
                                    fmt::format("`{}` is no chip number; expected a number from 0", text)));
            return std::nullopt;
        }
        const auto position = position_of(*number);
        if (!position) {
            sink_.report(
                Diagnostic(kUnknownChip, place,
                           fmt::format("chip `{}` in `{}` is not among those under `arch`", text, where)));
        }
        return position;
    }

    std::optional<std::size_t> known_chip(const YamlNode& node, std::string_view where) {
        const auto word = read_word(node, "chip number", sink_);
        return word ? known_chip(*word, node.span, where) : std::nullopt;
    }

    template <class Read>
    void read_per_chip(std::string_view key, Read read) {
        const YamlNode* map = root_.find(key);
        if (map == nullptr || map->is_null() ||
            !expect_kind(*map, YamlNode::Kind::mapping, "map of chips", sink_)) {
            return;
        }
        for (const YamlEntry& entry : map->entries) {
            if (const auto chip = known_chip(entry.key.value, entry.key.span, key)) {
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
                *mask = narrow(read_number(*value, "mask", sink_, UINT32_MAX)).value_or(0);
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
                take(known_chip(item, "chips_with_mmio"), std::nullopt);
                continue;
            }
            for (const YamlEntry& entry : item.entries) {
                take(known_chip(entry.key.value, entry.key.span, "chips_with_mmio"),
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

    void read_boards() {
        const YamlNode* list = root_.find("boards");
        if (list != nullptr && !list->is_null() &&
            expect_kind(*list, YamlNode::Kind::sequence, "list of boards", sink_)) {
            for (const YamlNode& item : list->items) {
                read_board(item);
            }
        }
        for (UmdDescriptor::Chip& chip : found_.chips) {
            if (chip.board) {
                continue;
            }
            sink_.report(
                Diagnostic(kChipWithoutBoard, chip.place,
                           fmt::format("chip {} is on none of the `boards`; it is taken as a board of "
                                       "its own",
                                       chip.chip)));
            chip.board = found_.boards.size();
            found_.boards.push_back({std::nullopt, chip.type.value_or(BoardType::unknown), chip.place});
        }
    }

    void read_board(const YamlNode& item) {
        // Three maps of one key each in a list; we take one map of three keys as well.
        const YamlNode* fields[3] = {nullptr, nullptr, nullptr};
        constexpr std::string_view kFields[3] = {"board_id", "board_type", "chips"};
        const auto take = [&](const YamlNode& map) {
            for (std::size_t k = 0; k < 3; ++k) {
                const YamlNode* value = map.find(kFields[k]);
                fields[k] = value != nullptr ? value : fields[k];
            }
        };
        take(item);
        for (const YamlNode& part : item.items) {
            take(part);
        }
        for (std::size_t k = 0; k < 3; ++k) {
            if (fields[k] == nullptr) {
                sink_.report(Diagnostic(kClusterMissingField, item.span,
                                        fmt::format("this board lacks `{}`", kFields[k]))
                                 .help("a board is `[{board_id: N}, {board_type: T}, {chips: [...]}]`"));
                return;
            }
        }
        const auto board_id = read_number(*fields[0], "board id", sink_);
        const auto type_name = read_word(*fields[1], "board type", sink_);
        if (!board_id || !type_name ||
            !expect_kind(*fields[2], YamlNode::Kind::sequence, "list of chips", sink_)) {
            return;
        }
        const BoardType type = board_type(*type_name, *board_id, fields[1]->span);
        const std::size_t board = found_.boards.size();
        found_.boards.push_back({board_id, type, fields[0]->span});
        for (const YamlNode& member : fields[2]->items) {
            put_on_board(member, board);
        }
    }

    void put_on_board(const YamlNode& member, std::size_t board) {
        const auto chip = known_chip(member, "boards");
        if (!chip) {
            return;
        }
        UmdDescriptor::Chip& one = found_.chips[*chip];
        if (one.board && *one.board != board) {
            sink_.report(
                Diagnostic(kChipOnTwoBoards, member.span, fmt::format("chip {} is on two boards", one.chip))
                    .also(found_.boards[*one.board].place, "the other board"));
        }
        one.board = board;
        // `ubb` alone was once written for both Galaxies.
        BoardType& type = found_.boards[board].type;
        if (type == BoardType::ubb_wormhole && one.architecture == ChipArchitecture::blackhole) {
            type = BoardType::ubb_blackhole;
        }
    }

    BoardType board_type(const std::string& name, std::uint64_t board_id, const Span& place) {
        const auto named = parse_board_type(name);
        const auto coded = board_type_of_board_id(board_id);
        if (!named) {
            sink_.report(Diagnostic(kUnknownBoardType, place,
                                    fmt::format("`{}` is no board type that we know; it is taken as {}", name,
                                                coded ? name_of(*coded) : "a board of unknown type")));
            return coded.value_or(BoardType::unknown);
        }
        const bool both_galaxies = coded && is_galaxy_tray(*coded) && is_galaxy_tray(*named);
        if (coded && *coded != *named && !both_galaxies) {
            sink_.report(Diagnostic(kBoardTypeMismatch, place,
                                    fmt::format("the board is called {}, but its id {} is that of a {}",
                                                name_of(*named), board_id, name_of(*coded)))
                             .note("the name is taken"));
        }
        return *named;
    }

    struct End {
        std::size_t chip;
        std::uint32_t channel;
    };

    std::optional<std::uint32_t> read_channel(const YamlNode& end) {
        const YamlNode* channel = require(end, "chan", sink_);
        return channel == nullptr ? std::nullopt
                                  : narrow(read_number(*channel, "ethernet channel", sink_, kMostChannel));
    }

    std::optional<End> read_end(const YamlNode& end, std::string_view where) {
        if (!expect_kind(end, YamlNode::Kind::mapping, "link end", sink_)) {
            return std::nullopt;
        }
        const YamlNode* chip = require(end, "chip", sink_);
        const auto position = chip == nullptr ? std::nullopt : known_chip(*chip, where);
        const auto channel = read_channel(end);
        return position && channel ? std::optional(End{*position, *channel}) : std::nullopt;
    }

    const YamlNode* list_of_links(std::string_view key) {
        const YamlNode* list = root_.find(key);
        if (list == nullptr || list->is_null() ||
            !expect_kind(*list, YamlNode::Kind::sequence, "list of links", sink_)) {
            return nullptr;
        }
        return list;
    }

    bool has_ends(const YamlNode& item, std::size_t most) {
        if (item.is_sequence() && item.items.size() >= 2 && item.items.size() <= most) {
            return true;
        }
        sink_.report(Diagnostic(kClusterBadValue, item.span, "expected a link: a list of its two ends"));
        return false;
    }

    void read_links() {
        const std::string_view key = "ethernet_connections";
        const YamlNode* list = list_of_links(key);
        if (list == nullptr) {
            return;
        }
        found_.links.reserve(list->items.size());
        const std::size_t errors_before = sink_.errors();
        for (const YamlNode& item : list->items) {
            if (sink_.errors() - errors_before > kMostErrorsInList) {
                return;
            }
            // A third entry tells whether the routing firmware was on; that says nothing about the cable.
            if (!has_ends(item, 3)) {
                continue;
            }
            const auto a = read_end(item.items[0], key);
            const auto b = read_end(item.items[1], key);
            if (a && b) {
                found_.links.push_back({a->chip, a->channel, b->chip, b->channel, item.items[0].span});
            }
        }
    }

    void read_remote_links() {
        const std::string_view key = "ethernet_connections_to_remote_devices";
        const YamlNode* list = list_of_links(key);
        if (list == nullptr) {
            return;
        }
        const std::size_t errors_before = sink_.errors();
        for (const YamlNode& item : list->items) {
            if (sink_.errors() - errors_before > kMostErrorsInList) {
                return;
            }
            if (!has_ends(item, 2)) {
                continue;
            }
            const auto near = read_end(item.items[0], key);
            const YamlNode& far = item.items[1];
            if (!near || !expect_kind(far, YamlNode::Kind::mapping, "link end", sink_)) {
                continue;
            }
            const YamlNode* id = require(far, "remote_chip_id", sink_);
            const auto unique_id = id == nullptr ? std::nullopt : read_number(*id, "unique id", sink_);
            const auto channel = read_channel(far);
            if (unique_id && channel) {
                found_.remote_links.push_back(
                    {near->chip, near->channel, *unique_id, *channel, item.items[0].span});
            }
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
