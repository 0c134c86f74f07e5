#include "topology/mgd/mgd_yaml_links.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "support/text.hpp"

namespace tt_run::topology {

using support::YamlNode;

namespace {

class LinkReader {
  public:
    LinkReader(const YamlMeshes& known, MgdYamlFields& fields) : known_(known), fields_(fields) {}

    std::vector<ConnectionDescriptor> read(const YamlNode& root) {
        const YamlNode* relaxed = root.find("RelaxedGraph");
        const YamlNode* exact = root.find("Graph");
        const auto has_entries = [](const YamlNode* list) {
            return list != nullptr && (!list->is_sequence() || !list->items.empty()) && !list->is_null();
        };
        if (has_entries(relaxed) && has_entries(exact)) {
            fields_.report(
                fields_.problem(exact->span, "this file has both `Graph` and `RelaxedGraph`; it may have one")
                    .also(relaxed->span, "the other"));
            return {};
        }
        std::vector<ConnectionDescriptor> connections;
        for (const YamlNode* list : {relaxed, exact}) {
            if (!has_entries(list)) {
                continue;
            }
            if (!list->is_sequence()) {
                fields_.report(fields_.problem(
                    list->span, fmt::format("the links are {}; they must be a list", name_of(list->kind))));
                continue;
            }
            for (const YamlNode& entry : list->items) {
                read_connection(entry, list == exact, connections);
            }
        }
        return connections;
    }

  private:
    /// One end of a link: a mesh and, where the file names one, a device in it.
    struct End {
        std::size_t mesh = 0;  ///< in YamlMeshes::meshes
        std::optional<std::int32_t> device;
        std::string port;  ///< of the oldest form, `N4`
        Span span;
        auto key() const { return std::tuple(mesh, device, port); }
    };

    void read_connection(const YamlNode& entry, bool exact, std::vector<ConnectionDescriptor>& connections) {
        const std::string_view form = exact ? "[[M0, D1], [M1, D0], links]" : "[M0, M1, links]";
        const bool port_form = exact && entry.items.size() == 2;
        const auto is_end = [&](const YamlNode& node) {
            return !exact || (node.is_sequence() && node.items.size() == 2 && node.items[1].is_scalar());
        };
        if (!entry.is_sequence() || (entry.items.size() != 3 && !port_form) || !is_end(entry.items[0]) ||
            !is_end(entry.items[1])) {
            fields_.report(
                fields_.problem(entry.span, fmt::format("this is no link; one is written {}", form)));
            return;
        }
        const auto from = end(entry.items[0], exact);
        const auto to = end(entry.items[1], exact);
        const auto count = port_form ? std::optional(Spanned<std::int32_t>{1, entry.span})
                                     : fields_.number(entry.items[2], "the number of links", 1);
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
            NodeRef node = instance_of(known_.meshes[one->mesh]);
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
            fields_.report(fields_.problem(mesh_node->span, "a mesh is expected here, such as `M0`"));
            return std::nullopt;
        }
        if (index_.size() != known_.meshes.size()) {
            for (std::size_t k = 0; k < known_.meshes.size(); ++k) {
                index_.emplace(known_.meshes[k].id.value, k);
            }
        }
        const auto found = index_.find(*id);
        if (found == index_.end()) {
            fields_.report(fields_.problem(mesh_node->span,
                                           fmt::format("`{}` is no mesh of this file", mesh_node->text)));
            return std::nullopt;
        }
        End result{found->second, std::nullopt, {}, exact ? node.items[1].span : node.span};
        return exact ? with_device(std::move(result), node.items[1]) : std::optional(std::move(result));
    }

    std::optional<End> with_device(End end, const YamlNode& node) {
        const Grid& devices = known_.meshes[end.mesh].devices;
        if (const auto device = prefixed_number(node, 'D')) {
            end.device = device;
            return end;
        }
        // A port of a side: sides are numbered from the north-west (N, W), south-west (S) and north-east (E)
        // corner, as many ports for each device as it has on that side.
        const char side = node.text.empty() ? '\0' : node.text.front();
        const auto port = prefixed_number(node, side);
        const bool along_columns = side == 'N' || side == 'S';
        if (!port || (!along_columns && side != 'E' && side != 'W') || !known_.ports ||
            *port / known_.ports->value >= devices[along_columns ? 1 : 0].value) {
            fields_.report(
                fields_
                    .problem(node.span,
                             fmt::format("`{}` is neither a device nor a port of this mesh", node.text))
                    .help("a device is written `D3`; a port is its side and number, `N4`"));
            return std::nullopt;
        }
        const std::int32_t place = *port / known_.ports->value;
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

    const YamlMeshes& known_;
    MgdYamlFields& fields_;
    std::map<std::int32_t, std::size_t> index_;
    std::set<std::tuple<EndKey, EndKey, std::int32_t>> mirrored_;
    std::map<std::pair<DeviceKey, DeviceKey>, std::size_t> by_devices_;
};

}  // namespace

std::vector<ConnectionDescriptor> read_yaml_links(const YamlNode& root, const YamlMeshes& known,
                                                  MgdYamlFields& fields) {
    return LinkReader(known, fields).read(root);
}

}  // namespace tt_run::topology
