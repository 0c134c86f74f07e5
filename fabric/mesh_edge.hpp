#pragma once

#include <cstdint>

namespace tt_run::fabric {

/// The chips on the edge of a mesh of two rows and columns or more, as a ring: places are numbered clockwise
/// from the north-west corner.
class MeshEdge {
  public:
    MeshEdge(std::int32_t rows, std::int32_t columns) : rows_(rows), columns_(columns) {}

    std::int32_t length() const { return 2 * (rows_ + columns_) - 4; }
    /// -1 for a chip inside.
    std::int32_t place_of(std::int32_t chip) const;
    std::int32_t chip_at(std::int32_t place) const;

  private:
    std::int32_t rows_;
    std::int32_t columns_;
};

}  // namespace tt_run::fabric
