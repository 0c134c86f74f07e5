#include "launcher/run/hang_watch.hpp"

#include <algorithm>

#include "job/variable_names.hpp"

namespace tt_run::launcher {

namespace {

/// Between two looks at who waits for whom: a report in flight has arrived by then.
constexpr std::chrono::milliseconds kWaitsTime{100};

}  // namespace

HangWatch::HangWatch(const LaunchPlan& plan, Clock::time_point start)
    : plan_(plan),
      start_(start),
      last_sign_of_life_(start),
      start_deadline_(start + plan.supervision.start_timeout),
      waits_(plan.ranks.size()) {}

void HangWatch::hear(job::Rank rank, const job::Blocked& report, Clock::time_point now) {
    if (report.probe == 0) {
        last_sign_of_life_ = now;  // an answer to our own question is none
    }
    waits_.hear(rank, report);
    look_at_waits_at_ = look_at_waits_at_.value_or(now + kWaitsTime);
}

void HangWatch::hear(job::Rank rank, const job::Unblocked& report, Clock::time_point now) {
    last_sign_of_life_ = now;
    waits_.hear(rank, report);
}

std::size_t HangWatch::blocked() const {
    std::size_t count = 0;
    for (const PlannedRank& rank : plan_.ranks) {
        count += waits_.graph().is_blocked(rank.rank) ? 1 : 0;
    }
    return count;
}

void HangWatch::hear(job::Rank rank, const job::Stacks& stacks) {
    if (inspection_) {
        inspection_->take(rank, stacks.text);
    }
}

void HangWatch::rank_ended(job::Rank rank) {
    ended_.insert(rank);
    waits_.leave(rank);
}

void HangWatch::runtime_lost(job::Rank rank) {
    if (!ended_.contains(rank)) {
        waits_.forget(rank);
    }
}

std::optional<HangWatch::Verdict> HangWatch::look(Clock::time_point now, const JobOutcome& outcome,
                                                  PeerSet& ranks) {
    const SupervisionOptions& limits = plan_.supervision;
    if (inspection_) {
        if (inspection_->is_complete() || now >= inspection_->deadline()) {
            return Verdict{inspection_->cause(), explanation_ + inspection_->render()};
        }
    } else if (look_at_waits_at_ && now >= *look_at_waits_at_) {
        return look_at_waits(now, ranks);
    } else if (start_deadline_ && now >= *start_deadline_) {
        return Verdict{EndCause::start_timeout, render_missing(plan_, outcome, limits.start_timeout)};
    } else if (limits.timeout && now >= start_ + *limits.timeout) {
        explanation_ = render_limit("has run for", *limits.timeout, "--timeout");
        inspect(EndCause::timeout, now, outcome, ranks);
    } else if (limits.idle_timeout && now >= last_sign_of_life_ + *limits.idle_timeout) {
        explanation_ = render_limit("has printed nothing for", *limits.idle_timeout, "--idle-timeout");
        inspect(EndCause::idle_timeout, now, outcome, ranks);
    }
    return std::nullopt;
}

void HangWatch::inspect(EndCause cause, Clock::time_point now, const JobOutcome& outcome, PeerSet& ranks) {
    std::vector<job::Rank> asked;
    for (const RankOutcome& rank : outcome.ranks) {
        if (rank.state == RankOutcome::State::running) {
            asked.push_back(rank.rank);
            ranks.send(rank.rank, job::TakeStacks{});
        }
    }
    explanation_ += waits_.graph().render_waits();
    inspection_.emplace(cause, std::move(asked), now);
}

std::optional<HangWatch::Verdict> HangWatch::look_at_waits(Clock::time_point now, PeerSet& ranks) {
    look_at_waits_at_ = now + kWaitsTime;
    const job::DeadlockWatch::Step step = waits_.advance();
    for (const job::Rank rank : step.to_ask) {
        ranks.send_to_runtime(rank, step.probe);
    }
    if (!step.verdict) {
        return std::nullopt;
    }
    Verdict verdict{EndCause::deadlock, "tt-run: deadlock: " + *step.verdict, !job_survives_deadlock()};
    if (verdict.ends_job || verdict.explanation != told_deadlock_) {
        told_deadlock_ = verdict.explanation;
        return verdict;
    }
    return std::nullopt;
}

/// The ranks' TT_RUN_DEADLOCK, which all have alike.
bool HangWatch::job_survives_deadlock() const {
    const auto& variables = plan_.ranks.front().environment;
    const auto found = variables.find(job::kDeadlockVariable);
    return found != variables.end() && found->second.value == "report";
}

std::optional<HangWatch::Clock::time_point> HangWatch::next() const {
    std::optional<Clock::time_point> next;
    const auto consider = [&](const std::optional<Clock::time_point>& when) {
        next = when ? std::min(next.value_or(*when), *when) : next;
    };
    if (inspection_) {
        return inspection_->is_complete() ? Clock::time_point::min() : inspection_->deadline();
    }
    consider(start_deadline_);
    consider(look_at_waits_at_);
    if (plan_.supervision.timeout) {
        consider(start_ + *plan_.supervision.timeout);
    }
    if (plan_.supervision.idle_timeout) {
        consider(last_sign_of_life_ + *plan_.supervision.idle_timeout);
    }
    return next;
}

}  // namespace tt_run::launcher
