#include "topology/mgd_yaml.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "support/text.hpp"
#include "support/yaml_document.hpp"
#include "topology/diagnostic_kinds.hpp"
#include "topology/validate_mgd.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::YamlNode;

namespace {

struct Board {
    std::array<Spanned<std::int32_t>, 2> dims;
    std::array<DimensionType, 2> types{DimensionType::line, DimensionType::line};
    Span span;
};

std::string upper(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return result;
}

class MgdYaml {
  public:
    MgdYaml(const support::SourceTextPtr& source, support::DiagnosticSink& sink) : sink_(sink) {
        mgd_.source = source;
    }

    MeshGraphDescriptor read(const YamlNode& root) {
        if (const YamlNode* chip = require(root, "ChipSpec")) {
            read_chip(*chip);
        }
        if (const YamlNode* boards = require(root, "Board")) {
            for_each(*boards, "`Board`", [&](const YamlNode& board) { read_board(board); });
        }
        if (const YamlNode* meshes = require(root, "Mesh")) {
            for_each(*meshes, "`Mesh`", [&](const YamlNode& mesh) { read_mesh(mesh); });
        }
        read_connections(root);
        finish(root);
        return std::move(mgd_);
    }

  private:
    void fail(const Span& span, std::string message, std::string help = {}) {
        Diagnostic diagnostic(kMgdYaml, span, std::move(message));
        if (!help.empty()) {
            diagnostic.help(std::move(help));
        }
        sink_.report(std::move(diagnostic));
    }

    const YamlNode* require(const YamlNode& map, std::string_view key) {
        const YamlNode* value = map.find(key);
        if (value == nullptr) {
            fail(map.span, fmt::format("`{}` is missing here", key));
        }
        return value;
    }

    template <class Read>
    void for_each(const YamlNode& list, std::string_view what, Read read) {
        if (!list.is_sequence()) {
            fail(list.span, fmt::format("{} must be a list, not {}", what, name_of(list.kind)));
            return;
        }
        for (const YamlNode& item : list.items) {
            read(item);
        }
    }

    std::optional<Spanned<std::int32_t>> integer(const YamlNode& node, std::int32_t least) {
        const auto number = node.is_scalar() ? support::parse_integer(node.text) : std::nullopt;
        if (!number || *number < least || *number > std::numeric_limits<std::int32_t>::max()) {
            fail(node.span, fmt::format("this must be a whole number, {} or more", least));
            return std::nullopt;
        }
        return Spanned<std::int32_t>{static_cast<std::int32_t>(*number), node.span};
    }

    /// `[rows, columns]`
    std::optional<std::array<Spanned<std::int32_t>, 2>> dims(const YamlNode& node) {
        if (!node.is_sequence() || node.items.size() != 2) {
            fail(node.span, "this must be two numbers, `[ROWS, COLUMNS]`");
            return std::nullopt;
        }
        const auto rows = integer(node.items[0], 1);
        const auto columns = integer(node.items[1], 1);
        if (!rows || !columns) {
            return std::nullopt;
        }
        return std::array{*rows, *columns};
    }

    void read_chip(const YamlNode& chip) {
        if (const YamlNode* arch = require(chip, "arch")) {
            const std::string name = upper(arch->text);
            if (name != "WORMHOLE_B0" && name != "BLACKHOLE") {
                fail(arch->span, fmt::format("there is no architecture `{}`", arch->text),
                     "write `wormhole_b0` or `blackhole`");
            }
            architecture_ = {name == "BLACKHOLE" ? Architecture::blackhole : Architecture::wormhole_b0,
                             arch->span};
        }
        const YamlNode* ports = require(chip, "ethernet_ports");
        if (ports == nullptr) {
            return;
        }
        std::optional<Spanned<std::int32_t>> first;
        for (const std::string_view side : {"N", "E", "S", "W"}) {
            const YamlNode* node = require(*ports, side);
            const auto count = node == nullptr ? std::nullopt : integer(*node, 1);
            if (!count) {
                continue;
            }
            if (first && count->value != first->value) {
                sink_.report(Diagnostic(kMgdYaml, count->span,
                                        fmt::format("side {} has {} ethernet ports, another has {}; all four "
                                                    "sides have as many",
                                                    side, count->value, first->value))
                                 .also(first->span, "the other"));
            }
            first = first ? first : count;
        }
        ports_ = first;
    }

