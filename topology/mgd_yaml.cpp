#include "topology/mgd_yaml.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "support/text.hpp"
#include "support/yaml_document.hpp"
#include "topology/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;
using support::YamlEntry;
using support::YamlNode;

namespace {

using Grid = std::array<Spanned<std::int32_t>, 2>;

struct Board {
    Spanned<std::string> name;
    std::array<DimensionType, 2> dim_types{DimensionType::line, DimensionType::line};
    Span type_span;
    Grid size;  ///< one host's share of a mesh
};

/// One entry of `Mesh`, and the grids that follow from it.
struct MeshEntry {
    Spanned<std::int32_t> id;
    const Board* board = nullptr;
    Grid devices;
    Grid hosts;
    Span span;
    std::string descriptor;  ///< the name of its mesh descriptor
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

std::int64_t product(const Grid& grid) {
    return std::int64_t{grid[0].value} * grid[1].value;
}

class YamlReader {
  public:
    YamlReader(const SourceTextPtr& source, DiagnosticSink& sink) : source_(source), sink_(sink) {}

    MeshGraphDescriptor read(const YamlNode& root) {
        warn_of_unknown_keys(root, {"ChipSpec", "Board", "Mesh", "RelaxedGraph", "Graph"}, "an MGD 1.0 file");
        read_chip(root);
        read_boards(root);
        read_meshes(root);
        name_descriptors();

        MeshGraphDescriptor mgd;
        mgd.source = source_;
        add_descriptors(mgd);
        std::vector<ConnectionDescriptor> connections = read_connections(root);
        if (meshes_.size() == 1 && connections.empty()) {
            mgd.top_level = instance_of(meshes_.front());
        } else if (!meshes_.empty()) {
            wrap_in_graph(std::move(connections), mgd);
        }
        return mgd;
    }

  private:
    Diagnostic problem(const Span& span, std::string message) const {
        return Diagnostic(kMgdYaml, span, std::move(message));
    }

    void warn_of_unknown_keys(const YamlNode& map, std::initializer_list<std::string_view> known,
                              std::string_view what) {
        const std::vector<std::string_view> words(known);
        for (const YamlEntry& entry : map.entries) {
            if (std::find(words.begin(), words.end(), entry.key.value) != words.end()) {
                continue;
            }
            Diagnostic warning(kMgdUnknownField, entry.key.span,
                               fmt::format("`{}` is no key of {}; it is skipped", entry.key.value, what));
            if (const auto near = support::nearest_spelling(entry.key.value, words)) {
                warning.help(fmt::format("did you mean `{}`?", *near));
            }
            sink_.report(std::move(warning));
        }
    }

    const YamlNode* require(const YamlNode& map, std::string_view key, std::string_view what) {
        const YamlNode* value = map.find(key);
        if (value == nullptr || value->is_null()) {
            sink_.report(problem(map.span, fmt::format("{} has no `{}`; it must have one", what, key)));
            return nullptr;
        }
        return value;
    }

    /// The items of a list of maps; reports what is neither.
    std::vector<const YamlNode*> maps_in(const YamlNode& root, std::string_view key) {
        std::vector<const YamlNode*> maps;
        const YamlNode* list = require(root, key, "this file");
        if (list == nullptr) {
            return maps;
        }
        if (!list->is_sequence()) {
            sink_.report(problem(
                list->span, fmt::format("`{}` is {}; it must be a list of maps", key, name_of(list->kind))));
            return maps;
        }
        for (const YamlNode& item : list->items) {
            if (item.is_mapping()) {
                maps.push_back(&item);
            } else {
                sink_.report(problem(item.span, fmt::format("`{}` holds {} here; each entry must be a map",
                                                            key, name_of(item.kind))));
            }
        }
        return maps;
    }

    std::optional<Spanned<std::string>> text(const YamlNode& map, std::string_view key,
                                             std::string_view what) {
        const YamlNode* value = require(map, key, what);
        if (value == nullptr) {
            return std::nullopt;
        }
        if (!value->is_scalar()) {
            sink_.report(
                problem(value->span, fmt::format("`{}` is {}; it must be text", key, name_of(value->kind))));
            return std::nullopt;
        }
        return Spanned<std::string>{value->text, value->span};
    }

