#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "topology/physical/cluster_assembly.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/system_descriptor.hpp"
#include "topology/physical/text_field.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using support::YamlEntry;
using support::YamlNode;

namespace {

constexpr std::uint32_t kMostChannel = 1U << 20U;

/// Collects hosts, boards and chips under the names that the descriptor gives them.
class Collector {
  public:
    explicit Collector(ClusterAssembly& assembly) : assembly_(assembly) {}

    void host(const std::string& name, const Span& place) {
        const auto [at, is_new] = hosts_.try_emplace(name, HostRow{});
        if (is_new) {
            at->second.host.name = name;
            at->second.place = place;
            names_.push_back(name);
        }
    }
    Host& host_row(const std::string& name) { return hosts_[name].host; }

    void chip(const std::string& host_name, std::uint32_t tray, BoardType type, const Asic& asic,
              const Span& place) {
        chips_.push_back({host_name, tray, type, asic, place});
    }

    /// Hands everything to the assembly; from here on `ref_of_...` work.
    void flush() {
        std::map<std::string, std::uint32_t> host_refs;
        for (const std::string& name : names_) {
            host_refs[name] = assembly_.add_host(hosts_[name].host, hosts_[name].place);
        }
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> boards;
        for (Row& row : chips_) {
            const std::uint32_t host_ref = host_refs[row.host];
            const auto [board, is_new] = boards.try_emplace({host_ref, row.tray}, 0U);
            if (is_new) {
                Board one;
                one.tray = row.tray;
                one.type = row.type;
                board->second = assembly_.add_board(host_ref, one, row.place);
            }
            // These files do not say which chips have PCIe; on all boards but the N300 every one does.
            row.asic.has_pcie =
                row.type == BoardType::n300 ? row.asic.location == 0 : facts_of(row.type).pcie_chips > 0;
            const std::uint32_t ref = assembly_.add_asic(board->second, row.asic, row.place);
            by_place_[{row.host, row.tray, row.asic.location}] = ref;
            if (row.asic.unique_id) {
                by_id_[*row.asic.unique_id] = ref;
            }
        }
    }

    std::optional<std::uint32_t> ref_of_id(std::uint64_t id) const {
        const auto at = by_id_.find(id);
        return at == by_id_.end() ? std::nullopt : std::optional(at->second);
    }
    std::optional<std::uint32_t> ref_of_place(const std::string& host_name, std::uint32_t tray,
                                              std::uint32_t location) const {
        const auto at = by_place_.find({host_name, tray, location});
        return at == by_place_.end() ? std::nullopt : std::optional(at->second);
    }

  private:
    struct HostRow {
        Host host;
        Span place;
    };
    struct Row {
        std::string host;
        std::uint32_t tray;
        BoardType type;
        Asic asic;
        Span place;
    };

    ClusterAssembly& assembly_;
    std::vector<std::string> names_;
    std::map<std::string, HostRow> hosts_;
    std::vector<Row> chips_;
    std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, std::uint32_t> by_place_;
    std::map<std::uint64_t, std::uint32_t> by_id_;
};

class TextReader {
  public:
    TextReader(const TextMessage& root, DiagnosticSink& sink)
        : root_(root),
          sink_(sink),
          assembly_(Origin::imported, root.span.source->name()),
          known_(assembly_) {}

    std::optional<Cluster> read() {
        const support::ErrorWatch watch(sink_);
        read_chips();
        read_hosts();
        known_.flush();
        read_links();
        std::optional<Cluster> cluster = std::move(assembly_).finish(sink_);
        return watch.saw_error() ? std::nullopt : std::move(cluster);
    }

  private:
    std::uint32_t small(const TextMessage& message, std::string_view name) {
        return static_cast<std::uint32_t>(number_in(message, name, sink_));
    }

    void read_chips() {
        for (const TextMessage* entry : root_.messages("asic_descriptors")) {
            const auto inner = entry->messages("asic_descriptor");
            if (inner.empty()) {
                sink_.report(
                    Diagnostic(kClusterMissingField, entry->span, "`asic_descriptor` is missing here"));
                continue;
            }
            const TextMessage& chip = *inner.back();
            const std::string host_name = text_in(chip, "host_name", sink_);
            const std::uint32_t number = small(chip, "board_type");
            const auto type = board_type_of_vendor_number(number);
            if (!type) {
                sink_.report(Diagnostic(kUnknownBoardType, chip.span,
                                        fmt::format("{} is no number of a board type that we know", number)));
            }
            Asic asic;
            asic.location = small(chip, "asic_location");
            asic.unique_id = number_in(*entry, "asic_id", sink_, UINT64_MAX);
            if (const TextMessage::Field* id = chip.find("umd_unique_id"); id != nullptr) {
                asic.chip = static_cast<std::int32_t>(number_in(chip, "umd_unique_id", sink_, INT32_MAX));
            }
            known_.host(host_name, chip.span);
            known_.chip(host_name, small(chip, "tray_id"), type.value_or(BoardType::unknown), asic,
                        chip.span);
        }
    }