    void read_board(const YamlNode& node) {
        const YamlNode* name = require(node, "name");
        const YamlNode* type = require(node, "type");
        const YamlNode* topology = require(node, "topology");
        const auto size = topology == nullptr ? std::nullopt : dims(*topology);
        if (name == nullptr || type == nullptr || !size) {
            return;
        }
        Board board{*size, {}, name->span};
        const std::string kind = upper(type->text);
        const bool around_rows = kind == "TORUS_Y" || kind == "TORUS_XY";
        const bool around_columns = kind == "TORUS_X" || kind == "TORUS_XY";
        if (kind != "MESH" && !around_rows && !around_columns) {
            fail(type->span, fmt::format("there is no board type `{}`", type->text),
                 "write `Mesh`, `Torus_X`, `Torus_Y` or `Torus_XY`");
        }
        board.types = {around_rows ? DimensionType::ring : DimensionType::line,
                       around_columns ? DimensionType::ring : DimensionType::line};
        const auto [first, is_new] = boards_.try_emplace(name->text, board);
        if (!is_new) {
            sink_.report(
                Diagnostic(kMgdYaml, name->span,
                           fmt::format("the board `{}` stands twice; each has a name of its own", name->text))
                    .also(first->second.span, "first here"));
        }
    }

    void read_mesh(const YamlNode& node) {
        const YamlNode* id_node = require(node, "id");
        const YamlNode* board_node = require(node, "board");
        const YamlNode* device_node = require(node, "device_topology");
        const YamlNode* host_node = require(node, "host_topology");
        if (id_node == nullptr || board_node == nullptr || device_node == nullptr || host_node == nullptr) {
            return;
        }
        const auto id = integer(*id_node, 0);
        const auto device = dims(*device_node);
        const auto host = dims(*host_node);
        const auto board = boards_.find(board_node->text);
        if (board == boards_.end()) {
            fail(board_node->span, fmt::format("there is no board `{}`", board_node->text),
                 "name one of those under `Board`");
        }
        if (!id || !device || !host || board == boards_.end()) {
            return;
        }
        if (!ids_.try_emplace(id->value, id->span).second) {
            sink_.report(Diagnostic(kMgdYaml, id->span, fmt::format("the mesh `{}` stands twice", id->value))
                             .also(ids_.at(id->value), "first here"));
            return;
        }
        for (std::size_t k = 0; k < 2; ++k) {
            const std::int64_t product = std::int64_t{board->second.dims[k].value} * (*host)[k].value;
            if (product != (*device)[k].value) {
                sink_.report(Diagnostic(kMgdYaml, (*device)[k].span,
                                        fmt::format("mesh {} is {} long, but {} hosts of {} make {}",
                                                    id->value, (*device)[k].value, (*host)[k].value,
                                                    board->second.dims[k].value, product))
                                 .also(board->second.dims[k].span, "one host's share"));
            }
        }
        check_host_ranks(node, *host);
        add_mesh(node, *id, board->second, *device, *host);
    }

    /// `host_ranks` of older files repeats what `host_topology` says: 0, 1, 2... row by row.
    void check_host_ranks(const YamlNode& mesh, const std::array<Spanned<std::int32_t>, 2>& host) {
        const YamlNode* rows = mesh.find("host_ranks");
        if (rows == nullptr) {
            return;
        }
        std::int64_t expected = 0;
        bool fits = rows->is_sequence() && rows->items.size() == static_cast<std::size_t>(host[0].value);
        for (const YamlNode& row : rows->items) {
            fits = fits && row.is_sequence() && row.items.size() == static_cast<std::size_t>(host[1].value);
            for (const YamlNode& rank : row.items) {
                fits = fits && support::parse_integer(rank.text) == expected++;
            }
        }
        if (!fits) {
            fail(rows->span, "`host_ranks` must count from 0, row by row over `host_topology`",
                 "remove it; `host_topology` says as much");
        }
    }

