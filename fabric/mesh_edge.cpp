#include "fabric/mesh_edge.hpp"

namespace tt_run::fabric {

std::int32_t MeshEdge::place_of(std::int32_t chip) const {
    const std::int32_t last_row = rows_ - 1;
    const std::int32_t last_column = columns_ - 1;
    const std::int32_t row = chip / columns_;
    const std::int32_t column = chip % columns_;
    if (row == 0) {
        return column;
    }
    if (column == last_column) {
        return last_column + row;
    }
    if (row == last_row) {
        return last_column + last_row + (last_column - column);
    }
    return column == 0 ? length() - row : -1;
}

std::int32_t MeshEdge::chip_at(std::int32_t place) const {
    const std::int32_t last_row = rows_ - 1;
    const std::int32_t last_column = columns_ - 1;
    if (place <= last_column) {
        return place;
    }
    if (place <= last_column + last_row) {
        return (place - last_column) * columns_ + last_column;
    }
    if (place <= 2 * last_column + last_row) {
        return last_row * columns_ + (2 * last_column + last_row - place);
    }
    return (length() - place) * columns_;
}

}  // namespace tt_run::fabric
