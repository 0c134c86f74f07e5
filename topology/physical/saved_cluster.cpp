#include "topology/physical/saved_cluster.hpp"

#include <fmt/format.h>

#include "topology/physical/cluster_assembly.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::YamlNode;

namespace {

class Reader {
  public:
    Reader(const YamlNode& root, ClusterAssembly& assembly, DiagnosticSink& sink)
        : root_(root), assembly_(assembly), sink_(sink) {}

    void read() {
        if (const YamlNode* known = root_.find("links_known")) {
            if (!read_truth(*known, "truth", sink_).value_or(true)) {
                assembly_.set_links_unknown();
            }
        }
        const YamlNode* hosts = list(root_, "hosts");
        for (std::size_t k = 0; hosts != nullptr && k < hosts->items.size(); ++k) {
            read_host(hosts->items[k]);
        }
        read_links();
        read_open_ends();
    }

  private:
    const YamlNode* list(const YamlNode& map, std::string_view key) {
        if (!expect_kind(map, YamlNode::Kind::mapping, "map", sink_)) {
            return nullptr;
        }
        const YamlNode* value = require(map, key, sink_);
        return value != nullptr && expect_kind(*value, YamlNode::Kind::sequence, key, sink_) ? value
                                                                                             : nullptr;
    }

    void text(const YamlNode& map, std::string_view key, std::string& into) {
        if (const YamlNode* value = map.find(key)) {
            into = read_word(*value, key, sink_).value_or("");
        }
    }

    std::optional<std::uint32_t> number(const YamlNode& map, std::string_view key, bool required = false) {
        const YamlNode* value = required ? require(map, key, sink_) : map.find(key);
        const auto found = value == nullptr ? std::nullopt : read_number(*value, key, sink_, UINT32_MAX);
        return found ? std::optional(static_cast<std::uint32_t>(*found)) : std::nullopt;
    }

    std::optional<std::uint64_t> wide_number(const YamlNode& map, std::string_view key) {
        const YamlNode* value = map.find(key);
        return value == nullptr ? std::nullopt : read_number(*value, key, sink_);
    }

    std::int32_t signed_number(const YamlNode& map, std::string_view key) {
        const YamlNode* value = map.find(key);
        return value == nullptr ? -1 : read_signed(*value, key, sink_).value_or(-1);
    }

    void read_host(const YamlNode& node) {
        const YamlNode* boards = list(node, "boards");
        if (boards == nullptr || require(node, "name", sink_) == nullptr) {
            return;
        }
        Host host;
        text(node, "name", host.name);
        text(node, "motherboard", host.motherboard);
        host.rank = number(node, "rank");
        text(node, "io_device_type", host.io_device_type);
        text(node, "ethernet_firmware", host.ethernet_firmware);
        text(node, "firmware_bundle", host.firmware_bundle);
        text(node, "driver_version", host.driver_version);
        text(node, "hall", host.hall);
        text(node, "aisle", host.aisle);
        host.rack = number(node, "rack");
        host.shelf = number(node, "shelf");
        text(node, "group", host.group);
        const std::uint32_t ref = assembly_.add_host(std::move(host), node.find("name")->span);
        for (const YamlNode& board : boards->items) {
            read_board(ref, board);
        }
    }

    void read_board(std::uint32_t host, const YamlNode& node) {
        const YamlNode* asics = list(node, "asics");
        const YamlNode* type_node = asics == nullptr ? nullptr : require(node, "type", sink_);
        if (type_node == nullptr) {
            return;
        }
        Board board;
        board.tray = number(node, "tray", true).value_or(0);
        const auto type = type_node->is_scalar() ? parse_board_type(type_node->text) : std::nullopt;
        if (!type) {
            sink_.report(Diagnostic(kClusterBadValue, type_node->span,
                                    fmt::format("`{}` is no board type that we know", type_node->text)));
        }
        board.type = type.value_or(BoardType::unknown);
        if (const YamlNode* name = node.find("architecture")) {
            const auto architecture = name->is_scalar() ? parse_architecture(name->text) : std::nullopt;
            if (!architecture) {
                sink_.report(
                    Diagnostic(kClusterBadValue, name->span, "this is no architecture that we know"));
            }
            board.architecture = architecture.value_or(ChipArchitecture::unknown);
        }
        board.board_id = wide_number(node, "board_id");
        const std::uint32_t ref = assembly_.add_board(host, board, type_node->span);
        for (const YamlNode& asic : asics->items) {
            read_asic(ref, asic);
        }
    }

    void read_asic(std::uint32_t board, const YamlNode& node) {
        if (!expect_kind(node, YamlNode::Kind::mapping, "ASIC", sink_)) {
            return;
        }
        Asic asic;
        asic.location = number(node, "location", true).value_or(0);
        asic.unique_id = wide_number(node, "unique_id");
        asic.chip = signed_number(node, "chip");
        if (const YamlNode* pcie = node.find("pcie")) {
            asic.has_pcie = read_truth(*pcie, "truth", sink_).value_or(false);
        }
        asic.device_number = signed_number(node, "device");
        asic.bus = signed_number(node, "bus");
        asic.numa_node = signed_number(node, "numa_node");
        if (const YamlNode* pci = node.find("pci")) {
            asic.pci = pci->is_scalar() ? PciAddress::parse(pci->text) : std::nullopt;
            if (!asic.pci) {
                sink_.report(
                    Diagnostic(kClusterBadValue, pci->span, "expected a PCI function, `dddd:bb:dd.f`"));
            }
        }
        if (const YamlNode* at = node.find("ethernet_coordinate")) {
            asic.coordinate = read_coordinate(*at);
        }
        if (const YamlNode* off = node.find("harvesting");
            off != nullptr && expect_kind(*off, YamlNode::Kind::mapping, "set of masks", sink_)) {
            Harvesting harvesting;
            const YamlNode* translation = require(*off, "noc_translation", sink_);
            harvesting.noc_translation =
                translation != nullptr && read_truth(*translation, "truth", sink_).value_or(false);
            harvesting.tensix = number(*off, "tensix").value_or(0);
            harvesting.dram = number(*off, "dram").value_or(0);
            harvesting.ethernet = number(*off, "ethernet").value_or(0);
            harvesting.pcie = number(*off, "pcie").value_or(0);
            harvesting.l2cpu = number(*off, "l2cpu").value_or(0);
            asic.harvesting = harvesting;
        }
        refs_.push_back(assembly_.add_asic(board, asic, node.span));
    }