    void read_hosts() {
        for (const TextMessage* entry : root_.messages("host_to_mobo_name")) {
            const std::string name = text_in(*entry, "host_name", sink_);
            known_.host(name, entry->span);
            known_.host_row(name).motherboard = text_in(*entry, "mobo_name", sink_);
        }
        for (const TextMessage* entry : root_.messages("host_to_rank")) {
            const std::string name = text_in(*entry, "host_name", sink_);
            known_.host(name, entry->span);
            known_.host_row(name).rank = small(*entry, "rank");
        }
        const auto firmware = root_.messages("ethernet_firmware_version");
        for (const TextMessage* entry : root_.messages("asic_descriptors")) {
            for (const TextMessage* chip : entry->messages("asic_descriptor")) {
                if (!firmware.empty()) {
                    known_.host_row(text_in(*chip, "host_name", sink_)).ethernet_firmware =
                        fmt::format("{}.{}.{}", small(*firmware.back(), "major"),
                                    small(*firmware.back(), "minor"), small(*firmware.back(), "patch"));
                }
            }
        }
    }

    struct Seen {
        std::uint32_t far;
        std::uint64_t far_id;
        std::uint32_t far_channel;
        Span place;
    };

    /// Every link stands here twice, once from each end.
    void read_links() {
        std::map<std::pair<std::uint32_t, std::uint32_t>, Seen> seen;
        for (const TextMessage* graph : root_.messages("system_graph")) {
            for (const TextMessage* host : graph->messages("asic_connectivity_graph")) {
                for (const TextMessage* asic : host->messages("asic_topologies")) {
                    for (const TextMessage* topology : asic->messages("topology")) {
                        read_edges(*asic, *topology, seen);
                    }
                }
            }
        }
        for (const auto& [near, far] : seen) {
            const auto back = seen.find({far.far, far.far_channel});
            if (back == seen.end()) {
                sink_.report(
                    Diagnostic(kOneSidedLink, far.place,
                               fmt::format("the link on channel {} is listed from one of its ends only; "
                                           "it is dropped",
                                           near.second))
                        .note("a link counts when both ends see it"));
                assembly_.add_open_end(near.first, near.second, far.far_id, far.far_channel, far.place);
            } else if (back->second.far != near.first || back->second.far_channel != near.second) {
                sink_.report(
                    Diagnostic(kContradictoryLink, far.place,
                               fmt::format("the two ends of the link on channel {} contradict each other",
                                           near.second))
                        .also(back->second.place, "the other end names another peer"));
            } else if (near <= back->first) {
                assembly_.add_link(near.first, near.second, far.far, far.far_channel, far.place);
            }
        }
    }

    void read_edges(const TextMessage& asic, const TextMessage& topology,
                    std::map<std::pair<std::uint32_t, std::uint32_t>, Seen>& seen) {
        const auto near = known(asic, "asic_id");
        for (const TextMessage* edge : topology.messages("asic_connections")) {
            const auto far = known(*edge, "dst_asic_id");
            const std::uint64_t far_id = far ? number_in(*edge, "dst_asic_id", sink_, UINT64_MAX) : 0;
            for (const TextMessage* link : edge->messages("eth_connections")) {
                const auto near_channel =
                    static_cast<std::uint32_t>(number_in(*link, "src_chan", sink_, kMostChannel));
                const auto far_channel =
                    static_cast<std::uint32_t>(number_in(*link, "dst_chan", sink_, kMostChannel));
                if (!near || !far) {
                    continue;
                }
                const auto [at, is_new] =
                    seen.try_emplace({*near, near_channel}, Seen{*far, far_id, far_channel, link->span});
                if (!is_new && (at->second.far != *far || at->second.far_channel != far_channel)) {
                    sink_.report(Diagnostic(kContradictoryLink, link->span,
                                            fmt::format("channel {} is linked to two ends", near_channel))
                                     .also(at->second.place, "the other link"));
                }
            }
        }
    }

    std::optional<std::uint32_t> known(const TextMessage& message, std::string_view name) {
        const std::uint64_t id = number_in(message, name, sink_, UINT64_MAX);
        const auto ref = known_.ref_of_id(id);
        if (!ref) {
            const TextMessage::Field* field = message.find(name);
            sink_.report(Diagnostic(kUnknownChip, field == nullptr ? message.span : field->scalar.span,
                                    fmt::format("chip `{}` is not among the `asic_descriptors`", id)));
        }
        return ref;
    }

    const TextMessage& root_;
    DiagnosticSink& sink_;
    ClusterAssembly assembly_;
    Collector known_;
};

class DumpReader {
  public:
    DumpReader(const support::SourceTextPtr& source, const YamlNode& root, DiagnosticSink& sink)
        : root_(root), sink_(sink), assembly_(Origin::imported, source->name()), known_(assembly_) {}

