#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include "job/rank.hpp"

namespace tt_run::launcher {

/// What the first failing rank means for the others.
enum class OnFailure {
    end,       ///< they are ended: TERM, the grace, KILL
    wait,      ///< they have the grace to end by themselves, and are killed then
    carry_on,  ///< they run to their own ends
};

/// What each line of a rank's output begins with.
enum class Tag {
    none,
    rank,      ///< `[3] `
    mesh,      ///< `[mesh 1.0 rank 3] `: mesh id, host rank, rank
    host,      ///< `[wh-01 rank 3] `
    open_mpi,  ///< `[1,3]<stdout>: `
};

/// How the lines that ranks print reach the user.
struct OutputOptions {
    Tag tag = Tag::none;
    bool fold = false;  ///< identical lines once, with the set of ranks
    /// One file per rank and stream instead of the terminal, by rank; both empty without.
    std::vector<std::filesystem::path> output_files;
    std::vector<std::filesystem::path> error_files;
    /// The one rank whose lines the terminal shows (all of them if empty and there are no files).
    std::optional<job::Rank> only_rank;
};

/// How a supervised job is watched, and when it is ended. A limit that is not there never comes.
struct SupervisionOptions {
    OnFailure on_failure = OnFailure::end;
    std::chrono::milliseconds grace{500};
    std::chrono::milliseconds start_timeout{120'000};       ///< until every rank's program runs
    std::optional<std::chrono::milliseconds> timeout;       ///< for the whole job
    std::optional<std::chrono::milliseconds> idle_timeout;  ///< without output or progress of any rank
    std::chrono::milliseconds host_timeout{30'000};         ///< without an answer from another host
    OutputOptions output;
};

}  // namespace tt_run::launcher
