#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tt_run/device/data_type.hpp"

namespace tt_run::device {

/// A stack of matrices, as a tensor's last two dimensions see it.
struct MatrixStack {
    std::size_t count = 1;
    std::size_t rows = 1;
    std::size_t columns = 1;

    std::size_t tile_rows() const { return (rows + kTileSide - 1) / kTileSide; }
    std::size_t tile_columns() const { return (columns + kTileSide - 1) / kTileSide; }
    std::size_t elements() const { return count * rows * columns; }
    std::size_t tiled_elements() const { return count * tile_rows() * tile_columns() * kTileElements; }
};

/// Calls `move(row_major, tiled, run)` for every run of up to 16 elements that lie side by side in both
/// orders: their place among the matrices row by row, and their place in tiles (tiles row by row, in each its
/// four faces, in each its rows).
template <class Move>
void for_each_tile_run(const MatrixStack& stack, Move&& move) {
    for (std::size_t matrix = 0; matrix < stack.count; ++matrix) {
        for (std::size_t row = 0; row < stack.rows; ++row) {
            const std::size_t line = (matrix * stack.rows + row) * stack.columns;
            const std::size_t tile_line =
                (matrix * stack.tile_rows() + row / kTileSide) * stack.tile_columns();
            const std::size_t row_in_tile = row % kTileSide;
            for (std::size_t column = 0; column < stack.columns; column += kFaceSide) {
                const std::size_t face = row_in_tile / kFaceSide * 2 + column % kTileSide / kFaceSide;
                const std::size_t tiled = (tile_line + column / kTileSide) * kTileElements +
                                          face * kFaceSide * kFaceSide + row_in_tile % kFaceSide * kFaceSide;
                const std::size_t left = stack.columns - column;
                move(line + column, tiled, left < kFaceSide ? left : std::size_t{kFaceSide});
            }
        }
    }
}

/// Row by row into tiles; what no element falls on becomes `pad`.
template <class T>
void tilize(const MatrixStack& stack, std::span<const T> row_major, std::span<T> tiled, T pad) {
    if (stack.tiled_elements() != stack.elements()) {
        for (T& element : tiled) {
            element = pad;
        }
    }
    for_each_tile_run(stack, [&](std::size_t from, std::size_t to, std::size_t run) {
        for (std::size_t k = 0; k < run; ++k) {
            tiled[to + k] = row_major[from + k];
        }
    });
}

/// The inverse; padding is dropped.
template <class T>
void untilize(const MatrixStack& stack, std::span<const T> tiled, std::span<T> row_major) {
    for_each_tile_run(stack, [&](std::size_t to, std::size_t from, std::size_t run) {
        for (std::size_t k = 0; k < run; ++k) {
            row_major[to + k] = tiled[from + k];
        }
    });
}

}  // namespace tt_run::device
