#include "topology/mgd/mgd_yaml_meshes.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "support/text.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::YamlNode;

namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

std::int64_t product(const Grid& grid) {
    return std::int64_t{grid[0].value} * grid[1].value;
}

class MeshReader {
  public:
    explicit MeshReader(MgdYamlFields& fields) : fields_(fields) {}

    YamlMeshes read(const YamlNode& root) {
        read_chip(root);
        read_boards(root);
        read_meshes(root);
        judge_no_ports();
        name_descriptors();
        return std::move(found_);
    }

  private:
    void read_chip(const YamlNode& root) {
        const YamlNode* chip = fields_.require(root, "ChipSpec", "this file");
        if (chip == nullptr) {
            return;
        }
        fields_.warn_of_unknown_keys(*chip, {"arch", "ethernet_ports"}, "`ChipSpec`");
        if (const auto arch = fields_.text(*chip, "arch", "`ChipSpec`")) {
            const std::string name = lower(arch->value);
            if (name == "wormhole_b0" || name == "blackhole") {
                found_.architecture = Spanned<Architecture>{
                    name == "blackhole" ? Architecture::blackhole : Architecture::wormhole_b0, arch->span};
            } else {
                fields_.report(
                    fields_
                        .problem(arch->span,
                                 fmt::format("`{}` is no architecture that MGD 1.0 knows", arch->value))
                        .help("it is `wormhole_b0` or `blackhole`"));
            }
        }
        if (const YamlNode* ports = fields_.require(*chip, "ethernet_ports", "`ChipSpec`")) {
            read_ports(*ports);
        }
    }

    void read_ports(const YamlNode& ports) {
        fields_.warn_of_unknown_keys(ports, {"N", "E", "S", "W", "Z"}, "`ethernet_ports`");
        for (const std::string_view side : {"N", "E", "S", "W"}) {
            const YamlNode* value = fields_.require(ports, side, "`ethernet_ports`");
            const auto count =
                value != nullptr ? fields_.number(*value, fmt::format("`{}`", side), 0) : std::nullopt;
            if (count && !found_.ports) {
                found_.ports = count;
            } else if (count && count->value != found_.ports->value) {
                fields_.report(
                    fields_
                        .problem(count->span, fmt::format("side `{}` has {} ports where another has {}; "
                                                          "the four sides must have as many",
                                                          side, count->value, found_.ports->value))
                        .also(found_.ports->span, "another side"));
            }
        }
    }

    void read_boards(const YamlNode& root) {
        for (const YamlNode* entry : fields_.maps_in(root, "Board")) {
            fields_.warn_of_unknown_keys(*entry, {"name", "type", "topology"}, "a board");
            const auto name = fields_.text(*entry, "name", "this board");
            const auto type = fields_.text(*entry, "type", "this board");
            const YamlNode* topology = fields_.require(*entry, "topology", "this board");
            const auto size = topology != nullptr ? fields_.grid(*topology, "topology") : std::nullopt;
            if (!name || !type || !size) {
                continue;
            }
            YamlBoard board{*name, {}, type->span, *size};
            const std::string kind = lower(type->value);
            // X runs along a row, so it wraps the columns; Y wraps the rows. The oldest files say 2D for
            // both.
            const bool wraps_both = kind == "torus_xy" || kind == "torus_2d";
            if (kind != "mesh" && kind != "torus_x" && kind != "torus_y" && !wraps_both) {
                fields_.report(
                    fields_.problem(type->span, fmt::format("`{}` is no type of board", type->value))
                        .help(
                            "it is `Mesh`, `Torus_X`, `Torus_Y` or `Torus_XY` (`Torus_2D` in older files)"));
            }
            board.dim_types[0] = kind == "torus_y" || wraps_both ? DimensionType::ring : DimensionType::line;
            board.dim_types[1] = kind == "torus_x" || wraps_both ? DimensionType::ring : DimensionType::line;
            const auto [first, is_new] = found_.boards.try_emplace(board.name.value, board);
            if (!is_new) {
                fields_.report(
                    fields_.problem(name->span, fmt::format("board `{}` is described twice", name->value))
                        .also(first->second.name.span, "first here"));
            }
        }
    }

    const YamlBoard* board_of(const YamlNode& mesh) {
        const auto name = fields_.text(mesh, "board", "this mesh");
        if (!name) {
            return nullptr;
        }
        const auto found = found_.boards.find(name->value);
        if (found != found_.boards.end()) {
            return &found->second;
        }
        Diagnostic unknown =
            fields_.problem(name->span, fmt::format("`{}` is no board of this file", name->value));
        std::vector<std::string_view> names;
        for (const auto& [known, board] : found_.boards) {
            names.push_back(known);
        }
        if (const auto near = support::nearest_spelling(name->value, names)) {
            unknown.help(fmt::format("did you mean `{}`?", *near));
        }
        fields_.report(std::move(unknown));
        return nullptr;
    }

    void read_meshes(const YamlNode& root) {
        std::map<std::int32_t, Span> ids;
        for (const YamlNode* entry : fields_.maps_in(root, "Mesh")) {
            fields_.warn_of_unknown_keys(
                *entry, {"id", "board", "device_topology", "host_topology", "topology", "host_ranks"},
                "a mesh");
            const YamlNode* id_node = fields_.require(*entry, "id", "this mesh");
            const auto id = id_node != nullptr ? fields_.number(*id_node, "`id`", 0) : std::nullopt;
            const YamlBoard* board = board_of(*entry);
            if (!id || board == nullptr) {
                continue;
            }
            const std::optional<Grid> hosts = hosts_of(*entry, *board);
            if (!hosts) {
                continue;
            }
            const auto [first, is_new] = ids.try_emplace(id->value, id->span);
            if (!is_new) {
                fields_.report(fields_.problem(id->span, fmt::format("mesh {} stands twice", id->value))
                                   .also(first->second, "first here"));
                continue;
            }
            YamlMesh mesh{*id, board, {}, *hosts, entry->span, {}};
            if (work_out_devices(*entry, mesh)) {
                check_host_ranks(*entry, mesh);
                found_.meshes.push_back(std::move(mesh));
            }
        }
    }

