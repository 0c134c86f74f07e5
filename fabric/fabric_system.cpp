#include "fabric/fabric_system.hpp"

#include <charconv>

#include <fmt/format.h>

#include "support/check.hpp"

namespace tt_run::fabric {

std::string name_of(FabricNode node) {
    return fmt::format("M{}:{}", node.mesh.value, node.chip.value);
}

std::optional<FabricNode> parse_node(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (!text.starts_with('M') || colon == std::string_view::npos) {
        return std::nullopt;
    }
    FabricNode node;
    const auto read = [](std::string_view digits, std::int32_t& into) {
        const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
        return failure == std::errc() && end == digits.data() + digits.size() && into >= 0;
    };
    const bool good =
        read(text.substr(1, colon - 1), node.mesh.value) && read(text.substr(colon + 1), node.chip.value);
    return good ? std::optional(node) : std::nullopt;
}

FabricSystem::FabricSystem(topology::MeshGraph graph, topology::Cluster cluster, topology::Mapping mapping)
    : graph_(std::move(graph)), cluster_(std::move(cluster)), mapping_(std::move(mapping)) {
    TT_RUN_CHECK(mapping_.chips.size() == graph_.meshes.size());
    played_.assign(cluster_.asics().size(), NodeAt{0, -1});
    first_node_.push_back(0);
    for (std::size_t mesh = 0; mesh < graph_.meshes.size(); ++mesh) {
        const std::vector<AsicIndex>& chips = mapping_.chips[mesh];
        TT_RUN_CHECK(chips.size() == static_cast<std::size_t>(graph_.meshes[mesh].chip_count()));
        for (std::size_t chip = 0; chip < chips.size(); ++chip) {
            NodeAt& played = played_[chips[chip].value];
            TT_RUN_CHECK(played.chip < 0);
            played = {static_cast<std::uint32_t>(mesh), static_cast<std::int32_t>(chip)};
        }
        first_node_.push_back(first_node_.back() + static_cast<std::uint32_t>(chips.size()));
    }
}

std::optional<NodeAt> FabricSystem::find(FabricNode node) const {
    const Mesh* mesh = graph_.find(node.mesh);
    if (mesh == nullptr || !mesh->contains(node.chip)) {
        return std::nullopt;
    }
    return NodeAt{static_cast<std::uint32_t>(mesh - graph_.meshes.data()), node.chip.value};
}

}  // namespace tt_run::fabric
