#include "topology/mgd/resolve_pinnings.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "topology/mgd/id_pattern.hpp"

namespace tt_run::topology {

namespace {

/// Trays and ASIC locations are small numbers.
constexpr std::uint32_t kPositions = 256;

std::vector<std::uint32_t> numbers_below(std::uint32_t end) {
    std::vector<std::uint32_t> numbers(end);
    std::iota(numbers.begin(), numbers.end(), 0U);
    return numbers;
}

std::vector<std::uint32_t> chosen(const IdChoice& choice, const std::vector<std::uint32_t>& domain) {
    if (choice.pattern) {
        return expand_pattern(choice.pattern->value, domain).value_or(std::vector<std::uint32_t>{});
    }
    return {choice.number ? choice.number->value : 0};
}

std::vector<AsicPosition> positions_of(const PinningDescriptor& pinning) {
    static const std::vector<std::uint32_t> kDomain = numbers_below(kPositions);
    std::vector<AsicPosition> positions;
    std::set<AsicPosition> seen;
    for (const PinnedPositionDescriptor& position : pinning.positions) {
        const std::vector<std::uint32_t> asics = chosen(position.asic, kDomain);
        for (const std::uint32_t tray : chosen(position.tray, kDomain)) {
            for (const std::uint32_t asic : asics) {
                if (seen.insert({tray, asic}).second) {
                    positions.push_back({tray, asic});
                }
            }
        }
    }
    return positions;
}

/// The chips named for each mesh, in the order written, none twice.
std::map<MeshId, std::vector<ChipId>> chips_of(const PinningDescriptor& pinning, const MeshGraph& graph,
                                               const std::vector<std::uint32_t>& mesh_ids) {
    std::map<MeshId, std::vector<ChipId>> chips;
    std::set<FabricNode> seen;
    for (const PinnedNodeDescriptor& node : pinning.nodes) {
        for (const std::uint32_t id : chosen(node.mesh, mesh_ids)) {
            const Mesh* mesh = graph.find({static_cast<std::int32_t>(id)});
            if (mesh == nullptr) {
                continue;
            }
            for (const std::uint32_t chip :
                 chosen(node.chip, numbers_below(static_cast<std::uint32_t>(mesh->chip_count())))) {
                const ChipId chip_id{static_cast<std::int32_t>(chip)};
                if (mesh->contains(chip_id) && seen.insert({mesh->id, chip_id}).second) {
                    chips[mesh->id].push_back(chip_id);
                }
            }
        }
    }
    return chips;
}

}  // namespace

std::vector<PinningGroup> resolve_pinnings(const MeshGraphDescriptor& mgd, const MeshGraph& graph) {
    std::vector<std::uint32_t> mesh_ids;
    for (const Mesh& mesh : graph.meshes) {
        mesh_ids.push_back(static_cast<std::uint32_t>(mesh.id.value));
    }
    std::vector<PinningGroup> groups;
    for (const PinningDescriptor& pinning : mgd.pinnings) {
        const std::vector<AsicPosition> positions = positions_of(pinning);
        for (auto& [mesh, chips] : chips_of(pinning, graph, mesh_ids)) {
            groups.push_back({mesh, chips, positions, pinning.span});
        }
    }
    return groups;
}

}  // namespace tt_run::topology
