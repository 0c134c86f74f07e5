#include "topology/physical/umd_export.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "topology/physical/umd_positions.hpp"

namespace tt_run::topology {

namespace {

using Chip = UmdDescriptor::Chip;

/// Ids that nothing told us, out of range of the real ones' patterns and different for every chip.
std::uint64_t invented_unique_id(std::uint32_t asic) {
    return 0x7474000000000000U | asic;
}

std::int32_t invented_bus(const Cluster& cluster, const Host& host, const Board& board, const Asic& asic) {
    if (const auto bus = galaxy_bus(board.type, {board.tray, asic.location})) {
        return static_cast<std::int32_t>(*bus);
    }
    const std::span<const Board> boards = cluster.boards_of(host);
    const MachineFacts* machine = find_machine(host.motherboard, {});
    const bool fits = machine != nullptr && std::all_of(boards.begin(), boards.end(), [&](const Board& one) {
                          return one.tray >= 1 && one.tray <= machine->buses.size();
                      });
    return fits ? machine->buses[board.tray - 1] : -1;
}

Harvesting usual_harvesting(BoardType type) {
    const BoardFacts& facts = facts_of(type);
    return {true, (1U << facts.expected_harvested_tensix) - 1U, 0, facts.expected_ethernet_mask, 0, 0};
}

/// A host's descriptor, with everything filled in.
UmdDescriptor describe(const Cluster& cluster, const Host& host, bool needs_ids) {
    UmdDescriptor descriptor;
    descriptor.io_device_type = host.io_device_type;
    descriptor.cluster_id = host.name;
    const std::vector<std::int32_t> numbers = descriptor_chip_numbers(cluster, host);
    const bool numbered = cluster.asics_of(host).front().chip >= 0;
    std::map<std::pair<std::uint64_t, BoardType>, std::size_t> listed;
    for (const Board& board : cluster.boards_of(host)) {
        const auto host_number = static_cast<std::uint64_t>(&host - cluster.hosts().data());
        const std::uint64_t id =
            board.board_id.value_or(imagined_board_id(board.type, (host_number << 8U) + board.tray));
        const auto [at, is_new] = listed.try_emplace({id, board.type}, descriptor.boards.size());
        if (is_new || !is_galaxy_tray(board.type)) {
            at->second = descriptor.boards.size();
            descriptor.boards.push_back({id, board.type, {}});
        }
        for (std::uint32_t k = board.first_asic; k < board.first_asic + board.asic_count; ++k) {
            const Asic& asic = cluster.asics()[k];
            Chip chip;
            chip.chip = numbers[k - host.first_asic];
            chip.architecture = board.architecture;
            chip.unique_id = asic.unique_id ? asic.unique_id
                             : needs_ids    ? std::optional(invented_unique_id(k))
                                            : std::nullopt;
            chip.has_pcie = asic.has_pcie;
            chip.device_number = asic.device_number >= 0 ? asic.device_number : chip.chip;
            chip.bus = asic.bus >= 0 || numbered ? asic.bus : invented_bus(cluster, host, board, asic);
            chip.pci = asic.pci;
            chip.coordinate = asic.coordinate;
            chip.harvesting =
                asic.harvesting || numbered ? asic.harvesting : std::optional(usual_harvesting(board.type));
            chip.location = asic.location;
            chip.tray = board.tray;
            chip.board = at->second;
            descriptor.chips.push_back(std::move(chip));
        }
    }
    return descriptor;
}

/// Our own key for trays is written only where the vendor's keys would not tell them.
bool trays_need_telling(UmdDescriptor descriptor) {
    std::vector<std::uint32_t> trays;
    std::vector<std::uint32_t> locations;
    for (Chip& chip : descriptor.chips) {
        trays.push_back(*chip.tray);
        locations.push_back(*chip.location);
        chip.tray.reset();
    }
    support::DiagnosticSink sink;
    const std::vector<TrayPosition> derived = derive_positions(descriptor, "", sink);
    for (std::size_t k = 0; k < derived.size(); ++k) {
        if (derived[k].tray != trays[k]) {
            return true;
        }
    }
    return false;
}

class Writer {
  public:
    Writer(const UmdDescriptor& descriptor, std::string& out) : descriptor_(descriptor), out_(out) {
        order_.resize(descriptor.chips.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
            return descriptor.chips[a].chip < descriptor.chips[b].chip;
        });
    }

    template <class Value>
    void per_chip(std::string_view key, Value value) {
        std::string rows;
        for (const std::size_t k : order_) {
            const Chip& chip = descriptor_.chips[k];
            if (const std::string text = value(chip); !text.empty()) {
                rows += fmt::format("  {}: {}\n", chip.chip, text);
            }
        }
        out_ += fmt::format("{}:\n{}", key, rows.empty() ? "  {}\n" : rows);
    }

