#include "topology/mgd/build_mesh_graph.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

#include "support/check.hpp"
#include "topology/mgd/resolve_pinnings.hpp"

namespace tt_run::topology {

namespace {

Channels channels_of(const std::optional<ChannelsDescriptor>& written, ChannelPolicy when_unset) {
    Channels channels{0, when_unset};
    if (written) {
        channels.count = written->count ? written->count->value : 0;
        channels.policy = written->policy ? written->policy->value : when_unset;
    }
    return channels;
}

std::vector<std::pair<ChipId, ChipId>> expand_pattern(const ExpressPatternDescriptor& pattern,
                                                      const Mesh& mesh) {
    const auto dimension = static_cast<std::size_t>(pattern.dimension.value);
    const std::int32_t length = mesh.device_dims[dimension];
    const std::int32_t lines = mesh.device_dims[1 - dimension];
    const bool wraps = pattern.wrap ? pattern.wrap->value == DimensionType::ring
                                    : mesh.dim_types[dimension] == DimensionType::ring;
    std::vector<std::pair<ChipId, ChipId>> links;
    for (std::int32_t block = 0; block < length / pattern.step.value; ++block) {
        const std::int32_t first = pattern.start.value + block * pattern.step.value;
        const std::int32_t last = first + pattern.step.value - 1;
        if (last >= length && !wraps) {
            continue;
        }
        for (std::int32_t line = 0; line < lines; ++line) {
            const auto chip = [&](std::int32_t along) {
                return dimension == 0 ? mesh.chip_at(along % length, line)
                                      : mesh.chip_at(line, along % length);
            };
            links.emplace_back(chip(first), chip(last));
        }
    }
    return links;
}

/// What a reference leads to: a mesh (by its depth-first number), perhaps a chip of it, or a graph.
struct Target {
    std::size_t index = 0;
    bool is_graph = false;
    std::optional<ChipId> chip;
};

class Expander {
  public:
    explicit Expander(const MeshGraphDescriptor& mgd) : mgd_(mgd) {
        for (const MeshDescriptor& mesh : mgd.meshes) {
            meshes_by_name_.try_emplace(mesh.name->value, &mesh);
        }
        for (const MeshDescriptor& network_switch : mgd.switches) {
            switches_by_name_.try_emplace(network_switch.name->value, &network_switch);
        }
        for (const GraphDescriptor& descriptor : mgd.graphs) {
            graphs_by_name_.try_emplace(descriptor.name->value, &descriptor);
        }
    }

    MeshGraph expand() {
        graph_.source = mgd_.source;
        graph_.source_name = mgd_.source->name();
        add_instance(*mgd_.top_level, std::nullopt);
        number();
        for (std::size_t graph = 0; graph < graph_.graphs.size(); ++graph) {
            add_connections(graph);
        }
        order_by_id();
        graph_.pinnings = resolve_pinnings(mgd_, graph_);
        return std::move(graph_);
    }

  private:
    /// The children of a graph instance, by the number with which references name them.
    struct Children {
        std::vector<Target> in_order;
        std::map<std::int32_t, Target> by_id;
    };

    Target add_instance(const NodeRef& reference, std::optional<std::size_t> parent) {
        return reference.kind == ReferenceKind::graph ? add_graph(reference, parent)
                                                      : add_mesh(reference, parent);
    }

    Target add_mesh(const NodeRef& reference, std::optional<std::size_t> parent) {
        const bool is_switch = reference.kind == ReferenceKind::network_switch;
        const MeshDescriptor& descriptor =
            *(is_switch ? switches_by_name_ : meshes_by_name_).at(reference.descriptor_name());
        Mesh mesh;
        mesh.written_id = reference.id_value();
        mesh.kind = descriptor.kind;
        mesh.descriptor = descriptor.name->value;
        mesh.graph = parent;
        mesh.architecture = descriptor.architecture->value;
        mesh.channels =
            channels_of(descriptor.channels, is_switch ? ChannelPolicy::strict : ChannelPolicy::relaxed);
        mesh.span = reference.span;
        for (std::size_t k = 0; k < 2; ++k) {
            mesh.device_dims[k] = descriptor.device_dims.at(k).value;
            if (k < descriptor.dim_types.size()) {
                mesh.dim_types[k] = descriptor.dim_types[k].value;
            }
            if (k < descriptor.host_dims.size()) {
                mesh.host_dims[k] = descriptor.host_dims[k].value;
            }
        }
        for (const ExpressPatternDescriptor& pattern : descriptor.express_patterns) {
            const auto links = expand_pattern(pattern, mesh);
            mesh.express_links.insert(mesh.express_links.end(), links.begin(), links.end());
        }
        for (const ExpressConnectionDescriptor& express : descriptor.express_connections) {
            mesh.express_connections.emplace_back(ChipId{express.source.value},
                                                  ChipId{express.destination.value});
        }
        graph_.meshes.push_back(std::move(mesh));
        return {graph_.meshes.size() - 1, false, std::nullopt};
    }