    std::optional<Spanned<std::int32_t>> number(const YamlNode& value, std::string_view what,
                                                std::int32_t least) {
        const auto parsed = value.is_scalar() ? support::parse_integer(value.text) : std::nullopt;
        if (!parsed || *parsed < least || *parsed > std::numeric_limits<std::int32_t>::max()) {
            const std::string seen =
                value.is_scalar() ? fmt::format("`{}`", value.text) : std::string(name_of(value.kind));
            sink_.report(problem(value.span, fmt::format("{} is {}; it must be a whole number of at least {}",
                                                         what, seen, least)));
            return std::nullopt;
        }
        return Spanned<std::int32_t>{static_cast<std::int32_t>(*parsed), value.span};
    }

    std::optional<Grid> grid(const YamlNode& value, std::string_view key) {
        if (!value.is_sequence() || value.items.size() != 2) {
            sink_.report(
                problem(value.span, fmt::format("`{}` must be a list of two numbers, [rows, columns]", key)));
            return std::nullopt;
        }
        const auto rows = number(value.items[0], fmt::format("the first of `{}`", key), 1);
        const auto columns = number(value.items[1], fmt::format("the second of `{}`", key), 1);
        return rows && columns ? std::optional(Grid{*rows, *columns}) : std::nullopt;
    }

    void read_chip(const YamlNode& root) {
        const YamlNode* chip = require(root, "ChipSpec", "this file");
        if (chip == nullptr) {
            return;
        }
        warn_of_unknown_keys(*chip, {"arch", "ethernet_ports"}, "`ChipSpec`");
        if (const auto arch = text(*chip, "arch", "`ChipSpec`")) {
            const std::string name = lower(arch->value);
            if (name == "wormhole_b0" || name == "blackhole") {
                architecture_ = Spanned<Architecture>{
                    name == "blackhole" ? Architecture::blackhole : Architecture::wormhole_b0, arch->span};
            } else {
                sink_.report(problem(arch->span,
                                     fmt::format("`{}` is no architecture that MGD 1.0 knows", arch->value))
                                 .help("it is `wormhole_b0` or `blackhole`"));
            }
        }
        if (const YamlNode* ports = require(*chip, "ethernet_ports", "`ChipSpec`")) {
            read_ports(*ports);
        }
    }

    void read_ports(const YamlNode& ports) {
        warn_of_unknown_keys(ports, {"N", "E", "S", "W", "Z"}, "`ethernet_ports`");
        for (const std::string_view side : {"N", "E", "S", "W"}) {
            const YamlNode* value = require(ports, side, "`ethernet_ports`");
            const auto count = value != nullptr ? number(*value, fmt::format("`{}`", side), 1) : std::nullopt;
            if (count && !ports_) {
                ports_ = count;
            } else if (count && count->value != ports_->value) {
                sink_.report(problem(count->span, fmt::format("side `{}` has {} ports where another has {}; "
                                                              "the four sides must have as many",
                                                              side, count->value, ports_->value))
                                 .also(ports_->span, "another side"));
            }
        }
    }

    void read_boards(const YamlNode& root) {
        for (const YamlNode* entry : maps_in(root, "Board")) {
            warn_of_unknown_keys(*entry, {"name", "type", "topology"}, "a board");
            const auto name = text(*entry, "name", "this board");
            const auto type = text(*entry, "type", "this board");
            const YamlNode* topology = require(*entry, "topology", "this board");
            const auto size = topology != nullptr ? grid(*topology, "topology") : std::nullopt;
            if (!name || !type || !size) {
                continue;
            }
            Board board{*name, {}, type->span, *size};
            const std::string kind = lower(type->value);
            if (kind != "mesh" && kind != "torus_x" && kind != "torus_y" && kind != "torus_xy") {
                sink_.report(problem(type->span, fmt::format("`{}` is no type of board", type->value))
                                 .help("it is `Mesh`, `Torus_X`, `Torus_Y` or `Torus_XY`"));
            }
            // X runs along a row, so it wraps the columns; Y wraps the rows.
            board.dim_types[0] =
                kind == "torus_y" || kind == "torus_xy" ? DimensionType::ring : DimensionType::line;
            board.dim_types[1] =
                kind == "torus_x" || kind == "torus_xy" ? DimensionType::ring : DimensionType::line;
            const auto [first, is_new] = boards_.try_emplace(board.name.value, board);
            if (!is_new) {
                sink_.report(problem(name->span, fmt::format("board `{}` is described twice", name->value))
                                 .also(first->second.name.span, "first here"));
            }
        }
    }

