#include "topology/mgd/mesh_graph.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "support/check.hpp"

namespace tt_run::topology {

std::vector<std::pair<ChipId, ChipId>> Mesh::neighbours() const {
    std::vector<std::pair<ChipId, ChipId>> pairs;
    const auto add = [&](ChipId a, ChipId b) {
        if (a != b) {
            pairs.push_back(std::minmax(a, b));
        }
    };
    for (std::int32_t row = 0; row < rows(); ++row) {
        for (std::int32_t column = 0; column < columns(); ++column) {
            const ChipId here = chip_at(row, column);
            if (row + 1 < rows() || wraps(0)) {
                add(here, chip_at((row + 1) % rows(), column));
            }
            if (column + 1 < columns() || wraps(1)) {
                add(here, chip_at(row, (column + 1) % columns()));
            }
        }
    }
    for (const auto& [a, b] : express_links) {
        add(a, b);
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
}

MeshHostRank Mesh::host_rank_of(ChipId chip) const {
    TT_RUN_CHECK(contains(chip));
    const std::int32_t host_row = chip.value / columns() / (rows() / host_dims[0]);
    const std::int32_t host_column = chip.value % columns() / (columns() / host_dims[1]);
    return {host_row * host_dims[1] + host_column};
}

std::vector<ChipId> Mesh::chips_of(MeshHostRank rank) const {
    TT_RUN_CHECK(rank.value >= 0 && rank.value < host_rank_count());
    const std::int32_t block_rows = rows() / host_dims[0];
    const std::int32_t block_columns = columns() / host_dims[1];
    const std::int32_t first_row = rank.value / host_dims[1] * block_rows;
    const std::int32_t first_column = rank.value % host_dims[1] * block_columns;
    std::vector<ChipId> chips;
    for (std::int32_t row = first_row; row < first_row + block_rows; ++row) {
        for (std::int32_t column = first_column; column < first_column + block_columns; ++column) {
            chips.push_back(chip_at(row, column));
        }
    }
    return chips;
}

const Mesh* MeshGraph::find(MeshId id) const {
    const auto found = std::lower_bound(meshes.begin(), meshes.end(), id,
                                        [](const Mesh& mesh, MeshId wanted) { return mesh.id < wanted; });
    return found != meshes.end() && found->id == id ? &*found : nullptr;
}

std::int64_t MeshGraph::chip_count() const {
    std::int64_t count = 0;
    for (const Mesh& mesh : meshes) {
        count += mesh.chip_count();
    }
    return count;
}

std::string MeshGraph::path_of(const Mesh& mesh) const {
    const std::string own = fmt::format("{} {}", mesh.descriptor, mesh.written_id);
    return mesh.graph ? path_of_graph(*mesh.graph) + " / " + own : own;
}

std::string MeshGraph::path_of_graph(std::size_t graph) const {
    const GraphInstance& instance = graphs.at(graph);
    const std::string own = fmt::format("{} {}", instance.descriptor, instance.id);
    return instance.parent ? path_of_graph(*instance.parent) + " / " + own : own;
}

}  // namespace tt_run::topology