    template <class Rows, class Value>
    void list(std::string_view key, const Rows& rows, Value value) {
        out_ += fmt::format("{}:\n{}", key, rows.empty() ? "  []\n" : "");
        for (const auto& row : rows) {
            out_ += fmt::format("  - {}\n", value(row));
        }
    }

    std::string chips_on(std::size_t board) const {
        std::string chips;
        for (const std::size_t k : order_) {
            if (descriptor_.chips[k].board == board) {
                chips += fmt::format("{}{}", chips.empty() ? "" : ", ", descriptor_.chips[k].chip);
            }
        }
        return chips;
    }

    const std::vector<std::size_t>& order() const { return order_; }

  private:
    const UmdDescriptor& descriptor_;
    std::string& out_;
    std::vector<std::size_t> order_;
};

std::string text_of(const Harvesting& off) {
    return fmt::format(
        "{{noc_translation: {}, harvest_mask: {}, dram_harvesting_mask: {}, eth_harvesting_mask: {}, "
        "pcie_harvesting_mask: {}, l2cpu_harvesting_mask: {}}}",
        off.noc_translation, off.tensix, off.dram, off.ethernet, off.pcie, off.l2cpu);
}

bool is_plain(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '.';
    });
}

std::string yaml_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        out += c == '"' || c == '\\'                  ? std::string("\\") + c
               : static_cast<unsigned char>(c) < 0x20 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c))
                                                      : std::string(1, c);
    }
    return out + "\"";
}

/// File names out of host names: one each, without anything that a file name may not hold.
std::string file_name_of(const Host& host, std::set<std::string>& taken) {
    std::string name;
    for (const char c : host.name) {
        name += is_plain(std::string_view(&c, 1)) ? c : '_';
    }
    if (name.empty() || name.front() == '.') {
        name = "host" + name;
    }
    while (!taken.insert(name).second) {
        name += "_";
    }
    return name + ".yaml";
}

class Exporter {
  public:
    explicit Exporter(const Cluster& cluster) : cluster_(cluster), numbers_(cluster.asics().size()) {
        bool any_remote = false;
        for (const Link& link : cluster.links()) {
            any_remote =
                any_remote || cluster.board_of(link.a.asic).host != cluster.board_of(link.b.asic).host;
        }
        needs_ids_ = any_remote;
        for (const Host& host : cluster.hosts()) {
            const std::vector<std::int32_t> numbers = descriptor_chip_numbers(cluster, host);
            std::copy(numbers.begin(), numbers.end(), numbers_.begin() + host.first_asic);
        }
    }

    std::string render(const Host& host) const {
        UmdDescriptor descriptor = describe(cluster_, host, needs_ids_);
        add_links(host, descriptor);
        std::string out;
        Writer writer(descriptor, out);
        writer.per_chip("arch", [](const Chip& chip) {
            return std::string(facts_of(chip.architecture).descriptor_name);
        });
        writer.per_chip("chips", [](const Chip& chip) {
            const auto& at = chip.coordinate;
            return at ? fmt::format("[{}, {}, {}, {}]", at->x, at->y, at->rack, at->shelf) : std::string();
        });
        writer.per_chip("chip_unique_ids", [](const Chip& chip) {
            return chip.unique_id ? fmt::format("{}", *chip.unique_id) : std::string();
        });
        const auto number = [&](std::size_t chip) { return descriptor.chips[chip].chip; };
        writer.list("ethernet_connections", descriptor.links, [&](const UmdDescriptor::LocalLink& link) {
            return fmt::format("[{{chip: {}, chan: {}}}, {{chip: {}, chan: {}}}]", number(link.chip_a),
                               link.channel_a, number(link.chip_b), link.channel_b);
        });
        writer.list("ethernet_connections_to_remote_devices", descriptor.remote_links,
                    [&](const UmdDescriptor::RemoteLink& link) {
                        return fmt::format("[{{chip: {}, chan: {}}}, {{remote_chip_id: {}, chan: {}}}]",
                                           number(link.chip), link.channel, link.remote_unique_id,
                                           link.remote_channel);
                    });
        std::vector<const Chip*> with_pcie;
        for (const std::size_t k : writer.order()) {
            if (descriptor.chips[k].has_pcie) {
                with_pcie.push_back(&descriptor.chips[k]);
            }
        }
        writer.list("chips_with_mmio", with_pcie,
                    [](const Chip* chip) { return fmt::format("{}: {}", chip->chip, chip->device_number); });
        if (!descriptor.io_device_type.empty()) {
            out += fmt::format("io_device_type: {}\n", yaml_text(descriptor.io_device_type));
        }
        writer.per_chip("harvesting", [](const Chip& chip) {
            return chip.harvesting ? text_of(*chip.harvesting) : std::string();
        });
        writer.per_chip("chip_to_bus_id", [](const Chip& chip) {
            return chip.bus >= 0 ? fmt::format("\"0x{:04x}\"", chip.bus) : std::string();
        });
        std::vector<std::size_t> boards(descriptor.boards.size());
        std::iota(boards.begin(), boards.end(), std::size_t{0});
        writer.list("boards", boards, [&](std::size_t board) {
            return fmt::format("[{{board_id: {}}}, {{board_type: {}}}, {{chips: [{}]}}]",
                               *descriptor.boards[board].board_id, name_of(descriptor.boards[board].type),
                               writer.chips_on(board));
        });
        writer.per_chip("asic_locations", [](const Chip& chip) { return fmt::format("{}", *chip.location); });
        writer.per_chip("chip_pci_bdfs",
                        [](const Chip& chip) { return chip.pci ? chip.pci->text() : std::string(); });
        out += fmt::format("cluster_id: {}\n", yaml_text(host.name));
        if (trays_need_telling(descriptor)) {
            writer.per_chip("tt_run_tray_ids",
                            [](const Chip& chip) { return fmt::format("{}", *chip.tray); });
        }
        return out;
    }

