#include "topology/draw/visualizer_export.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace tt_run::topology::draw {

namespace {

struct Part {
    std::size_t mesh = 0;
    MeshHostRank part;
};

std::vector<Part> parts_of(const MappedSystem& system) {
    std::vector<Part> parts;
    for (const OwnedPart& owner : system.owners) {
        if (const Mesh* const mesh = system.graph.find(owner.mesh)) {
            parts.push_back({static_cast<std::size_t>(mesh - system.graph.meshes.data()), owner.part});
        }
    }
    for (std::size_t m = 0; system.owners.empty() && m < system.graph.meshes.size(); ++m) {
        for (std::int32_t part = 0; part < system.graph.meshes[m].host_rank_count(); ++part) {
            parts.push_back({m, {part}});
        }
    }
    return parts;
}

std::string coordinates_of(const MappedSystem& system, const Part& part, const Host& host) {
    const Mesh& mesh = system.graph.meshes[part.mesh];
    const std::vector<std::int32_t> numbers = descriptor_chip_numbers(system.cluster, host);
    std::map<std::int32_t, ChipId> by_number;
    for (const ChipId chip : mesh.chips_of(part.part)) {
        const AsicIndex asic = system.mapping.chips[part.mesh][static_cast<std::size_t>(chip.value)];
        if (host.holds(asic)) {
            by_number.emplace(numbers[asic.value - host.first_asic], chip);
        }
    }
    std::string out = "chips:\n";
    for (const auto& [number, chip] : by_number) {
        out +=
            fmt::format("  {}: [{}, {}]\n", number, chip.value / mesh.columns(), chip.value % mesh.columns());
    }
    return out;
}

}  // namespace

std::vector<ExportedFile> export_for_visualizer(const MappedSystem& system) {
    const std::vector<ExportedFile> descriptors = export_umd_descriptors(system.cluster, "cluster");
    const std::vector<Part> parts = parts_of(system);
    std::vector<ExportedFile> files;
    for (std::size_t k = 0; k < parts.size(); ++k) {
        const ChipId first = system.graph.meshes[parts[k].mesh].chips_of(parts[k].part).front();
        const AsicIndex asic = system.mapping.chips[parts[k].mesh][static_cast<std::size_t>(first.value)];
        const HostIndex host = system.cluster.board_of(asic).host;
        const std::string place = fmt::format("{}_of_{}", k + 1, parts.size());
        // The first file is the mapping that joins them; hosts follow in their order.
        files.push_back(
            {parts.size() == 1 ? "cluster_descriptor.yaml" : fmt::format("cluster_descriptor_{}.yaml", place),
             descriptors[1 + host.value].content});
        files.push_back({fmt::format("physical_chip_mesh_coordinate_mapping_{}.yaml", place),
                         coordinates_of(system, parts[k], system.cluster.host(host))});
    }
    return files;
}

}  // namespace tt_run::topology::draw
