#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "job/rank.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::launcher {

/// Lines of many ranks, each told once with the ranks that printed it: `[0-3,7] line`. A line that a rank
/// printed n times gets ` (xN)`. Standard error's lines come first, each stream's in the order in which they
/// were first seen. Bounded: `full` says when it is time to `render`.
class FoldedLines {
  public:
    void add(job::Rank rank, job::Stream stream, std::string_view line);
    bool empty() const { return order_.empty(); }
    bool full() const { return bytes_ > kMostBytes; }
    /// The lines of one stream, each with its end; forgets them.
    std::string render(job::Stream stream);

  private:
    static constexpr std::size_t kMostBytes = 8U << 20U;

    using Key = std::pair<job::Stream, std::string>;
    using Counts = std::map<job::Rank, std::size_t>;
    std::map<Key, Counts> lines_;
    std::vector<std::map<Key, Counts>::iterator> order_;
    std::size_t bytes_ = 0;
};

/// Ranks as people write them: `0-3,7`.
std::string render_rank_set(const std::vector<job::Rank>& ascending);

/// The same in a sentence: "rank 4", "ranks 0-3,5".
std::string name_ranks(const std::vector<job::Rank>& ascending);

}  // namespace tt_run::launcher