    const Board* board_of(const YamlNode& mesh) {
        const auto name = text(mesh, "board", "this mesh");
        if (!name) {
            return nullptr;
        }
        const auto found = boards_.find(name->value);
        if (found != boards_.end()) {
            return &found->second;
        }
        Diagnostic unknown = problem(name->span, fmt::format("`{}` is no board of this file", name->value));
        std::vector<std::string_view> names;
        for (const auto& [known, board] : boards_) {
            names.push_back(known);
        }
        if (const auto near = support::nearest_spelling(name->value, names)) {
            unknown.help(fmt::format("did you mean `{}`?", *near));
        }
        sink_.report(std::move(unknown));
        return nullptr;
    }

    void read_meshes(const YamlNode& root) {
        std::map<std::int32_t, Span> ids;
        for (const YamlNode* entry : maps_in(root, "Mesh")) {
            warn_of_unknown_keys(
                *entry, {"id", "board", "device_topology", "host_topology", "topology", "host_ranks"},
                "a mesh");
            const YamlNode* id_node = require(*entry, "id", "this mesh");
            const auto id = id_node != nullptr ? number(*id_node, "`id`", 0) : std::nullopt;
            const Board* board = board_of(*entry);
            // Older files call the host grid `topology` and leave the device grid to be worked out.
            const bool has_host_topology = entry->find("host_topology") != nullptr;
            const std::string_view host_key =
                has_host_topology || entry->find("topology") == nullptr ? "host_topology" : "topology";
            const YamlNode* host_node = require(*entry, host_key, "this mesh");
            const auto hosts = host_node != nullptr ? grid(*host_node, host_key) : std::nullopt;
            if (!id || board == nullptr || !hosts) {
                continue;
            }
            const auto [first, is_new] = ids.try_emplace(id->value, id->span);
            if (!is_new) {
                sink_.report(problem(id->span, fmt::format("mesh {} stands twice", id->value))
                                 .also(first->second, "first here"));
                continue;
            }
            MeshEntry mesh{*id, board, {}, *hosts, entry->span, {}};
            if (work_out_devices(*entry, mesh)) {
                check_host_ranks(*entry, mesh);
                meshes_.push_back(std::move(mesh));
            }
        }
    }

    /// A mesh is as many boards as it has hosts; a device grid that is written must say the same.
    bool work_out_devices(const YamlNode& entry, MeshEntry& mesh) {
        const YamlNode* written_node = entry.find("device_topology");
        const auto written =
            written_node != nullptr ? grid(*written_node, "device_topology") : std::optional<Grid>();
        if (written_node != nullptr && !written) {
            return false;
        }
        for (std::size_t k = 0; k < 2; ++k) {
            const std::int64_t follows = std::int64_t{mesh.hosts[k].value} * mesh.board->size[k].value;
            if (written && (*written)[k].value != follows) {
                sink_.report(problem((*written)[k].span,
                                     fmt::format("a device grid of `{}` {} does not fit; hosts times one "
                                                 "host's share makes {}",
                                                 (*written)[k].value, k == 0 ? "rows" : "columns", follows))
                                 .also(mesh.hosts[k].span, "hosts")
                                 .also(mesh.board->size[k].span, "one host's share"));
                return false;
            }
            if (follows > std::numeric_limits<std::int32_t>::max()) {
                sink_.report(problem(mesh.hosts[k].span,
                                     fmt::format("{} devices in one dimension are too many", follows)));
                return false;
            }
            mesh.devices[k] = {static_cast<std::int32_t>(follows),
                               written ? (*written)[k].span : mesh.hosts[k].span};
        }
        return true;
    }

