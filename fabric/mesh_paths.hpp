#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "fabric/mesh_exits.hpp"

namespace tt_run::fabric {

/// The way from mesh to mesh: fewest mesh hops; of those the way with the fewest stages (below); of those the
/// next mesh of the lowest position.
///
/// A packet's stage in a mesh is what is left of its way, cut into stretches: 0 in the target's mesh; up to
/// there at least 1; within an odd stage mesh positions rise from hop to hop, within an even one they fall;
/// a hop that ends a stage may go either way. Links and chips have a virtual channel for each stage. Stages
/// only ever fall, and within one, positions only ever rise or only ever fall: nobody waits in a circle of
/// meshes, whatever the meshes are joined to: rings, tori, anything.
///
/// One row for each target mesh, of four bytes for each mesh, worked out when it is first asked for. Safe
/// from many threads.
class MeshPaths {
  public:
    static constexpr std::uint16_t kNoWay = 0xFFFF;
    struct Way {
        std::uint16_t next = kNoWay;  ///< which of the mesh's neighbours
        std::uint16_t stage = 0;
    };
    struct Row {
        std::vector<Way> ways;  ///< by mesh
        std::uint32_t hops(const MeshExits& exits, std::size_t from) const;
    };

    /// `exits` must outlive this.
    explicit MeshPaths(const MeshExits& exits, std::size_t mesh_count);
    ~MeshPaths();
    MeshPaths(const MeshPaths&) = delete;
    MeshPaths& operator=(const MeshPaths&) = delete;

    const Row& to(std::size_t target) const {
        const Row* row = rows_[target].load(std::memory_order_acquire);  // pairs with publish
        return row != nullptr ? *row : publish(target);
    }

    /// One more than the highest stage of any way. Works out all rows the first time, and keeps them unless
    /// there are very many.
    std::uint32_t stages() const;

  private:
    const Row& publish(std::size_t target) const;
    Row work_out(std::size_t target) const;

    const MeshExits& exits_;
    mutable std::vector<std::atomic<const Row*>> rows_;
    mutable std::atomic<std::uint32_t> stages_{0};  ///< 0 until somebody asks; all who ask find the same
};

}  // namespace tt_run::fabric
