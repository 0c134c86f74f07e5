#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "job/supervision_message.hpp"
#include "launcher/plan/folded_lines.hpp"
#include "launcher/plan/supervision.hpp"
#include "launcher/run/output_sink.hpp"
#include "launcher/run/rank_tags.hpp"
#include "support/error.hpp"

namespace tt_run::launcher {

/// Takes what ranks print, in pieces of any size, and hands on whole lines: to the terminal or to a file per
/// rank and stream, tagged or folded as asked. A line without an end waits for it, up to `kLongestLine`, or
/// until the rank ends. Bounded as long as its owner stops taking while `backlog` is above a limit. Passive,
/// not thread-safe.
class OutputRouter {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t kLongestLine = 1U << 20U;

    /// `tags` by rank. Opens the files, if files were asked for.
    static support::Result<OutputRouter> open(const OutputOptions& options, std::vector<RankTags> tags,
                                              int standard_output, int standard_error);

    void take(job::Rank rank, job::Stream stream, std::string_view bytes);
    /// The rank prints no more: its unfinished lines are handed on.
    void finish(job::Rank rank);
    /// Writes what is taken at once. Folded lines come when they are due: more may follow, but people wait.
    void flush();
    /// When folded lines are due, if there are any.
    std::optional<Clock::time_point> next() const { return fold_at_; }
    /// Blocks until everything is written or nobody reads.
    void flush_fully();
    /// Bytes that terminal or pipe have not taken yet.
    std::size_t backlog() const { return terminal_[0].backlog() + terminal_[1].backlog(); }
    /// Descriptors to wait for; -1 where nothing waits.
    int waiting_output() const { return terminal_[0].backlog() != 0 ? terminal_[0].descriptor() : -1; }
    int waiting_error() const { return terminal_[1].backlog() != 0 ? terminal_[1].descriptor() : -1; }
    /// Nobody reads standard output any more.
    bool output_lost() const { return terminal_[0].lost(); }
    /// Why some of what ranks printed could not be written (an errno), or 0.
    int write_error() const;

    /// Whose lines are the last on tt-run's standard error, as they were printed; nothing if there are none,
    /// if words of tt-run's own came behind them, or with `fold`.
    std::optional<job::Rank> last_on_errors() const { return last_on_errors_; }

    /// For tt-run's own words between the ranks' lines.
    void say(std::string_view text);

  private:
    OutputRouter() = default;

    struct Lane {
        OutputSink* sink = nullptr;    ///< nothing if the stream goes nowhere
        OutputSink* second = nullptr;  ///< file and terminal at once
        std::string tag;
        std::string unfinished;
        /// Alone on the terminal, untagged: a prompt need not wait for its line's end.
        bool is_raw = false;
    };

    Lane& lane(job::Rank rank, job::Stream stream);
    void hand_on(job::Rank rank, job::Stream stream, Lane& lane, std::string_view lines);
    void fold(job::Rank rank, job::Stream stream, std::string_view lines);
    void render_folded();

    bool fold_ = false;
    std::vector<OutputSink> terminal_;  ///< output, error; lanes point into it
    std::vector<OutputSink> files_;
    std::vector<Lane> lanes_;
    FoldedLines folded_;
    std::optional<Clock::time_point> fold_at_;
    std::optional<job::Rank> last_on_errors_;
};

}  // namespace tt_run::launcher
