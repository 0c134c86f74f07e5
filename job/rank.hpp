#pragma once

#include <compare>
#include <cstdint>

namespace tt_run::job {

/// A process of the job, numbered from 0 without gaps; equal to its rank in MPI_COMM_WORLD.
struct Rank {
    std::int32_t value = 0;
    auto operator<=>(const Rank&) const = default;
};

}  // namespace tt_run::job
