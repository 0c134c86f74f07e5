#include "topology/physical/synthetic_system.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "support/text.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/galaxy_trays.hpp"
#include "topology/physical/node_wiring.hpp"
#include "topology/physical/synthetic_fault.hpp"
#include "topology/physical/synthetic_string.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using PortRef = NodeWiring::PortRef;
using Wiring = SyntheticString::Wiring;

namespace {

constexpr std::uint32_t kMostCards = 15;

/// A well spread 64-bit number; splitmix64's finisher.
std::uint64_t spread(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
}

/// In the pattern of the vendor's: see reference of each board type in docs/formats/synthetic.md.
std::uint64_t unique_id_of(const Board& board, std::uint32_t host, std::uint32_t location) {
    const std::uint64_t id = *board.board_id;
    switch (board.type) {
        case BoardType::n300: {
            const std::uint64_t squeezed = ((id >> 4U) & 0xF0000000U) | (id & 0x0FFFFFFFU);
            return (std::uint64_t{2 + location} << 32U) | squeezed;
        }
        case BoardType::ubb_wormhole:
            return (std::uint64_t{location} << 56U) | (std::uint64_t{host} << 8U) | board.tray;
        case BoardType::ubb_blackhole:
            return spread((std::uint64_t{host} << 16U) | (board.tray << 8U) | location);
        case BoardType::p150:
        case BoardType::p300:
            return (id << 5U) | location;
        default:
            return id;
    }
}

class Builder {
  public:
    Builder(const SyntheticString& system, const Span& text, DiagnosticSink& sink)
        : system_(system),
          machine_(*system.machine),
          sink_(sink),
          assembly_(Origin::synthetic, std::string(text.text())),
          wiring_(assembly_) {}

    std::optional<Cluster> build() {
        if (!plan_hosts()) {
            return std::nullopt;
        }
        for (std::uint32_t host = 0; host < hosts_; ++host) {
            add_host(host);
        }
        const support::ErrorWatch watch(sink_);
        wire();
        std::optional<Cluster> cluster = std::move(assembly_).finish(sink_);
        return watch.saw_error() ? std::nullopt : std::move(cluster);
    }

  private:
    bool plan_hosts() {
        hosts_ = system_.site != nullptr ? system_.site->hosts : system_.count;
        boards_ = machine_.boards;
        if (machine_.is_card) {
            boards_ = system_.count;
            hosts_ = 1;
            field_ = machine_of_cards(machine_.board, boards_);
            if (boards_ > kMostCards) {
                sink_.report(Diagnostic(kSyntheticTooLarge, system_.count_span,
                                        fmt::format("{} cards do not fit into one host; the most is {}",
                                                    boards_, kMostCards))
                                 .help("multiply a machine such as `t3k` for more hosts"));
                return false;
            }
        }
        const std::uint64_t chips = std::uint64_t{hosts_} * boards_ * facts_of(machine_.board).chips;
        if (chips > kMostSyntheticChips) {
            sink_.report(Diagnostic(
                kSyntheticTooLarge, system_.count_span,
                fmt::format("that is {} chips; at most {} are imagined", chips, kMostSyntheticChips)));
            return false;
        }
        return true;
    }

    const SyntheticMachine& cabling() const { return field_ != nullptr ? *field_ : machine_; }

    std::uint32_t bus_of(std::uint32_t tray, std::uint32_t location) const {
        if (const auto bus = galaxy_bus(machine_.board, {tray, location})) {
            return *bus;
        }
        const std::vector<std::uint32_t> none;
        const MachineFacts* slots = find_machine(cabling().motherboard, none);
        return slots != nullptr && tray <= slots->buses.size() ? slots->buses[tray - 1] : tray * 0x10 + 1;
    }

