#include "topology/mgd/mesh_graph_descriptor.hpp"

namespace tt_run::topology {

std::string_view spelling_of(Architecture value) {
    switch (value) {
        case Architecture::wormhole_b0:
            return "WORMHOLE_B0";
        case Architecture::blackhole:
            return "BLACKHOLE";
    }
    return {};
}

std::string_view spelling_of(DimensionType value) {
    switch (value) {
        case DimensionType::line:
            return "LINE";
        case DimensionType::ring:
            return "RING";
    }
    return {};
}

std::string_view spelling_of(ChannelPolicy value) {
    switch (value) {
        case ChannelPolicy::strict:
            return "STRICT";
        case ChannelPolicy::relaxed:
            return "RELAXED";
    }
    return {};
}

std::string_view spelling_of(GraphLayout value) {
    switch (value) {
        case GraphLayout::all_to_all:
            return "ALL_TO_ALL";
        case GraphLayout::ring:
            return "RING";
    }
    return {};
}

std::string_view spelling_of(RoutingDirection value) {
    switch (value) {
        case RoutingDirection::north:
            return "N";
        case RoutingDirection::east:
            return "E";
        case RoutingDirection::south:
            return "S";
        case RoutingDirection::west:
            return "W";
        case RoutingDirection::centre:
            return "C";
        case RoutingDirection::none:
            return "NONE";
    }
    return {};
}

}  // namespace tt_run::topology