    void add_mesh(const YamlNode& node, const Spanned<std::int32_t>& id, const Board& board,
                  const std::array<Spanned<std::int32_t>, 2>& device,
                  const std::array<Spanned<std::int32_t>, 2>& host) {
        MeshDescriptor mesh;
        mesh.name = Spanned<std::string>{fmt::format("M{}", id.value), id.span};
        mesh.architecture = architecture_;
        mesh.device_dims = {device.begin(), device.end()};
        if (board.types[0] == DimensionType::ring || board.types[1] == DimensionType::ring) {
            mesh.dim_types = {{board.types[0], board.span}, {board.types[1], board.span}};
        }
        mesh.host_dims = {host.begin(), host.end()};
        mesh.channels = ChannelsDescriptor{ports_, std::nullopt, ports_ ? ports_->span : node.span};
        mesh.device_topology_span = node.find("device_topology")->span;
        mesh.host_topology_span = node.find("host_topology")->span;
        mesh.span = node.span;
        mgd_.meshes.push_back(std::move(mesh));
    }

    /// `M0`, and `D3` within a mesh: a letter and a number.
    std::optional<Spanned<std::int32_t>> lettered(const YamlNode& node, char letter) {
        const auto number = node.is_scalar() && !node.text.empty() && upper(node.text)[0] == letter
                                ? support::parse_integer(std::string_view(node.text).substr(1))
                                : std::nullopt;
        if (!number || *number < 0 || *number > std::numeric_limits<std::int32_t>::max()) {
            fail(node.span, fmt::format("this must be `{0}` and a number, such as `{0}0`", letter));
            return std::nullopt;
        }
        return Spanned<std::int32_t>{static_cast<std::int32_t>(*number), node.span};
    }

    std::optional<NodeRef> reference(const YamlNode& mesh, const YamlNode* device) {
        NodeRef ref;
        ref.kind = ReferenceKind::mesh;
        ref.id = lettered(mesh, 'M');
        if (!ref.id) {
            return std::nullopt;
        }
        if (!ids_.contains(ref.id->value)) {
            fail(mesh.span, fmt::format("there is no mesh `{}`", ref.id->value));
            return std::nullopt;
        }
        ref.descriptor = Spanned<std::string>{fmt::format("M{}", ref.id->value), mesh.span};
        ref.span = mesh.span;
        if (device != nullptr) {
            ref.device = lettered(*device, 'D');
            if (!ref.device) {
                return std::nullopt;
            }
        }
        return ref;
    }

    void read_connections(const YamlNode& root) {
        const YamlNode* relaxed = root.find("RelaxedGraph");
        const YamlNode* exact = root.find("Graph");
        if ((relaxed != nullptr) == (exact != nullptr)) {
            fail(exact != nullptr ? exact->span : root.span,
                 exact != nullptr ? "both `Graph` and `RelaxedGraph` are given; there is one of them"
                                  : "neither `Graph` nor `RelaxedGraph` is given; there is one of them",
                 "write `RelaxedGraph: []` where nothing is connected");
            return;
        }
        const YamlNode& list = exact != nullptr ? *exact : *relaxed;
        for_each(list, exact != nullptr ? "`Graph`" : "`RelaxedGraph`",
                 [&](const YamlNode& entry) { read_connection(entry, exact != nullptr); });
    }

    void read_connection(const YamlNode& entry, bool with_devices) {
        const auto is_pair = [](const YamlNode& end) { return end.is_sequence() && end.items.size() == 2; };
        if (!entry.is_sequence() || entry.items.size() != (with_devices && is_old(entry) ? 2U : 3U) ||
            (with_devices && (!is_pair(entry.items[0]) || !is_pair(entry.items[1])))) {
            fail(entry.span, with_devices ? "this must be `[[M0, D1], [M1, D0], COUNT]`"
                                          : "this must be `[M0, M1, COUNT]`");
            return;
        }
        if (with_devices && is_old(entry)) {
            fail(entry.span, "connections of sides and ports, `[[0, S2], [1, S4]]`, are no longer read",
                 "name devices: `[[M0, D1], [M1, D0], COUNT]`");
            return;
        }
        const auto end = [&](const YamlNode& node) {
            return with_devices ? reference(node.items[0], &node.items[1]) : reference(node, nullptr);
        };
        auto from = end(entry.items[0]);
        auto to = end(entry.items[1]);
        const auto count = integer(entry.items[2], 1);
        if (!from || !to || !count) {
            return;
        }
        ConnectionDescriptor connection;
        connection.nodes = {*std::move(from), *std::move(to)};
        connection.channels = ChannelsDescriptor{count, std::nullopt, count->span};
        if (!with_devices) {
            connection.channels->policy = Spanned<ChannelPolicy>{ChannelPolicy::relaxed, entry.span};
        }
        connection.span = entry.span;
        add_once(std::move(connection));
    }

