#include "topology/physical/saved_cluster.hpp"

#include <fmt/format.h>

#include "support/yaml_events.hpp"
#include "topology/physical/cluster_assembly.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::YamlNode;

namespace {

enum class List { hosts, links, open_ends };

class Reader final : public support::YamlRows {
  public:
    Reader(const std::string& source, DiagnosticSink& sink)
        : sink_(sink), watch_(sink), assembly_(Origin::imported, source) {}

    /// Hosts once the version is known, and what lies between them once they are there.
    bool wants(const YamlNode& root, std::string_view key) override {
        if (key == "hosts") {
            begin(List::hosts);
            are_hosts_taken_ = root.find("version") != nullptr;
            if (are_hosts_taken_) {
                check_version(root);
            }
            return are_hosts_taken_;
        }
        if (key == "links" || key == "open_ends") {
            begin(key == "links" ? List::links : List::open_ends);
            return are_hosts_taken_;
        }
        return false;
    }

    bool take(const YamlNode& row) override {
        switch (list_) {
            case List::hosts:
                if (!is_version_good_) {
                    return false;
                }
                read_host(row);
                return true;
            case List::links:
                read_link(row);
                break;
            case List::open_ends:
                read_open_end(row);
                break;
        }
        return sink_.errors() - errors_before_ <= kMostErrorsInList;
    }

    /// What is left in the document: its head, and rows that stood where they were not wanted.
    std::optional<Cluster> finish(const YamlNode& root) {
        if (!are_hosts_taken_) {
            check_version(root);
        }
        if (!is_version_good_ || !read_origin(root)) {
            return std::nullopt;
        }
        if (const YamlNode* known = root.find("links_known")) {
            if (!read_truth(*known, "truth", sink_).value_or(true)) {
                assembly_.set_links_unknown();
            }
        }
        take_all(list(root, "hosts"), List::hosts);
        take_all(list(root, "links"), List::links);
        if (const YamlNode* ends = root.find("open_ends");
            ends != nullptr && expect_kind(*ends, YamlNode::Kind::sequence, "open_ends", sink_)) {
            take_all(ends, List::open_ends);
        }
        return watch_.saw_error() ? std::nullopt : std::move(assembly_).finish(sink_);
    }

  private:
    void begin(List list) {
        list_ = list;
        errors_before_ = sink_.errors();
    }

    void take_all(const YamlNode* rows, List kind) {
        begin(kind);
        for (std::size_t k = 0; rows != nullptr && k < rows->items.size() && take(rows->items[k]); ++k) {
        }
    }

    void check_version(const YamlNode& root) {
        const YamlNode* version = require(root, "version", sink_);
        const auto number = version == nullptr ? std::nullopt : read_number(*version, "version", sink_);
        is_version_good_ = number && *number <= kClusterVersion;
        if (number && !is_version_good_) {
            sink_.report(
                Diagnostic(kClusterNewerVersion, version->span,
                           fmt::format("this file is of version {}; this tt-run reads up to version {}",
                                       *number, kClusterVersion))
                    .help("use the tt-run that wrote it, or a newer one"));
        }
    }

    /// False if it is none, which has been reported.
    bool read_origin(const YamlNode& root) {
        const YamlNode* node = root.find("origin");
        if (node == nullptr) {
            return true;
        }
        const auto origin = node->is_scalar() ? parse_origin(node->text) : std::nullopt;
        if (!origin) {
            sink_.report(Diagnostic(
                kClusterBadValue, node->span,
                fmt::format("`{}` is no origin; expected real, imported or synthetic", node->text)));
            return false;
        }
        assembly_.set_origin(*origin == Origin::synthetic ? Origin::synthetic : Origin::imported);
        return true;
    }

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

    void read_link(const YamlNode& row) {
        if (!is_row(row)) {
            return;
        }
        const auto a = asic_at(row.items[0]);
        const auto a_channel = channel(row.items[1]);
        const auto b = asic_at(row.items[2]);
        const auto b_channel = channel(row.items[3]);
        if (a && b && a_channel && b_channel) {
            assembly_.add_link(*a, *a_channel, *b, *b_channel, row.span);
        }
    }

    void read_open_end(const YamlNode& row) {
        if (!is_row(row)) {
            return;
        }
        const auto asic = asic_at(row.items[0]);
        const auto near = channel(row.items[1]);
        const auto remote = read_number(row.items[2], "unique id", sink_);
        const auto far = channel(row.items[3]);
        if (asic && near && remote && far) {
            assembly_.add_open_end(*asic, *near, *remote, *far, row.span);
        }
    }

    DiagnosticSink& sink_;
    const support::ErrorWatch watch_;
    ClusterAssembly assembly_;
    std::vector<std::uint32_t> refs_;  ///< of the chips, in the file's order
    List list_ = List::hosts;          ///< whose rows are taken
    std::size_t errors_before_ = 0;    ///< it began
    bool are_hosts_taken_ = false;
    bool is_version_good_ = false;
};

}  // namespace

bool looks_like_saved_cluster(const YamlNode& root) {
    const YamlNode* schema = root.find("schema");
    return schema != nullptr && schema->is_scalar() && schema->text == kClusterSchema;
}

bool begins_as_saved_cluster(const support::SourceTextPtr& source) {
    using Kind = support::YamlEvent::Kind;
    support::YamlEvents events(source);
    DiagnosticSink ignored;
    const auto next_is = [&](Kind kind, std::string_view text = {}) {
        const std::optional<support::YamlEvent> event = events.next(ignored);
        return event && event->kind == kind && event->text == text;
    };
    return next_is(Kind::document_begin) && next_is(Kind::mapping_begin) && next_is(Kind::scalar, "schema") &&
           next_is(Kind::scalar, kClusterSchema);
}

std::optional<Cluster> read_saved_cluster(const support::SourceTextPtr& source, DiagnosticSink& sink) {
    Reader reader(source->name(), sink);
    const std::optional<YamlNode> root = support::parse_yaml(source, sink, reader);
    return root ? reader.finish(*root) : std::nullopt;
}

}  // namespace tt_run::topology
