#include "fabric/mesh_paths.hpp"

#include <algorithm>

namespace tt_run::fabric {

namespace {

constexpr std::uint32_t kFar = 0xFFFFFFFF;
/// Rows of so many meshes are kept once worked out, 16 MiB; of more, those that a route asked for.
constexpr std::size_t kMostToKeepAll = 2048;

bool rises(std::uint32_t stage) {
    return stage % 2 == 1;
}

}  // namespace

MeshPaths::MeshPaths(const MeshExits& exits, std::size_t mesh_count) : exits_(exits), rows_(mesh_count) {}

MeshPaths::~MeshPaths() {
    for (const auto& row : rows_) {
        delete row.load(std::memory_order_relaxed);  // nobody else is left
    }
}

const MeshPaths::Row& MeshPaths::publish(std::size_t target) const {
    auto made = std::make_unique<const Row>(work_out(target));
    const Row* expected = nullptr;
    // Release, paired with the acquire in `to`: whoever sees the pointer sees the row behind it. Two threads
    // may work out the same row; the one that comes second throws its own away.
    if (rows_[target].compare_exchange_strong(expected, made.get(), std::memory_order_release,
                                              std::memory_order_acquire)) {
        return *made.release();
    }
    return *expected;
}

MeshPaths::Row MeshPaths::work_out(std::size_t target) const {
    Row row;
    row.ways.resize(rows_.size());
    std::vector<std::uint32_t> hops(rows_.size(), kFar);
    std::vector<std::uint32_t> queue{static_cast<std::uint32_t>(target)};
    queue.reserve(rows_.size());
    hops[target] = 0;
    for (std::size_t at = 0; at < queue.size(); ++at) {
        for (const NeighbourMesh& neighbour : exits_.neighbours(queue[at])) {
            if (hops[neighbour.mesh] == kFar) {
                hops[neighbour.mesh] = hops[queue[at]] + 1;
                queue.push_back(neighbour.mesh);
            }
        }
    }
    for (std::size_t at = 1; at < queue.size(); ++at) {  // nearer meshes first: theirs is known
        const std::uint32_t mesh = queue[at];
        std::uint32_t best = kFar;
        const auto neighbours = exits_.neighbours(mesh);
        for (std::size_t k = 0; k < neighbours.size(); ++k) {
            const std::uint32_t next = neighbours[k].mesh;
            if (hops[next] + 1 != hops[mesh]) {
                continue;
            }
            const std::uint32_t then = row.ways[next].stage;
            const bool stays = then != 0 && rises(then) == (next > mesh);
            const std::uint32_t stage = stays ? then : then + 1;
            if (stage < best) {
                best = stage;
                row.ways[mesh].next = static_cast<std::uint16_t>(k);
            }
        }
        row.ways[mesh].stage = static_cast<std::uint16_t>(best);
    }
    return row;
}

std::uint32_t MeshPaths::stages() const {
    if (const std::uint32_t known = stages_.load(std::memory_order_relaxed); known != 0) {
        return known;
    }
    std::uint32_t most = 0;
    const auto look_at = [&](const Row& row) {
        for (const Way& way : row.ways) {
            most = std::max<std::uint32_t>(most, way.stage);
        }
    };
    for (std::size_t target = 0; target < rows_.size(); ++target) {
        rows_.size() <= kMostToKeepAll ? look_at(to(target)) : look_at(work_out(target));
    }
    stages_.store(most + 1, std::memory_order_relaxed);
    return most + 1;
}

std::uint32_t MeshPaths::Row::hops(const MeshExits& exits, std::size_t from) const {
    std::uint32_t count = 0;
    for (std::size_t mesh = from; ways[mesh].next != kNoWay; ++count) {
        mesh = exits.neighbours(mesh)[ways[mesh].next].mesh;
    }
    return count;
}

}  // namespace tt_run::fabric