    /// Older files call the host grid `topology` and leave the device grid to be worked out. A few write the
    /// device grid there: then the grid of `host_ranks` is the host grid, and their product agrees.
    std::optional<Grid> hosts_of(const YamlNode& entry, const YamlBoard& board) {
        const bool has_host_topology = entry.find("host_topology") != nullptr;
        const std::string_view key =
            has_host_topology || entry.find("topology") == nullptr ? "host_topology" : "topology";
        const YamlNode* node = fields_.require(entry, key, "this mesh");
        auto written = node != nullptr ? fields_.grid(*node, key) : std::nullopt;
        const YamlNode* ranks = entry.find("host_ranks");
        if (!written || has_host_topology || ranks == nullptr || ranks->items.empty()) {
            return written;
        }
        const std::array<std::size_t, 2> grid{ranks->items.size(), ranks->items[0].items.size()};
        Grid hosts;
        for (std::size_t k = 0; k < 2; ++k) {
            const std::int64_t devices = static_cast<std::int64_t>(grid[k]) * board.size[k].value;
            if (devices != (*written)[k].value) {
                return written;
            }
            hosts[k] = {static_cast<std::int32_t>(grid[k]), ranks->span};
        }
        return hosts;
    }

    /// A mesh is as many boards as it has hosts; a device grid that is written must say the same.
    bool work_out_devices(const YamlNode& entry, YamlMesh& mesh) {
        const YamlNode* written_node = entry.find("device_topology");
        const auto written =
            written_node != nullptr ? fields_.grid(*written_node, "device_topology") : std::optional<Grid>();
        if (written_node != nullptr && !written) {
            return false;
        }
        for (std::size_t k = 0; k < 2; ++k) {
            const std::int64_t follows = std::int64_t{mesh.hosts[k].value} * mesh.board->size[k].value;
            if (written && (*written)[k].value != follows) {
                fields_.report(
                    fields_
                        .problem((*written)[k].span,
                                 fmt::format("a device grid of `{}` {} does not fit; hosts times one "
                                             "host's share makes {}",
                                             (*written)[k].value, k == 0 ? "rows" : "columns", follows))
                        .also(mesh.hosts[k].span, "hosts")
                        .also(mesh.board->size[k].span, "one host's share"));
                return false;
            }
            if (follows > std::numeric_limits<std::int32_t>::max()) {
                fields_.report(fields_.problem(
                    mesh.hosts[k].span, fmt::format("{} devices in one dimension are too many", follows)));
                return false;
            }
            mesh.devices[k] = {static_cast<std::int32_t>(follows),
                               written ? (*written)[k].span : mesh.hosts[k].span};
        }
        return true;
    }

    /// `host_ranks` says nothing new: it must be 0, 1, 2, ... row by row.
    void check_host_ranks(const YamlNode& entry, const YamlMesh& mesh) {
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
            fields_.report(fields_.problem(ranks->span,
                                           fmt::format("`host_ranks` is not what the host grid {}x{} gives; "
                                                       "ranks are numbered row by row from 0",
                                                       mesh.hosts[0].value, mesh.hosts[1].value)));
        }
    }

    /// A chip by itself needs no ports, and older files give it none; today's format wants at least one.
    void judge_no_ports() {
        if (!found_.ports || found_.ports->value != 0) {
            return;
        }
        for (const YamlMesh& mesh : found_.meshes) {
            if (product(mesh.devices) > 1) {
                fields_.report(fields_.problem(found_.ports->span, "without ports no chip has a neighbour")
                                   .also(mesh.span, "a mesh of several"));
                return;
            }
        }
        found_.ports->value = 1;
    }

    /// One descriptor per board and size. Boards of one size give their name to it.
    void name_descriptors() {
        std::map<std::string, std::set<std::array<std::int32_t, 4>>> shapes;
        const auto shape_of = [](const YamlMesh& mesh) {
            return std::array{mesh.devices[0].value, mesh.devices[1].value, mesh.hosts[0].value,
                              mesh.hosts[1].value};
        };
        for (const YamlMesh& mesh : found_.meshes) {
            shapes[mesh.board->name.value].insert(shape_of(mesh));
        }
        for (YamlMesh& mesh : found_.meshes) {
            const std::string& board = mesh.board->name.value;
            mesh.descriptor = board;
            if (shapes[board].size() > 1) {
                const auto shape = shape_of(mesh);
                mesh.descriptor += fmt::format("_{}x{}_on_{}x{}", shape[0], shape[1], shape[2], shape[3]);
            }
        }
    }

    MgdYamlFields& fields_;
    YamlMeshes found_;
};

}  // namespace

YamlMeshes read_yaml_meshes(const YamlNode& root, MgdYamlFields& fields) {
    return MeshReader(fields).read(root);
}

NodeRef instance_of(const YamlMesh& mesh) {
    NodeRef node;
    node.kind = ReferenceKind::mesh;
    node.descriptor = Spanned<std::string>{mesh.descriptor, mesh.board->name.span};
    node.id = mesh.id;
    node.span = mesh.span;
    return node;
}

}  // namespace tt_run::topology
