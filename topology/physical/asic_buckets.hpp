#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Sorts by `less`, which must compare `asic_of` first: in time linear in millions of values, as each ASIC
/// has a few. Those alike keep their order.
template <class T, class AsicOf, class Less>
void sort_by_asic(std::vector<T>& values, std::size_t asics, AsicOf asic_of, Less less) {
    if (std::is_sorted(values.begin(), values.end(), less)) {
        return;
    }
    std::vector<std::size_t> next(asics + 1, 0);
    for (const T& value : values) {
        ++next[asic_of(value).value + 1];
    }
    for (std::size_t asic = 0; asic < asics; ++asic) {
        next[asic + 1] += next[asic];
    }
    std::vector<T> sorted(values.size());
    for (T& value : values) {
        sorted[next[asic_of(value).value]++] = std::move(value);
    }
    // `next` is now where each bucket ends.
    std::size_t begin = 0;
    for (std::size_t asic = 0; asic < asics; ++asic) {
        const auto first = sorted.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(next[asic]);
        if (!std::is_sorted(first, last, less)) {
            std::stable_sort(first, last, less);
        }
        begin = next[asic];
    }
    values = std::move(sorted);
}

}  // namespace tt_run::topology