    Target add_graph(const NodeRef& reference, std::optional<std::size_t> parent) {
        const GraphDescriptor& descriptor = *graphs_by_name_.at(reference.descriptor_name());
        const std::size_t index = graph_.graphs.size();
        GraphInstance instance;
        instance.descriptor = descriptor.name->value;
        instance.type = descriptor.type ? descriptor.type->value : "";
        instance.id = reference.id_value();
        instance.parent = parent;
        instance.first_mesh = graph_.meshes.size();
        instance.span = reference.span;
        graph_.graphs.push_back(std::move(instance));
        descriptors_.push_back(&descriptor);
        children_.emplace_back();
        for (const NodeRef& child : descriptor.instances) {
            const Target target = add_instance(child, index);
            children_[index].in_order.push_back(target);
            children_[index].by_id.try_emplace(child.id_value(), target);
        }
        graph_.graphs[index].mesh_count = graph_.meshes.size() - graph_.graphs[index].first_mesh;
        return {index, true, std::nullopt};
    }

    /// As written when all differ, else depth-first; until order_by_id, meshes stand depth-first.
    void number() {
        std::set<std::int32_t> written;
        for (const Mesh& mesh : graph_.meshes) {
            written.insert(mesh.written_id);
        }
        graph_.renumbered = written.size() != graph_.meshes.size();
        for (std::size_t k = 0; k < graph_.meshes.size(); ++k) {
            graph_.meshes[k].id = {graph_.renumbered ? static_cast<std::int32_t>(k)
                                                     : graph_.meshes[k].written_id};
        }
    }

    void order_by_id() {
        std::vector<std::size_t> order(graph_.meshes.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return graph_.meshes[a].id < graph_.meshes[b].id; });
        graph_.depth_first.resize(order.size());
        std::vector<Mesh> ordered;
        ordered.reserve(order.size());
        for (std::size_t k = 0; k < order.size(); ++k) {
            graph_.depth_first[order[k]] = k;
            ordered.push_back(std::move(graph_.meshes[order[k]]));
        }
        graph_.meshes = std::move(ordered);
    }

    Target resolve(const NodeRef& reference, std::size_t graph) const {
        Target target = children_[graph].by_id.at(reference.id_value());
        if (target.is_graph && !reference.sub_ref.empty()) {
            return resolve(reference.sub_ref.front(), target.index);
        }
        if (reference.device) {
            target.chip = ChipId{reference.device->value};
        }
        return target;
    }

    void add_connections(std::size_t graph) {
        const GraphDescriptor& descriptor = *descriptors_[graph];
        for (const ConnectionDescriptor& connection : descriptor.connections) {
            std::vector<Target> ends;
            for (const NodeRef& node : connection.nodes) {
                ends.push_back(resolve(node, graph));
            }
            for (std::size_t a = 0; a < ends.size(); ++a) {
                for (std::size_t b = a + 1; b < ends.size(); ++b) {
                    join(ends[a], ends[b], channels_of(connection.channels, ChannelPolicy::strict),
                         connection.assign_z && connection.assign_z->value, connection.span);
                }
            }
        }
        if (descriptor.topology) {
            add_topology(*descriptor.topology, children_[graph].in_order);
        }
    }

    void add_topology(const GraphTopologyDescriptor& topology, const std::vector<Target>& children) {
        const Channels channels = channels_of(topology.channels, ChannelPolicy::strict);
        const bool assign_z = topology.assign_z && topology.assign_z->value;
        const bool is_ring = topology.layout && topology.layout->value == GraphLayout::ring;
        for (std::size_t a = 0; a < children.size(); ++a) {
            const std::size_t end = is_ring ? std::min(a + 2, children.size()) : children.size();
            for (std::size_t b = a + 1; b < end; ++b) {
                join(children[a], children[b], channels, assign_z, topology.span);
            }
        }
        if (is_ring && children.size() > 2) {  // two are joined once, one is not joined with itself
            join(children.back(), children.front(), channels, assign_z, topology.span);
        }
    }

    void join(const Target& a, const Target& b, const Channels& channels, bool assign_z, const Span& span) {
        TT_RUN_CHECK(a.is_graph == b.is_graph);
        if (a.is_graph) {
            graph_.graph_connections.push_back({a.index, b.index, channels, assign_z, span});
        } else {
            graph_.connections.push_back({graph_.meshes[a.index].id, graph_.meshes[b.index].id, a.chip,
                                          b.chip, channels, assign_z, span});
        }
    }

    const MeshGraphDescriptor& mgd_;
    std::map<std::string_view, const MeshDescriptor*> meshes_by_name_;
    std::map<std::string_view, const MeshDescriptor*> switches_by_name_;
    std::map<std::string_view, const GraphDescriptor*> graphs_by_name_;
    MeshGraph graph_;
    std::vector<const GraphDescriptor*> descriptors_;  ///< by graph instance
    std::vector<Children> children_;                   ///< by graph instance
};

}  // namespace

MeshGraph build_mesh_graph(const MeshGraphDescriptor& mgd) {
    return Expander(mgd).expand();
}

}  // namespace tt_run::topology