    /// Mesh number and side with port.
    static bool is_old(const YamlNode& entry) {
        return entry.items.size() == 2 && entry.items[0].is_sequence() && entry.items[0].items.size() == 2 &&
               support::parse_integer(entry.items[0].items[0].text).has_value();
    }

    /// Files tend to write each connection from both of its ends; it is one.
    void add_once(ConnectionDescriptor connection) {
        const auto key_of = [](const NodeRef& node) {
            return std::pair{node.id_value(), node.device ? node.device->value : -1};
        };
        const auto a = key_of(connection.nodes[0]);
        const auto b = key_of(connection.nodes[1]);
        if (reverse_seen_[{b, a}] > 0) {
            --reverse_seen_[{b, a}];
            return;
        }
        ++reverse_seen_[{a, b}];
        connections_.push_back(std::move(connection));
    }

    /// One mesh is the top level itself; more of them, or their connections, need a graph.
    void finish(const YamlNode& root) {
        std::vector<NodeRef> instances;
        for (const MeshDescriptor& mesh : mgd_.meshes) {
            NodeRef ref;
            ref.kind = ReferenceKind::mesh;
            ref.descriptor = mesh.name;
            ref.id = Spanned<std::int32_t>{
                static_cast<std::int32_t>(*support::parse_integer(mesh.name->value.substr(1))),
                mesh.name->span};
            ref.span = mesh.name->span;
            instances.push_back(std::move(ref));
        }
        if (instances.size() == 1 && connections_.empty()) {
            mgd_.top_level = instances.front();
            return;
        }
        GraphDescriptor graph;
        graph.name = Spanned<std::string>{"G0", root.span};
        graph.type = Spanned<std::string>{"FABRIC", root.span};
        graph.instances = std::move(instances);
        graph.connections = std::move(connections_);
        graph.span = root.span;
        mgd_.graphs.push_back(std::move(graph));
        NodeRef top;
        top.kind = ReferenceKind::graph;
        top.descriptor = Spanned<std::string>{"G0", root.span};
        top.span = root.span;
        mgd_.top_level = std::move(top);
    }

    using EndKey = std::pair<std::int32_t, std::int32_t>;

    support::DiagnosticSink& sink_;
    MeshGraphDescriptor mgd_;
    std::optional<Spanned<Architecture>> architecture_;
    std::optional<Spanned<std::int32_t>> ports_;
    std::map<std::string, Board> boards_;
    std::map<std::int32_t, Span> ids_;
    std::vector<ConnectionDescriptor> connections_;
    std::map<std::pair<EndKey, EndKey>, int> reverse_seen_;
};

}  // namespace

std::optional<MeshGraphDescriptor> parse_mgd_yaml(const support::SourceTextPtr& source,
                                                  support::DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const std::optional<YamlNode> root = support::parse_yaml(source, sink);
    if (!root) {
        return std::nullopt;
    }
    if (!root->is_mapping()) {
        sink.report(
            Diagnostic(kMgdYaml, root->span,
                       "a Mesh Graph Descriptor in YAML is a map with `ChipSpec`, `Board` and `Mesh`"));
        return std::nullopt;
    }
    sink.report(Diagnostic(kMgdOldFormat, root->entries.front().key.span,
                           "this is MGD 1.0, which newer runtimes refuse")
                    .help("`tt-run convert` writes it in the text format"));
    MeshGraphDescriptor mgd = MgdYaml(source, sink).read(*root);
    return watch.saw_error() ? std::nullopt : std::optional(std::move(mgd));
}

}  // namespace tt_run::topology
