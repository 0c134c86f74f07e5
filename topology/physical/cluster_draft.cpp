#include "topology/physical/cluster_draft.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tt_run::topology {

using support::Span;

ClusterDraft::Place ClusterDraft::remember(const Span& span) {
    if (!span) {
        return {};
    }
    // The last source is nearly always the right one; few files are ever joined.
    auto known = std::find(sources.rbegin(), sources.rend(), span.source);
    if (known == sources.rend()) {
        sources.push_back(span.source);
        known = sources.rbegin();
    }
    return {static_cast<std::uint32_t>(sources.rend() - known), static_cast<std::uint32_t>(span.begin),
            static_cast<std::uint32_t>(span.end)};
}

Span ClusterDraft::span_of(const Place& place) const {
    return place.source == 0 ? Span{} : Span{sources[place.source - 1], place.begin, place.end};
}

std::string ClusterDraft::asic_name(std::uint32_t asic) const {
    const Asic& one = asics[asic];
    const Board& board = boards[one.board.value];
    return fmt::format("{}/{}/{}", hosts[board.host.value].name, board.tray, one.location);
}

}  // namespace tt_run::topology