  private:
    std::uint64_t id_of(AsicIndex asic) const {
        return cluster_.asic(asic).unique_id.value_or(invented_unique_id(asic.value));
    }

    void add_links(const Host& host, UmdDescriptor& descriptor) const {
        for (std::uint32_t k = host.first_asic; k < host.first_asic + host.asic_count; ++k) {
            const std::size_t chip = k - host.first_asic;
            for (const std::uint32_t at : cluster_.links_of(AsicIndex{k})) {
                const Link& link = cluster_.links()[at];
                const bool is_a = link.a.asic.value == k;
                const LinkEnd& near = is_a ? link.a : link.b;
                const LinkEnd& far = is_a ? link.b : link.a;
                if (!host.holds(far.asic)) {
                    descriptor.remote_links.push_back({chip, near.channel, id_of(far.asic), far.channel, {}});
                } else if (is_a) {
                    descriptor.links.push_back(
                        {chip, near.channel, far.asic.value - host.first_asic, far.channel, {}});
                }
            }
        }
        for (const OpenEnd& end : cluster_.open_ends()) {
            if (host.holds(end.near.asic)) {
                descriptor.remote_links.push_back({end.near.asic.value - host.first_asic,
                                                   end.near.channel,
                                                   end.remote_unique_id,
                                                   end.remote_channel,
                                                   {}});
            }
        }
    }

    const Cluster& cluster_;
    std::vector<std::int32_t> numbers_;
    bool needs_ids_ = false;
};

}  // namespace

std::vector<std::int32_t> descriptor_chip_numbers(const Cluster& cluster, const Host& host) {
    const std::span<const Asic> asics = cluster.asics_of(host);
    std::vector<std::int32_t> numbers;
    std::set<std::int32_t> distinct;
    for (const Asic& asic : asics) {
        numbers.push_back(asic.chip);
        distinct.insert(asic.chip);
    }
    if (distinct.size() == numbers.size() && !distinct.contains(-1)) {
        return numbers;
    }
    std::vector<std::size_t> order(asics.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return asics[a].has_pcie && !asics[b].has_pcie; });
    for (std::size_t k = 0; k < order.size(); ++k) {
        numbers[order[k]] = static_cast<std::int32_t>(k);
    }
    return numbers;
}

std::vector<ExportedFile> export_umd_descriptors(const Cluster& cluster, const std::string& name) {
    std::vector<ExportedFile> files(1);
    files[0].name = name + "_mapping.yaml";
    const Exporter exporter(cluster);
    std::set<std::string> taken{name + "_mapping"};
    std::map<std::uint32_t, std::string> by_rank;
    bool ranked = true;
    std::vector<std::string> names;
    for (const Host& host : cluster.hosts()) {
        files.push_back({file_name_of(host, taken), exporter.render(host)});
        names.push_back(files.back().name);
        ranked = ranked && host.rank && by_rank.emplace(*host.rank, names.back()).second;
    }
    std::string& mapping = files[0].content;
    mapping = "rank_to_cluster_mock_cluster_desc:\n";
    for (std::uint32_t k = 0; !ranked && k < names.size(); ++k) {
        mapping += fmt::format("  {}: \"{}\"\n", k, names[k]);
    }
    for (const auto& [rank, file] : by_rank) {
        mapping += ranked ? fmt::format("  {}: \"{}\"\n", rank, file) : "";
    }
    return files;
}

}  // namespace tt_run::topology