    /// `host_ranks` says nothing new: it must be 0, 1, 2, ... row by row.
    void check_host_ranks(const YamlNode& entry, const MeshEntry& mesh) {
        const YamlNode* ranks = entry.find("host_ranks");
        if (ranks == nullptr || ranks->is_null()) {
            return;
        }
        std::int64_t expected = 0;
        bool as_expected = ranks->is_sequence();
        for (const YamlNode& row : ranks->items) {
            as_expected = as_expected && row.is_sequence() &&
                          static_cast<std::int64_t>(row.items.size()) == mesh.hosts[1].value;
            for (const YamlNode& rank : row.items) {
                as_expected = as_expected && support::parse_integer(rank.text) == expected++;
            }
        }
        if (!as_expected || expected != product(mesh.hosts)) {
            sink_.report(
                problem(ranks->span, fmt::format("`host_ranks` is not what the host grid {}x{} gives; "
                                                 "ranks are numbered row by row from 0",
                                                 mesh.hosts[0].value, mesh.hosts[1].value)));
        }
    }

    /// One descriptor per board and size. Boards of one size give their name to it.
    void name_descriptors() {
        std::map<std::string, std::set<std::array<std::int32_t, 4>>> shapes;
        const auto shape_of = [](const MeshEntry& mesh) {
            return std::array{mesh.devices[0].value, mesh.devices[1].value, mesh.hosts[0].value,
                              mesh.hosts[1].value};
        };
        for (const MeshEntry& mesh : meshes_) {
            shapes[mesh.board->name.value].insert(shape_of(mesh));
        }
        for (MeshEntry& mesh : meshes_) {
            const std::string& board = mesh.board->name.value;
            mesh.descriptor = board;
            if (shapes[board].size() > 1) {
                const auto shape = shape_of(mesh);
                mesh.descriptor += fmt::format("_{}x{}_on_{}x{}", shape[0], shape[1], shape[2], shape[3]);
            }
        }
    }

    void add_descriptors(MeshGraphDescriptor& mgd) const {
        std::set<std::string_view> added;
        for (const MeshEntry& entry : meshes_) {
            if (!added.insert(entry.descriptor).second) {
                continue;
            }
            MeshDescriptor mesh;
            mesh.name = Spanned<std::string>{entry.descriptor, entry.board->name.span};
            mesh.architecture = architecture_;
            mesh.device_dims.assign(entry.devices.begin(), entry.devices.end());
            mesh.host_dims.assign(entry.hosts.begin(), entry.hosts.end());
            const auto& types = entry.board->dim_types;
            if (types[0] == DimensionType::ring || types[1] == DimensionType::ring) {
                mesh.dim_types = {{types[0], entry.board->type_span}, {types[1], entry.board->type_span}};
            }
            if (ports_) {
                mesh.channels = ChannelsDescriptor{ports_, std::nullopt, ports_->span};
            }
            mesh.device_topology_span = entry.devices[0].span;
            mesh.host_topology_span = entry.hosts[0].span;
            mesh.span = entry.board->name.span;
            mgd.meshes.push_back(std::move(mesh));
        }
    }

    NodeRef instance_of(const MeshEntry& mesh) const {
        NodeRef node;
        node.kind = ReferenceKind::mesh;
        node.descriptor = Spanned<std::string>{mesh.descriptor, mesh.board->name.span};
        node.id = mesh.id;
        node.span = mesh.span;
        return node;
    }

    void wrap_in_graph(std::vector<ConnectionDescriptor> connections, MeshGraphDescriptor& mgd) const {
        const Span span = meshes_.front().span;
        GraphDescriptor graph;
        graph.name = Spanned<std::string>{"G0", span};
        graph.type = Spanned<std::string>{"FABRIC", span};
        graph.span = span;
        for (const MeshEntry& mesh : meshes_) {
            graph.instances.push_back(instance_of(mesh));
        }
        graph.connections = std::move(connections);
        mgd.graphs.push_back(std::move(graph));
        NodeRef top;
        top.kind = ReferenceKind::graph;
        top.descriptor = mgd.graphs.back().name;
        top.id = Spanned<std::int32_t>{0, span};
        top.span = span;
        mgd.top_level = std::move(top);
    }

    // ------------------------------------------------------------------ links between meshes

    /// One end of a link: a mesh and, where the file names one, a device in it.
    struct End {
        std::size_t mesh = 0;  ///< in meshes_
        std::optional<std::int32_t> device;
        std::string port;  ///< of the oldest form, `N4`
        Span span;
        auto key() const { return std::tuple(mesh, device, port); }
    };