    void add_host(std::uint32_t index) {
        Host host;
        host.name = fmt::format("host-{}", index);
        host.motherboard = cabling().motherboard;
        host.rank = index;
        host.io_device_type = "PCIe";
        const std::uint32_t node = wiring_.add_node(host);
        number_chips();
        const std::uint32_t chips = facts_of(machine_.board).chips;
        for (std::uint32_t tray = 1; tray <= boards_; ++tray) {
            Board board;
            board.tray = tray;
            board.type = machine_.board;
            // All trays of a Galaxy carry the id of the machine.
            const bool galaxy = is_galaxy_tray(board.type);
            const std::uint64_t id =
                imagined_board_id(board.type, std::uint64_t{index} * 16 + (galaxy ? 0 : tray));
            board.board_id = machine_.is_revision_c ? in_revision_c(id) : id;
            wiring_.add_board(node, board, [&](Asic& asic) {
                const BoardFacts& facts = facts_of(board.type);
                const std::size_t slot = (tray - 1) * chips + asic.location - facts.first_location;
                asic.unique_id = unique_id_of(board, index, asic.location);
                asic.chip = static_cast<std::int32_t>(numbers_[slot]);
                asic.bus = static_cast<std::int32_t>(bus_of(tray, asic.location));
                if (asic.has_pcie) {
                    asic.device_number = asic.chip;
                    const auto function =
                        static_cast<std::uint8_t>(board.type == BoardType::p300 ? asic.location : 0);
                    asic.pci = PciAddress{0, static_cast<std::uint8_t>(asic.bus), function, 0};
                }
                asic.harvesting = Harvesting{true, (1U << facts.expected_harvested_tensix) - 1U,
                                             0,    facts.expected_ethernet_mask,
                                             0,    0};
            });
        }
        for (const MachineCable& cable : cabling().cables) {
            wiring_.cable({node, cable.tray_a, cable.type, cable.port_a},
                          {node, cable.tray_b, cable.type, cable.port_b}, {}, {64, cabling().crossed});
        }
    }

    /// Chips with PCIe by bus, then the ones behind them in the same order: as the vendor's library counts.
    void number_chips() {
        if (!numbers_.empty()) {
            return;  // every host is alike
        }
        struct Slot {
            bool remote;
            std::uint32_t bus;
            std::uint32_t location;
            std::size_t at;
        };
        const BoardFacts& facts = facts_of(machine_.board);
        std::vector<Slot> slots;
        for (std::uint32_t tray = 1; tray <= boards_; ++tray) {
            for (std::uint32_t k = 0; k < facts.chips; ++k) {
                const std::uint32_t location = facts.first_location + k;
                slots.push_back({k >= facts.pcie_chips, bus_of(tray, location), location, slots.size()});
            }
        }
        std::stable_sort(slots.begin(), slots.end(), [](const Slot& a, const Slot& b) {
            return std::tie(a.remote, a.bus, a.location) < std::tie(b.remote, b.bus, b.location);
        });
        numbers_.resize(slots.size());
        for (std::size_t k = 0; k < slots.size(); ++k) {
            numbers_[slots[k].at] = static_cast<std::uint32_t>(k);
        }
    }

    void wire() {
        if (system_.site != nullptr) {
            for (const SiteCable& cable : system_.site->cables) {
                wiring_.cable({cable.host_a, cable.a.tray, PortType::qsfp_dd, cable.a.port},
                              {cable.host_b, cable.b.tray, PortType::qsfp_dd, cable.b.port});
            }
            return;
        }
        const bool has_edges = !machine_.north.empty();
        switch (system_.wiring) {
            case Wiring::usual:
                if (hosts_ > 1 && has_edges) {
                    wire_grid(1, hosts_, false, false);
                }
                return;
            case Wiring::none:
                return;
            case Wiring::line:
                return wire_grid(1, hosts_, false, false);
            case Wiring::ring:
                return wire_grid(1, hosts_, false, true);
            case Wiring::mesh:
            case Wiring::torus: {
                const bool wraps = system_.wiring == Wiring::torus;
                const std::uint32_t rows = system_.rows != 0 ? system_.rows : squarest(hosts_);
                return wire_grid(rows, hosts_ / rows, wraps, wraps);
            }
            case Wiring::all_to_all:
                for (std::uint32_t a = 0; a < hosts_ && !failed_; ++a) {
                    for (std::uint32_t b = a + 1; b < hosts_ && !failed_; ++b) {
                        join_by_free_ports(a, b);
                    }
                }
                return;
        }
    }

