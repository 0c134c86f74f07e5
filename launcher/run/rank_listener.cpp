#include "launcher/run/rank_listener.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "job/release.hpp"
#include "launcher/plan/supervised_command.hpp"
#include "launcher/run/failure_report.hpp"

namespace tt_run::launcher {

namespace {

using job::Rank;
using Clock = std::chrono::steady_clock;
using State = RankOutcome::State;

/// Credit is given back in pieces of this size.
constexpr std::uint32_t kCreditPiece = job::kWindowBytes / 4;

}  // namespace

RankListener::RankListener(const Job& job) : job_(job), owed_credit_(job.plan.ranks.size(), 0) {}

// ---- agents

void RankListener::agent_joined(Rank rank, const job::Hello& hello) {
    job_.record.agent_joined(rank, hello.pid);
    if (job_.ending.is_leaving() || job_.record.of(rank).state == State::lost) {
        job_.peers.send(rank, job::Leave{});
    } else if (job_.ending.has_begun()) {
        job_.peers.send(rank, job::Terminate{0});
    } else {
        const PlannedRank& row = job_.plan.ranks[static_cast<std::size_t>(rank.value)];
        job_.peers.send(
            rank, build_start_order(
                      row, job_.plan, {job_.peers.address(), job_.secrets.tokens.runtime, job_.secrets.job},
                      {rank.value == 0 && job_.input.exists(), job_.between_hosts, job_.wants_phases}));
    }
}

void RankListener::agent_refused(Rank, const job::Hello& hello) {
    if (!job_.ending.has_begun()) {
        job_.record.outcome().explanation = fmt::format(
            "tt-run: host {} has tt-run {}, and this is tt-run {}: all hosts must have the same, at {}\n",
            hello.host, hello.release.empty() ? "of another version" : hello.release, job::release(),
            job_.plan.agent.front());
        job_.ending.end(EndCause::host);
    }
}

void RankListener::agent_said(Rank rank, const job::Message& message) {
    std::visit([&](const auto& said) { hear(rank, said); }, message);
}

void RankListener::agent_lost(Rank rank) {
    // One that joins too late is sent away and counts as never started.
    const bool came_too_late = job_.ending.has_begun() && job_.record.of(rank).state == State::waiting;
    if (!came_too_late && job_.record.lost(rank, job_.ending.has_begun())) {
        first_lost_ = first_lost_.value_or(rank);
        settled(rank);
    }
    set_gone(rank);
}

void RankListener::hear(Rank rank, const job::Started& started) {
    if (job_.record.started(rank, started)) {
        job_.hangs.sign_of_life(Clock::now());
        if (job_.record.all_started()) {
            job_.hangs.all_ranks_started();
        }
        if (rank.value == 0) {
            job_.input.set_wanted(true);
        }
    }
}

void RankListener::hear(Rank rank, const job::NotStarted& refused) {
    if (job_.record.not_started(rank, refused, job_.ending.has_begun())) {
        settled(rank);
    }
}

void RankListener::hear(Rank rank, const job::Phase& phase) {
    job_.record.entered(rank, phase, job::Role::agent);
}

void RankListener::hear(Rank rank, const job::Output& output) {
    job_.hangs.sign_of_life(Clock::now());
    job_.record.printed(rank, output);
    // Only a rank that is alone on the terminal writes pieces of lines there.
    at_line_start_ = output.bytes.ends_with('\n') || job_.plan.ranks.size() > 1;
    job_.router.take(rank, output.stream, output.bytes);
    std::uint32_t& owed = owed_credit_[static_cast<std::size_t>(rank.value)];
    const bool was_owed_a_piece = owed >= kCreditPiece;
    owed += static_cast<std::uint32_t>(output.bytes.size());
    ranks_owed_ += !was_owed_a_piece && owed >= kCreditPiece ? 1 : 0;
}

void RankListener::hear(Rank rank, const job::Credit& credit) {
    if (rank.value == 0) {
        job_.input.add_window(credit.bytes);
    }
}

void RankListener::hear(Rank rank, const job::Aborted& aborted) {
    if (job_.record.aborted(rank, aborted, job_.ending.has_begun())) {
        job_.ending.end(EndCause::ranks);  // an abort is for the whole job, whatever --on-failure says
    }
}

void RankListener::hear(Rank rank, const job::Exited& exited) {
    if (job_.record.ended(rank, exited, job_.ending.has_begun())) {
        settled(rank);
    }
}

void RankListener::hear(Rank rank, const job::Stacks& stacks) {
    job_.hangs.hear(rank, stacks);
}

void RankListener::hear(Rank rank, const job::Gone&) {
    set_gone(rank);
}

void RankListener::settled(Rank rank) {
    job_.hangs.rank_ended(rank);
    if (rank.value == 0) {
        job_.input.set_wanted(false);
    }
    const RankOutcome& outcome = job_.record.of(rank);
    if (!outcome.failed() || job_.ending.has_begun()) {
        return;
    }
    switch (job_.plan.supervision.on_failure) {
        case OnFailure::end:
            return job_.ending.end(EndCause::ranks);
        case OnFailure::wait:
            return job_.ending.end_without_term(EndCause::ranks);
        case OnFailure::carry_on:
            job_.router.say(fmt::format("tt-run: rank {} failed ({}); the others go on\n", rank.value,
                                        describe_end(outcome)));
    }
}

void RankListener::give_up(const std::vector<Rank>& ranks) {
    // The first of them ends the job, but is not what ends the others.
    const bool was_ending = job_.ending.has_begun();
    for (const Rank rank : ranks) {
        job_.peers.give_up(rank);
    }
    std::vector<Rank> news;
    std::ranges::copy_if(ranks, std::back_inserter(news),
                         [&](Rank rank) { return job_.record.lost(rank, was_ending); });
    std::ranges::for_each(news, [&](Rank rank) { settled(rank); });
    std::ranges::for_each(ranks, [&](Rank rank) { set_gone(rank); });
}

void RankListener::set_gone(Rank rank) {
    if (job_.record.set_gone(rank)) {
        job_.router.finish(rank);
    }
}

void RankListener::give_credit() {
    for (std::size_t rank = 0; ranks_owed_ > 0 && rank < owed_credit_.size(); ++rank) {
        if (owed_credit_[rank] >= kCreditPiece) {
            job_.peers.send({static_cast<std::int32_t>(rank)}, job::Credit{owed_credit_[rank]});
            owed_credit_[rank] = 0;
            --ranks_owed_;
        }
    }
}

// ---- runtimes, and what speaks to hosts

void RankListener::runtime_said(Rank rank, const job::Message& message) {
    if (const auto* const blocked = std::get_if<job::Blocked>(&message)) {
        job_.hangs.hear(rank, *blocked, Clock::now());
    } else if (const auto* const unblocked = std::get_if<job::Unblocked>(&message)) {
        job_.hangs.hear(rank, *unblocked, Clock::now());
    } else if (const auto* const report = std::get_if<job::Report>(&message)) {
        job_.record.reported(rank, *report);
    } else if (const auto* const phase = std::get_if<job::Phase>(&message)) {
        job_.record.entered(rank, *phase, job::Role::runtime);
    } else if (std::holds_alternative<job::Gone>(message)) {
        job_.hangs.program_ended(rank);
    }
}

void RankListener::runtime_lost(Rank rank) {
    job_.hangs.runtime_lost(rank);
}

void RankListener::host_unreachable(const job::Unreachable& report) {
    if (job_.ending.has_begun()) {
        return;
    }
    std::vector<Rank> running;
    for (const PlannedRank& rank : job_.plan.ranks) {
        if (rank.place.host == report.host && job_.record.of(rank.rank).state == State::running) {
            running.push_back(rank.rank);
        }
    }
    job_.record.outcome().explanation +=
        fmt::format("tt-run: host {} cannot be reached{}:\n{}", report.host,
                    running.empty() ? "" : " any more", last_lines(report.reason, 20, "  | "));
    running.empty() ? job_.ending.end(EndCause::host) : give_up(running);
}

}  // namespace tt_run::launcher