    std::vector<ConnectionDescriptor> read_connections(const YamlNode& root) {
        const YamlNode* relaxed = root.find("RelaxedGraph");
        const YamlNode* exact = root.find("Graph");
        const auto has_entries = [](const YamlNode* list) {
            return list != nullptr && (!list->is_sequence() || !list->items.empty()) && !list->is_null();
        };
        if (has_entries(relaxed) && has_entries(exact)) {
            sink_.report(
                problem(exact->span, "this file has both `Graph` and `RelaxedGraph`; it may have one")
                    .also(relaxed->span, "the other"));
            return {};
        }
        std::vector<ConnectionDescriptor> connections;
        for (const YamlNode* list : {relaxed, exact}) {
            if (!has_entries(list)) {
                continue;
            }
            if (!list->is_sequence()) {
                sink_.report(problem(
                    list->span, fmt::format("the links are {}; they must be a list", name_of(list->kind))));
                continue;
            }
            for (const YamlNode& entry : list->items) {
                read_connection(entry, list == exact, connections);
            }
        }
        return connections;
    }

    void read_connection(const YamlNode& entry, bool exact, std::vector<ConnectionDescriptor>& connections) {
        const std::string_view form = exact ? "[[M0, D1], [M1, D0], links]" : "[M0, M1, links]";
        const bool port_form = exact && entry.items.size() == 2;
        const auto is_end = [&](const YamlNode& node) {
            return !exact || (node.is_sequence() && node.items.size() == 2 && node.items[1].is_scalar());
        };
        if (!entry.is_sequence() || (entry.items.size() != 3 && !port_form) || !is_end(entry.items[0]) ||
            !is_end(entry.items[1])) {
            sink_.report(problem(entry.span, fmt::format("this is no link; one is written {}", form)));
            return;
        }
        const auto from = end(entry.items[0], exact);
        const auto to = end(entry.items[1], exact);
        const auto count = port_form ? std::optional(Spanned<std::int32_t>{1, entry.span})
                                     : number(entry.items[2], "the number of links", 1);
        if (!from || !to || !count) {
            return;
        }
        // Each entry means both directions; the files in the field list many links from both ends.
        if (mirrored_.erase(std::tuple(from->key(), to->key(), count->value)) != 0) {
            return;
        }
        mirrored_.insert(std::tuple(to->key(), from->key(), count->value));
        if (port_form && add_to_known(*from, *to, connections)) {
            return;
        }
        ConnectionDescriptor connection;
        connection.span = entry.span;
        for (const End* one : {&*from, &*to}) {
            NodeRef node = instance_of(meshes_[one->mesh]);
            node.span = one->span;
            node.id->span = one->span;
            if (one->device) {
                node.device = Spanned<std::int32_t>{*one->device, one->span};
            }
            connection.nodes.push_back(std::move(node));
        }
        connection.channels = ChannelsDescriptor{count, std::nullopt, entry.span};
        if (!exact) {
            connection.channels->policy = Spanned<ChannelPolicy>{ChannelPolicy::relaxed, entry.span};
        }
        connections.push_back(std::move(connection));
    }

    /// The oldest form names single ports: links between the same two devices become one connection.
    bool add_to_known(const End& from, const End& to, std::vector<ConnectionDescriptor>& connections) {
        const auto pair = std::minmax({DeviceKey(from.mesh, from.device), DeviceKey(to.mesh, to.device)});
        const auto [known, is_new] =
            by_devices_.try_emplace(std::pair(pair.first, pair.second), connections.size());
        if (!is_new) {
            ++connections[known->second].channels->count->value;
        }
        return !is_new;
    }

    std::optional<End> end(const YamlNode& node, bool exact) {
        const YamlNode* mesh_node = exact ? &node.items[0] : &node;
        const auto id = prefixed_number(*mesh_node, 'M');
        if (!id) {
            sink_.report(problem(mesh_node->span, "a mesh is expected here, such as `M0`"));
            return std::nullopt;
        }
        if (index_.size() != meshes_.size()) {
            for (std::size_t k = 0; k < meshes_.size(); ++k) {
                index_.emplace(meshes_[k].id.value, k);
            }
        }
        const auto found = index_.find(*id);
        if (found == index_.end()) {
            sink_.report(
                problem(mesh_node->span, fmt::format("`{}` is no mesh of this file", mesh_node->text)));
            return std::nullopt;
        }
        End result{found->second, std::nullopt, {}, exact ? node.items[1].span : node.span};
        return exact ? with_device(std::move(result), node.items[1]) : std::optional(std::move(result));
    }