    static std::uint32_t squarest(std::uint32_t count) {
        std::uint32_t rows = 1;
        for (std::uint32_t r = 1; r <= count / r; ++r) {
            rows = count % r == 0 ? r : rows;
        }
        return rows;
    }

    void fail(std::string message, std::string help) {
        if (!failed_) {
            sink_.report(Diagnostic(kSyntheticWiring,
                                    system_.wiring_span ? system_.wiring_span : system_.word,
                                    std::move(message))
                             .help(std::move(help)));
        }
        failed_ = true;
    }

    void wire_grid(std::uint32_t rows, std::uint32_t columns, bool wrap_rows, bool wrap_columns) {
        const bool by_links = system_.links.has_value();
        const bool line = rows == 1 && !wrap_rows;
        // Two hosts in a circle are one pair: it gets its links once.
        wrap_rows = wrap_rows && !(by_links && rows == 2);
        wrap_columns = wrap_columns && !(by_links && columns == 2);
        if (!by_links && machine_.north.empty()) {
            return fail(fmt::format("a `{}` has no edges to join to its neighbours", machine_.word),
                        "say how many links a pair of hosts has, as in `@ring:2`");
        }
        if (!by_links && machine_.east.empty() && !line) {
            return fail(fmt::format("a `{}` has a north and a south edge only; it stands in a line or a ring",
                                    machine_.word),
                        "use `@line` or `@ring`, or say how many links a pair has");
        }
        for (std::uint32_t row = 0; row < rows && !failed_; ++row) {
            for (std::uint32_t column = 0; column < columns && !failed_; ++column) {
                const std::uint32_t here = row * columns + column;
                if (column + 1 < columns || wrap_columns) {
                    join(here, row * columns + (column + 1) % columns, true);
                }
                if (row + 1 < rows || wrap_rows) {
                    join(here, (row + 1) % rows * columns + column, false);
                }
            }
        }
    }

    void join(std::uint32_t from, std::uint32_t to, bool eastward) {
        if (system_.links) {
            if (from != to) {
                join_by_free_ports(from, to);
            }
            return;
        }
        if (machine_.east.empty()) {
            return join_narrow(from, to);
        }
        join_edges(from, eastward ? machine_.east : machine_.south, to,
                   eastward ? machine_.west : machine_.north);
    }

    /// Machines with two edges only. Two of them alone are joined by both, port to like port, as in the
    /// field.
    void join_narrow(std::uint32_t from, std::uint32_t to) {
        if (hosts_ == 2 && from < to) {
            join_edges(from, machine_.north, to, machine_.north);
            join_edges(from, machine_.south, to, machine_.south);
        } else if (hosts_ != 2 && from != to) {
            join_edges(from, machine_.south, to, machine_.north);
        }
    }

    void join_edges(std::uint32_t from, const std::vector<EdgePort>& near, std::uint32_t to,
                    const std::vector<EdgePort>& far) {
        for (std::size_t k = 0; k < near.size(); ++k) {
            const PortRef a{from, near[k].tray, PortType::qsfp_dd, near[k].port};
            const PortRef b{to, far[k].tray, PortType::qsfp_dd, far[k].port};
            if (wiring_.cable(a, b) != NodeWiring::Outcome::cabled) {
                return fail(
                    fmt::format("host-{} and host-{} cannot be joined: QSFP-DD port {} of tray {} is in use",
                                from, to, wiring_.in_use(a) ? a.number : b.number,
                                wiring_.in_use(a) ? a.tray : b.tray),
                    fmt::format("a plain mesh leaves its edges free; `{}` cables them within the host",
                                machine_.word));
            }
        }
    }