    std::optional<Cluster> read() {
        const support::ErrorWatch watch(sink_);
        const YamlNode* hosts = require(root_, "compute_node_specs", sink_);
        if (hosts != nullptr && expect_kind(*hosts, YamlNode::Kind::mapping, "map of hosts", sink_)) {
            for (const YamlEntry& entry : hosts->entries) {
                read_host(entry);
            }
        }
        known_.flush();
        for (const std::string_view key : {"local_eth_connections", "global_eth_connections"}) {
            read_links(key);
        }
        std::optional<Cluster> cluster = std::move(assembly_).finish(sink_);
        return watch.saw_error() ? std::nullopt : std::move(cluster);
    }

  private:
    std::uint32_t number(const YamlNode& map, std::string_view key, std::uint64_t most = UINT32_MAX) {
        const YamlNode* value = require(map, key, sink_);
        return value == nullptr
                   ? 0U
                   : static_cast<std::uint32_t>(read_number(*value, key, sink_, most).value_or(0));
    }

    void read_host(const YamlEntry& entry) {
        const std::string& name = entry.key.value;
        known_.host(name, entry.key.span);
        if (const YamlNode* motherboard = entry.value.find("motherboard")) {
            known_.host_row(name).motherboard = read_word(*motherboard, "motherboard", sink_).value_or("");
        }
        const YamlNode* boards = require(entry.value, "asic_info", sink_);
        if (boards == nullptr || !expect_kind(*boards, YamlNode::Kind::sequence, "list of boards", sink_)) {
            return;
        }
        for (const YamlNode& board : boards->items) {
            const std::uint32_t tray = number(board, "tray_id");
            const YamlNode* type_node = require(board, "board_type", sink_);
            const auto type_name =
                type_node == nullptr ? std::nullopt : read_word(*type_node, "board type", sink_);
            const auto type = type_name ? parse_board_type(*type_name) : std::nullopt;
            if (type_name && !type) {
                sink_.report(Diagnostic(kUnknownBoardType, type_node->span,
                                        fmt::format("`{}` is no board type that we know", *type_name)));
            }
            const YamlNode* asics = require(board, "asics", sink_);
            if (asics == nullptr || !expect_kind(*asics, YamlNode::Kind::sequence, "list of ASICs", sink_)) {
                continue;
            }
            for (const YamlNode& item : asics->items) {
                Asic asic;
                asic.location = number(item, "asic_location");
                if (const YamlNode* id = item.find("asic_id")) {
                    asic.unique_id = read_number(*id, "ASIC id", sink_);
                }
                known_.chip(name, tray, type.value_or(BoardType::unknown), asic, item.span);
            }
        }
    }

    struct End {
        std::uint32_t asic;
        std::uint32_t channel;
    };

    std::optional<End> read_end(const YamlNode& node) {
        if (!expect_kind(node, YamlNode::Kind::mapping, "link end", sink_)) {
            return std::nullopt;
        }
        const YamlNode* host_node = require(node, "host_name", sink_);
        const auto host_name =
            host_node == nullptr ? std::nullopt : read_word(*host_node, "host name", sink_);
        const std::uint32_t tray = number(node, "tray_id");
        const std::uint32_t location = number(node, "asic_location");
        const std::uint32_t channel = number(node, "chan_id", kMostChannel);
        if (!host_name) {
            return std::nullopt;
        }
        const auto asic = known_.ref_of_place(*host_name, tray, location);
        if (!asic) {
            sink_.report(Diagnostic(kUnknownChip, node.span,
                                    fmt::format("there is no chip at `{}/{}/{}` under `compute_node_specs`",
                                                *host_name, tray, location)));
            return std::nullopt;
        }
        return End{*asic, channel};
    }

    void read_links(std::string_view key) {
        const YamlNode* list = root_.find(key);
        if (list == nullptr || list->is_null() ||
            !expect_kind(*list, YamlNode::Kind::sequence, "list of links", sink_)) {
            return;
        }
        const std::size_t errors_before = sink_.errors();
        for (const YamlNode& item : list->items) {
            if (sink_.errors() - errors_before > kMostErrorsInList) {
                return;
            }
            if (!item.is_sequence() || item.items.size() != 2) {
                sink_.report(
                    Diagnostic(kClusterBadValue, item.span, "expected a link: a list of its two ends"));
                continue;
            }
            const auto a = read_end(item.items[0]);
            const auto b = read_end(item.items[1]);
            if (a && b) {
                assembly_.add_link(a->asic, a->channel, b->asic, b->channel, item.items[0].span);
            }
        }
    }

    const YamlNode& root_;
    DiagnosticSink& sink_;
    ClusterAssembly assembly_;
    Collector known_;
};

}  // namespace

bool looks_like_physical_system_descriptor(const TextMessage& root) {
    return root.find("asic_descriptors") != nullptr || root.find("system_graph") != nullptr;
}

std::optional<Cluster> read_physical_system_descriptor(const TextMessage& root, DiagnosticSink& sink) {
    return TextReader(root, sink).read();
}

bool looks_like_physical_system_dump(const YamlNode& root) {
    return root.find("compute_node_specs") != nullptr;
}

std::optional<Cluster> read_physical_system_dump(const support::SourceTextPtr& source, const YamlNode& root,
                                                 DiagnosticSink& sink) {
    return DumpReader(source, root, sink).read();
}

}  // namespace tt_run::topology
