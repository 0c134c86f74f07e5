#include "launcher/run/job_record.hpp"

#include <algorithm>

#include "launcher/run/job_report.hpp"

namespace tt_run::launcher {

namespace {

using job::Rank;
using State = RankOutcome::State;

constexpr std::size_t kMostReport = std::size_t{32} << 20U;
constexpr std::size_t kLastErrorBytes = 16U << 10U;

void keep_last_errors(RankOutcome& outcome, std::string_view bytes) {
    if (bytes.size() > kLastErrorBytes) {
        bytes.remove_prefix(bytes.size() - kLastErrorBytes);
    }
    if (outcome.last_errors.size() + bytes.size() > 2 * kLastErrorBytes) {
        outcome.last_errors.erase(0, outcome.last_errors.size() - kLastErrorBytes);
    }
    outcome.last_errors += bytes;
}

}  // namespace

JobRecord::JobRecord(const LaunchPlan& plan, const EventStream& events) : plan_(plan), events_(events) {
    for (const PlannedRank& rank : plan.ranks) {
        RankOutcome waiting;
        waiting.rank = rank.rank;
        outcome_.ranks.push_back(std::move(waiting));
    }
}

bool JobRecord::is_settled(const RankOutcome& rank) {
    return rank.state != State::waiting && rank.state != State::running;
}

const RankOutcome& JobRecord::of(Rank rank) const {
    return outcome_.ranks[static_cast<std::size_t>(rank.value)];
}

RankOutcome& JobRecord::at(Rank rank) {
    return outcome_.ranks[static_cast<std::size_t>(rank.value)];
}

bool JobRecord::all_settled() const {
    return std::all_of(outcome_.ranks.begin(), outcome_.ranks.end(),
                       [](const RankOutcome& rank) { return is_settled(rank); });
}

bool JobRecord::started(Rank rank, const job::Started& started) {
    RankOutcome& outcome = at(rank);
    if (outcome.state != State::waiting) {
        return false;
    }
    outcome.state = State::running;
    outcome.pid = started.pid;
    outcome.started_after_seconds = seconds_since_start();
    outcome.phases.set_start(started.at_ns);
    ++started_;
    tell([&] { return render_start_event(plan_.ranks[static_cast<std::size_t>(rank.value)], outcome); });
    return true;
}

void JobRecord::entered(Rank rank, const job::Phase& phase, job::Role by) {
    if (!is_settled(rank)) {
        at(rank).phases.enter(phase, by);
    }
}

void JobRecord::printed(Rank rank, const job::Output& output) {
    RankOutcome& outcome = at(rank);
    if (output.stream == job::Stream::error) {
        keep_last_errors(outcome, output.bytes);
        outcome.error_bytes += output.bytes.size();
    } else {
        outcome.output_bytes += output.bytes.size();
    }
    if (events_.with_output) {
        tell([&] { return render_output_event(rank, output.stream, output.bytes); });
    }
}

void JobRecord::reported(job::Rank rank, const job::Report& report) {
    std::string& whole = at(rank).report;
    whole.append(report.piece.substr(0, kMostReport - std::min(kMostReport, whole.size())));
}

bool JobRecord::aborted(Rank rank, const job::Aborted& aborted, bool asked) {
    RankOutcome& outcome = at(rank);
    if (outcome.abort_code || is_settled(outcome)) {
        return false;
    }
    outcome.abort_code = static_cast<int>(aborted.exit_code);
    note_failure(outcome, asked);
    return true;
}

bool JobRecord::not_started(Rank rank, const job::NotStarted& refused, bool asked) {
    if (is_settled(rank)) {
        return false;
    }
    at(rank).error_number = static_cast<int>(refused.error_number);
    at(rank).attempt = refused.attempt;
    return settle(rank, State::not_started, asked);
}

bool JobRecord::ended(Rank rank, const job::Exited& exited, bool asked) {
    if (is_settled(rank)) {
        return false;
    }
    RankOutcome& outcome = at(rank);
    outcome.wait_status = static_cast<int>(exited.wait_status);
    outcome.told_signal = exited.told_signal;
    outcome.peak_memory_bytes = exited.peak_memory_bytes;
    outcome.crossed_our_order = asked && !exited.was_told_to_end;
    return settle(rank, State::ended, asked && exited.was_told_to_end);
}

bool JobRecord::lost(Rank rank, bool asked) {
    return !is_settled(rank) && settle(rank, State::lost, asked);
}

void JobRecord::lost_with_host(Rank rank) {
    at(rank).ended_as = 0;
    at(rank).was_asked_to_end = false;
}

bool JobRecord::settle(Rank rank, State state, bool asked) {
    RankOutcome& outcome = at(rank);
    outcome.state = state;
    outcome.ended_after_seconds = seconds_since_start();
    if (outcome.failed()) {
        note_failure(outcome, asked);
    }
    tell([&] { return render_exit_event(plan_.ranks[static_cast<std::size_t>(rank.value)], outcome); });
    return true;
}

void JobRecord::note_failure(RankOutcome& rank, bool asked) {
    if (rank.ended_as == 0) {
        rank.ended_as = ++failures_;
        rank.was_asked_to_end = asked;
    }
}

void JobRecord::begin() {
    tell([&] { return render_plan_event(plan_); });
}

void JobRecord::finish() {
    outcome_.seconds = seconds_since_start();
    tell([&] { return render_failure_event(plan_, outcome_); });
    tell([&] { return render_summary_event(plan_, outcome_); });
    if (events_.sink != nullptr) {
        events_.sink->flush_fully();
    }
}

double JobRecord::seconds_since_start() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

/// Events are rendered only if somebody wants them.
template <class Render>
void JobRecord::tell(Render render) {
    if (events_.sink != nullptr) {
        events_.sink->buffer() += render();
        events_.sink->flush();
    }
}

}  // namespace tt_run::launcher