    std::optional<EthernetCoordinate> read_coordinate(const YamlNode& node) {
        std::int32_t numbers[4] = {0, 0, 0, 0};
        if (!node.is_sequence() || node.items.size() != 4) {
            sink_.report(Diagnostic(kClusterBadValue, node.span, "expected four numbers: x, y, rack, shelf"));
            return std::nullopt;
        }
        for (std::size_t k = 0; k < 4; ++k) {
            numbers[k] = read_signed(node.items[k], "coordinate", sink_).value_or(0);
        }
        return EthernetCoordinate{numbers[0], numbers[1], numbers[2], numbers[3]};
    }

    std::optional<std::uint32_t> asic_at(const YamlNode& node) {
        const auto position = read_number(node, "ASIC's position", sink_);
        if (position && *position >= refs_.size()) {
            sink_.report(
                Diagnostic(kUnknownChip, node.span,
                           fmt::format("there is no ASIC {}; the file has {}, numbered from 0 in its order",
                                       *position, refs_.size())));
            return std::nullopt;
        }
        return position ? std::optional(refs_[*position]) : std::nullopt;
    }

    bool is_row(const YamlNode& row) {
        if (row.is_sequence() && row.items.size() == 4) {
            return true;
        }
        sink_.report(
            Diagnostic(kClusterBadValue, row.span, "expected a row of four: ASIC, channel, ASIC, channel"));
        return false;
    }

    std::optional<std::uint32_t> channel(const YamlNode& node) {
        const auto number_read = read_number(node, "channel", sink_, UINT32_MAX);
        return number_read ? std::optional(static_cast<std::uint32_t>(*number_read)) : std::nullopt;
    }

    void read_links() {
        const YamlNode* rows = list(root_, "links");
        const std::size_t errors_before = sink_.errors();
        for (std::size_t k = 0; rows != nullptr && k < rows->items.size(); ++k) {
            if (sink_.errors() - errors_before > kMostErrorsInList) {
                return;
            }
            const YamlNode& row = rows->items[k];
            if (!is_row(row)) {
                continue;
            }
            const auto a = asic_at(row.items[0]);
            const auto a_channel = channel(row.items[1]);
            const auto b = asic_at(row.items[2]);
            const auto b_channel = channel(row.items[3]);
            if (a && b && a_channel && b_channel) {
                assembly_.add_link(*a, *a_channel, *b, *b_channel, row.span);
            }
        }
    }

    void read_open_ends() {
        const YamlNode* rows = root_.find("open_ends");
        if (rows == nullptr || !expect_kind(*rows, YamlNode::Kind::sequence, "open_ends", sink_)) {
            return;
        }
        const std::size_t errors_before = sink_.errors();
        for (const YamlNode& row : rows->items) {
            if (sink_.errors() - errors_before > kMostErrorsInList) {
                return;
            }
            if (!is_row(row)) {
                continue;
            }
            const auto asic = asic_at(row.items[0]);
            const auto near = channel(row.items[1]);
            const auto remote = read_number(row.items[2], "unique id", sink_);
            const auto far = channel(row.items[3]);
            if (asic && near && remote && far) {
                assembly_.add_open_end(*asic, *near, *remote, *far, row.span);
            }
        }
    }

    const YamlNode& root_;
    ClusterAssembly& assembly_;
    DiagnosticSink& sink_;
    std::vector<std::uint32_t> refs_;
};

}  // namespace

bool looks_like_saved_cluster(const YamlNode& root) {
    const YamlNode* schema = root.find("schema");
    return schema != nullptr && schema->is_scalar() && schema->text == kClusterSchema;
}

std::optional<Cluster> read_saved_cluster(const support::SourceTextPtr& source, const YamlNode& root,
                                          DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const YamlNode* version = require(root, "version", sink);
    const auto number = version == nullptr ? std::nullopt : read_number(*version, "version", sink);
    if (!number) {
        return std::nullopt;
    }
    if (*number > kClusterVersion) {
        sink.report(Diagnostic(kClusterNewerVersion, version->span,
                               fmt::format("this file is of version {}; this tt-run reads up to version {}",
                                           *number, kClusterVersion))
                        .help("use the tt-run that wrote it, or a newer one"));
        return std::nullopt;
    }
    const YamlNode* origin_node = root.find("origin");
    const auto origin = origin_node != nullptr && origin_node->is_scalar() ? parse_origin(origin_node->text)
                                                                           : std::optional(Origin::imported);
    if (!origin) {
        sink.report(Diagnostic(
            kClusterBadValue, origin_node->span,
            fmt::format("`{}` is no origin; expected real, imported or synthetic", origin_node->text)));
        return std::nullopt;
    }
    const Origin kept = *origin == Origin::synthetic ? Origin::synthetic : Origin::imported;
    ClusterAssembly assembly(kept, source->name());
    Reader(root, assembly, sink).read();
    if (watch.saw_error()) {
        return std::nullopt;
    }
    return std::move(assembly).finish(sink);
}

}  // namespace tt_run::topology