    /// The order in which free ports are handed out: those at the sides of a Galaxy's rows first, so that one
    /// whose columns are closed hands out the same.
    std::vector<PortRef> ports_to_hand_out(std::uint32_t host) const {
        std::vector<PortRef> ports = wiring_.free_ports(host, PortType::qsfp_dd);
        const auto rank = [&](const PortRef& port) {
            return is_galaxy_tray(machine_.board) && port.number <= 2 ? 1 : 0;
        };
        std::stable_sort(ports.begin(), ports.end(),
                         [&](const PortRef& a, const PortRef& b) { return rank(a) < rank(b); });
        return ports;
    }

    void join_by_free_ports(std::uint32_t a, std::uint32_t b) {
        const std::vector<PortRef> near = ports_to_hand_out(a);
        const std::vector<PortRef> far = ports_to_hand_out(b);
        std::uint32_t wanted = system_.links.value_or(0);
        for (std::size_t k = 0; k == 0 || wanted > 0; ++k) {
            if (k >= near.size() || k >= far.size()) {
                const std::uint32_t full = k >= near.size() ? a : b;
                return fail(
                    fmt::format("host-{} and host-{} need more links, but host-{} has no free port left", a,
                                b, full),
                    "ask for fewer links between each pair");
            }
            const auto lanes = static_cast<std::uint32_t>(wiring_.find(near[k])->lane_count);
            const std::uint32_t taken = wanted == 0 ? lanes : std::min(lanes, wanted);
            wiring_.cable(near[k], far[k], {}, {taken, false});
            wanted -= std::min(wanted, taken);
        }
    }

    const SyntheticString& system_;
    const SyntheticMachine& machine_;
    const SyntheticMachine* field_ = nullptr;
    DiagnosticSink& sink_;
    ClusterAssembly assembly_;
    NodeWiring wiring_;
    std::uint32_t hosts_ = 0;
    std::uint32_t boards_ = 0;
    std::vector<std::uint32_t> numbers_;  ///< chip numbers by slot
    bool failed_ = false;
};

}  // namespace

std::vector<SyntheticWord> synthetic_words() {
    std::vector<SyntheticWord> words;
    for (const SyntheticMachine& machine : synthetic_machines()) {
        words.push_back({machine.word, machine.description, 1,
                         static_cast<std::uint32_t>(machine.boards) * facts_of(machine.board).chips});
    }
    for (const SyntheticSite& site : synthetic_sites()) {
        const SyntheticMachine& machine = *find_synthetic_machine(site.machine);
        words.push_back(
            {site.word, site.description, site.hosts,
             static_cast<std::uint32_t>(site.hosts) * machine.boards * facts_of(machine.board).chips});
    }
    return words;
}

bool looks_synthetic(std::string_view text) {
    for (const SyntheticWord& word : synthetic_words()) {
        if (!text.starts_with(word.word)) {
            continue;
        }
        const std::string_view rest = text.substr(word.word.size());
        const bool fault = rest.starts_with("-link:") || rest.starts_with("-chip:") ||
                           rest.starts_with("-board:") || rest.starts_with("-host:");
        if (rest.empty() || rest[0] == '*' || rest[0] == '@' || rest[0] == ' ' || fault) {
            return true;
        }
    }
    return false;
}

std::optional<Cluster> build_synthetic(const Span& text, DiagnosticSink& sink) {
    const std::optional<SyntheticString> system = parse_synthetic(text, sink);
    if (!system) {
        return std::nullopt;
    }
    std::optional<Cluster> whole = Builder(*system, text, sink).build();
    if (!whole || system->faults.empty()) {
        return whole;
    }
    return inject_faults(*whole, system->faults, sink);
}

std::optional<Cluster> build_synthetic(std::string_view text, DiagnosticSink& sink) {
    const support::SourceTextPtr source = support::make_source_text("<--cluster>", std::string(text));
    return build_synthetic(Span{source, 0, text.size()}, sink);
}

}  // namespace tt_run::topology