    std::optional<End> with_device(End end, const YamlNode& node) {
        const Grid& devices = meshes_[end.mesh].devices;
        if (const auto device = prefixed_number(node, 'D')) {
            end.device = device;
            return end;
        }
        // A port of a side: sides are numbered from the north-west (N, W), south-west (S) and north-east (E)
        // corner, as many ports for each device as it has on that side.
        const char side = node.text.empty() ? '\0' : node.text.front();
        const auto port = prefixed_number(node, side);
        const bool along_columns = side == 'N' || side == 'S';
        if (!port || (!along_columns && side != 'E' && side != 'W') || !ports_ ||
            *port / ports_->value >= devices[along_columns ? 1 : 0].value) {
            sink_.report(
                problem(node.span, fmt::format("`{}` is neither a device nor a port of this mesh", node.text))
                    .help("a device is written `D3`; a port is its side and number, `N4`"));
            return std::nullopt;
        }
        const std::int32_t place = *port / ports_->value;
        const std::int32_t row = side == 'N' ? 0 : side == 'S' ? devices[0].value - 1 : place;
        const std::int32_t column = side == 'W' ? 0 : side == 'E' ? devices[1].value - 1 : place;
        end.device = static_cast<std::int32_t>(std::min<std::int64_t>(
            std::int64_t{row} * devices[1].value + column, std::numeric_limits<std::int32_t>::max()));
        end.port = node.text;
        return end;
    }

    /// `M3` or, for a mesh, a bare `3`.
    static std::optional<std::int32_t> prefixed_number(const YamlNode& node, char prefix) {
        if (!node.is_scalar()) {
            return std::nullopt;
        }
        std::string_view digits = node.text;
        if (!digits.empty() && std::toupper(static_cast<unsigned char>(digits.front())) == prefix) {
            digits.remove_prefix(1);
        } else if (prefix != 'M') {
            return std::nullopt;
        }
        const auto value = support::parse_integer(digits);
        const bool fits = value && *value >= 0 && *value <= std::numeric_limits<std::int32_t>::max();
        return fits ? std::optional(static_cast<std::int32_t>(*value)) : std::nullopt;
    }

    using EndKey = std::tuple<std::size_t, std::optional<std::int32_t>, std::string>;
    using DeviceKey = std::pair<std::size_t, std::optional<std::int32_t>>;

    SourceTextPtr source_;
    DiagnosticSink& sink_;
    std::optional<Spanned<Architecture>> architecture_;
    std::optional<Spanned<std::int32_t>> ports_;
    std::map<std::string, Board, std::less<>> boards_;
    std::vector<MeshEntry> meshes_;
    std::map<std::int32_t, std::size_t> index_;
    std::set<std::tuple<EndKey, EndKey, std::int32_t>> mirrored_;
    std::map<std::pair<DeviceKey, DeviceKey>, std::size_t> by_devices_;
};

}  // namespace

std::optional<MeshGraphDescriptor> parse_mgd_yaml(const SourceTextPtr& source, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    const std::optional<YamlNode> root = support::parse_yaml(source, sink);
    if (!root) {
        return std::nullopt;
    }
    if (!root->is_mapping()) {
        sink.report(
            Diagnostic(kMgdYaml, root->span,
                       fmt::format("this file holds {}; an MGD 1.0 file is a map", name_of(root->kind))));
        return std::nullopt;
    }
    sink.report(Diagnostic(kMgdOldFormat, root->entries.empty() ? root->span : root->entries.front().key.span,
                           "this is a Mesh Graph Descriptor of the old 1.0 format")
                    .help("`tt-run convert` writes it as textproto, which current tt-metal reads"));
    MeshGraphDescriptor mgd = YamlReader(source, sink).read(*root);
    return watch.saw_error() ? std::nullopt : std::optional(std::move(mgd));
}

}  // namespace tt_run::topology
