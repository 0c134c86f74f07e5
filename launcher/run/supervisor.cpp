#include "launcher/run/supervisor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/release.hpp"
#include "launcher/agent/process_tree.hpp"
#include "launcher/plan/supervised_command.hpp"
#include "launcher/run/failure_report.hpp"
#include "launcher/run/hang_watch.hpp"
#include "launcher/run/host_watch.hpp"
#include "launcher/run/input_feed.hpp"
#include "launcher/run/job_secrets.hpp"
#include "launcher/run/launcher_process.hpp"
#include "launcher/run/output_router.hpp"
#include "launcher/run/peer_set.hpp"
#include "launcher/run/process_settings.hpp"
#include "launcher/run/status_line.hpp"

namespace tt_run::launcher {

namespace {

using job::Rank;
using support::Result;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using State = RankOutcome::State;

/// Credit is given back in pieces of this size, once the readers have taken all but `kMostBacklog`.
constexpr std::uint32_t kCreditPiece = job::kWindowBytes / 4;
constexpr std::size_t kMostBacklog = 4U << 20U;
/// Agents answer a Terminate at once; one that does not, on a host that hangs, is cut off this long after the
/// grace.
constexpr milliseconds kAnswerTime{2000};
/// mpiexec ends by itself when its agents have; what does not is ended.
constexpr milliseconds kLauncherGrace{300};
constexpr milliseconds kLauncherGraceAfterSuccess{5000};
/// What a killed guard or mpiexec has left: agents end their ranks by themselves, others are ended.
constexpr milliseconds kTimeToNotice{350};
constexpr milliseconds kAdoptedGrace{250};

/// The state of a job under supervision.
///   starting -> running -> ending -> leaving -> over
/// ending: some rank still lives and has been told to end; leaving: agents have been told to go.
class Supervisor final : public PeerListener {
  public:
    Supervisor(const LaunchPlan& plan, const SupervisorStreams& streams, OutputRouter router, PeerSet peers,
               const JobSecrets& secrets, job::Descriptor signals, LauncherProcess launcher,
               bool between_hosts)
        : plan_(plan),
          options_(plan.supervision),
          secrets_(secrets),
          events_(streams.events.sink),
          router_(std::move(router)),
          peers_(std::move(peers)),
          signals_(std::move(signals)),
          launcher_(std::move(launcher)),
          record_(plan, streams.events),
          input_(streams.input),
          status_(streams.status),
          owed_credit_(plan.ranks.size(), 0),
          hosts_(plan, between_hosts),
          hangs_(plan, Clock::now()) {}

    JobOutcome run() {
        record_.begin();
        while (!is_over()) {
            wait();
            check_times();
        }
        end_descendants(kTimeToNotice, kAdoptedGrace);
        status_.erase();
        router_.flush_fully();
        outcome().last_on_errors = router_.last_on_errors();
        if (outcome().cause == EndCause::launcher) {
            outcome().explanation += launcher_.words();
        } else if (outcome().cause == EndCause::start_timeout && !launcher_.words().empty()) {
            outcome().explanation += "  the MPI launcher said:\n" + last_lines(launcher_.words(), 20, "  | ");
        }
        record_.finish();
        return std::move(outcome());
    }

    // ---- what peers say

    void agent_joined(Rank rank, const job::Hello& hello) override {
        record_.agent_joined(rank, hello.pid);
        if (is_leaving_ || record_.of(rank).state == State::lost) {
            peers_.send(rank, job::Leave{});
        } else if (is_ending_) {
            peers_.send(rank, job::Terminate{0});
        } else {
            peers_.send(rank, build_start_order(plan_.ranks[static_cast<std::size_t>(rank.value)], plan_,
                                                {peers_.address(), secrets_.tokens.runtime, secrets_.job},
                                                {rank.value == 0 && input_.exists(), hosts_.is_on()}));
        }
    }

    void agent_refused(Rank, const job::Hello& hello) override {
        if (!is_ending_) {
            outcome().explanation = fmt::format(
                "tt-run: host {} has tt-run {}, and this is tt-run {}: all hosts must have the same, at {}\n",
                hello.host, hello.release.empty() ? "of another version" : hello.release, job::release(),
                plan_.agent.front());
            end(EndCause::host);
        }
    }

    void agent_said(Rank rank, const job::Message& message) override {
        std::visit([&](const auto& said) { hear(rank, said); }, message);
    }

    void agent_lost(Rank rank) override {
        // One that joins too late is sent away and counts as never started.
        const bool came_too_late = is_ending_ && record_.of(rank).state == State::waiting;
        if (!came_too_late && record_.lost(rank, is_ending_)) {
            settled(rank);
        }
        set_gone(rank);
    }

    void runtime_said(Rank rank, const job::Message& message) override {
        if (const auto* const blocked = std::get_if<job::Blocked>(&message)) {
            hangs_.hear(rank, *blocked, Clock::now());
        } else if (const auto* const unblocked = std::get_if<job::Unblocked>(&message)) {
            hangs_.hear(rank, *unblocked, Clock::now());
        } else if (const auto* const report = std::get_if<job::Report>(&message)) {
            record_.reported(rank, *report);
        } else if (std::holds_alternative<job::Gone>(message)) {
            hangs_.program_ended(rank);
        }
    }
    void runtime_lost(Rank rank) override { hangs_.runtime_lost(rank); }

    void host_unreachable(const job::Unreachable& report) override {
        if (!is_ending_) {
            outcome().explanation =
                fmt::format("tt-run: host {} cannot be reached{}:\n{}", report.host,
                            record_.all_started() ? " any more" : "", last_lines(report.reason, 20, "  | "));
            end(EndCause::host);
        }
    }

  private:
    // ---- waiting

    void wait() {
        const int events = events_ != nullptr && events_->backlog() != 0 ? events_->descriptor() : -1;
        std::array<pollfd, 7> news{{{peers_.descriptor(), POLLIN, 0},
                                    {signals_.get(), POLLIN, 0},
                                    {launcher_.output(), POLLIN, 0},
                                    {input_.descriptor(), POLLIN, 0},
                                    {router_.waiting_output(), POLLOUT, 0},
                                    {router_.waiting_error(), POLLOUT, 0},
                                    {events, POLLOUT, 0}}};
        ::poll(news.data(), news.size(), milliseconds_to_wait());
        if (news[0].revents != 0) {
            peers_.take_news(*this);
        }
        if (news[1].revents != 0) {
            take_signals();
        }
        if (news[2].revents != 0) {
            launcher_.take_words();
        }
        if (news[3].revents != 0) {
            if (const auto input = input_.take()) {
                peers_.send({0}, *input);
            }
        }
        if (router_.backlog() != 0 || (router_.next() && Clock::now() >= *router_.next())) {
            status_.erase();
        }
        router_.flush();
        if (router_.output_lost() && !is_ending_) {
            outcome().signal = SIGPIPE;
            end(EndCause::lost_output);
        }
        if (news[6].revents != 0) {
            events_->flush();
        }
        give_credit();
    }

    int milliseconds_to_wait() const {
        Clock::time_point next = Clock::now() + std::chrono::seconds(1);  // silent peers are looked for
        for (const auto& when : {cut_off_at_, kill_at_, router_.next(), launcher_.deadline(), status_.next(),
                                 hosts_.next(), is_ending_ ? std::nullopt : hangs_.next()}) {
            next = std::min(next, when.value_or(next));
        }
        const Clock::time_point now = Clock::now();
        return next <= now ? 0 : static_cast<int>(std::chrono::ceil<milliseconds>(next - now).count());
    }

    void check_times() {
        const Clock::time_point now = Clock::now();
        peers_.drop_silent(now);
        if (!is_ending_) {
            if (auto verdict = hangs_.look(now, outcome(), peers_)) {
                if (verdict->ends_job) {
                    outcome().explanation = std::move(verdict->explanation);
                    end(verdict->cause);
                } else {
                    router_.say(verdict->explanation);
                }
            }
        }
        if (const auto verdict = hosts_.look(now, peers_)) {
            give_up(*verdict);
        }
        if (kill_at_ && now >= *kill_at_) {
            kill_at_.reset();
            peers_.send_all(job::Terminate{0});
        }
        if (!is_leaving_ && (all_gone() || (cut_off_at_ && now >= *cut_off_at_))) {
            leave();
        }
        launcher_.end_if_due(now);
        if (status_.next() && now >= *status_.next() && router_.backlog() == 0 && at_line_start_) {
            status_.draw(
                render_status(outcome(), hangs_.blocked(), record_.seconds_since_start(), status_.width()),
                now);
        }
    }

    void give_up(const HostWatch::Verdict& verdict) {
        if (!is_ending_) {
            outcome().explanation += verdict.explanation;
        }
        const bool was_ending =
            is_ending_;  // the first of them ends the job, but is not what ends the others
        for (const Rank rank : verdict.lost) {
            peers_.give_up(rank);
        }
        std::vector<Rank> news;
        std::ranges::copy_if(verdict.lost, std::back_inserter(news),
                             [&](Rank rank) { return record_.lost(rank, was_ending); });
        std::ranges::for_each(news, [&](Rank rank) { settled(rank); });
        std::ranges::for_each(verdict.lost, [&](Rank rank) { set_gone(rank); });
    }

    void give_credit() {
        if (router_.backlog() + (events_ != nullptr ? events_->backlog() : 0) > kMostBacklog) {
            return;
        }
        for (std::size_t rank = 0; rank < owed_credit_.size(); ++rank) {
            if (owed_credit_[rank] >= kCreditPiece) {
                peers_.send({static_cast<std::int32_t>(rank)}, job::Credit{owed_credit_[rank]});
                owed_credit_[rank] = 0;
            }
        }
    }

    // ---- agents

    template <class Other>
    void hear(Rank, const Other&) {}  // no agent says it

    void hear(Rank rank, const job::Started& started) {
        if (record_.started(rank, started)) {
            hangs_.sign_of_life(Clock::now());
            if (record_.all_started()) {
                hangs_.all_ranks_started();
            }
            if (rank.value == 0) {
                input_.set_wanted(true);
            }
        }
    }

    void hear(Rank rank, const job::NotStarted& refused) {
        if (record_.not_started(rank, refused, is_ending_)) {
            settled(rank);
        }
    }

    void hear(Rank rank, const job::Output& output) {
        hangs_.sign_of_life(Clock::now());
        record_.printed(rank, output);
        // Only a rank that is alone on the terminal writes pieces of lines there.
        at_line_start_ = output.bytes.ends_with('\n') || plan_.ranks.size() > 1;
        router_.take(rank, output.stream, output.bytes);
        owed_credit_[static_cast<std::size_t>(rank.value)] += static_cast<std::uint32_t>(output.bytes.size());
    }

    void hear(Rank rank, const job::Credit& credit) {
        if (rank.value == 0) {
            input_.add_window(credit.bytes);
        }
    }

    void hear(Rank rank, const job::Aborted& aborted) {
        if (record_.aborted(rank, aborted, is_ending_)) {
            end(EndCause::ranks);  // an abort is for the whole job, whatever --on-failure says
        }
    }

    void hear(Rank rank, const job::Exited& exited) {
        if (record_.ended(rank, exited, is_ending_)) {
            settled(rank);
        }
    }

    void hear(Rank rank, const job::Stacks& stacks) { hangs_.hear(rank, stacks); }
    void hear(Rank rank, const job::Gone&) { set_gone(rank); }

    /// What became of the rank is known.
    void settled(Rank rank) {
        hangs_.rank_ended(rank);
        if (rank.value == 0) {
            input_.set_wanted(false);
        }
        const RankOutcome& outcome = record_.of(rank);
        if (!outcome.failed() || is_ending_) {
            return;
        }
        switch (options_.on_failure) {
            case OnFailure::end:
                return end(EndCause::ranks);
            case OnFailure::wait:
                return end_without_term(EndCause::ranks);
            case OnFailure::carry_on:
                router_.say(fmt::format("tt-run: rank {} failed ({}); the others go on\n", rank.value,
                                        describe_end(outcome)));
        }
    }

    void set_gone(Rank rank) {
        if (record_.set_gone(rank)) {
            router_.finish(rank);
        }
    }

    /// Ranks that have not joined are over too once nobody starts them or wants them any more.
    bool all_gone() const {
        return record_.all_gone() ||
               ((is_ending_ || !launcher_.is_running()) &&
                std::all_of(plan_.ranks.begin(), plan_.ranks.end(), [&](const PlannedRank& rank) {
                    return record_.is_gone(rank.rank) || !peers_.has_agent(rank.rank);
                }));
    }

    // ---- the end

    /// TERM, the grace, KILL: the agents see to it.
    void end(EndCause cause) {
        if (begin_ending(cause)) {
            peers_.send_all(job::Terminate{static_cast<std::uint32_t>(options_.grace.count())});
        }
    }

    /// The ranks end by themselves, of a signal they were sent or for lack of their peers, or are killed
    /// after the grace.
    void end_without_term(EndCause cause) {
        if (begin_ending(cause)) {
            kill_at_ = Clock::now() + options_.grace;
        }
    }

    bool begin_ending(EndCause cause) {
        if (is_ending_) {
            return false;
        }
        is_ending_ = true;
        outcome().cause = cause;
        cut_off_at_ = Clock::now() + options_.grace + kAnswerTime;
        return true;
    }

    void take_signals() {
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
            const int signal = static_cast<int>(info.ssi_signo);
            if (signal == SIGCHLD) {
                if (const auto status = launcher_.reap()) {
                    launcher_ended(*status);
                }
            } else if (outcome().signal != 0) {
                peers_.send_all(job::Terminate{0});
            } else {
                outcome().signal = signal;
                peers_.send_all(job::Signal{static_cast<std::uint32_t>(signal)});
                end_without_term(EndCause::signal);
            }
        }
    }

    void launcher_ended(int status) {
        outcome().launcher_status = status;
        const RankOutcome* const first = outcome().first_failure();
        if (WIFSIGNALED(status) && !launcher_.was_told_to_end() && outcome().cause == EndCause::ranks &&
            (first == nullptr || !first->ended_by_itself())) {
            outcome().cause = EndCause::launcher;  // its death reached ranks before it reached us
        }
        if (!is_leaving_ && !record_.all_settled()) {
            end(EndCause::launcher);  // agents lose it too; those that stay are ended
        }
    }

    /// Agents hold the MPI launcher's attention until now; from here on it has nobody to end but them.
    void leave() {
        is_leaving_ = true;
        for (const PlannedRank& rank : plan_.ranks) {
            if (record_.of(rank.rank).state == State::running && record_.lost(rank.rank, is_ending_)) {
                settled(rank.rank);
            }
        }
        peers_.send_all(job::Leave{});
        launcher_.expect_end_within(is_ending_ ? kLauncherGrace : kLauncherGraceAfterSuccess);
    }

    bool is_over() const { return is_leaving_ && !launcher_.is_running(); }

    JobOutcome& outcome() { return record_.outcome(); }

    const LaunchPlan& plan_;
    const SupervisionOptions& options_;
    const JobSecrets& secrets_;
    OutputSink* events_;
    OutputRouter router_;
    PeerSet peers_;
    job::Descriptor signals_;
    LauncherProcess launcher_;
    JobRecord record_;
    InputFeed input_;
    StatusLine status_;
    bool at_line_start_ = true;
    std::vector<std::uint32_t> owed_credit_;
    HostWatch hosts_;
    HangWatch hangs_;
    bool is_ending_ = false;
    bool is_leaving_ = false;
    std::optional<Clock::time_point> kill_at_;
    std::optional<Clock::time_point> cut_off_at_;
};

/// A Unix socket where all ranks run here, TCP otherwise.
Result<job::Listener> listen_for(const LaunchPlan& plan, const support::HostEnvironment& host,
                                 const JobSecrets& secrets) {
    return all_ranks_here(plan, host) ? job::listen_on_unix("tt-run/" + secrets.job)
                                      : job::listen_on_tcp(plan.interface);
}

}  // namespace

Result<JobOutcome> run_supervised(const LaunchPlan& plan, const support::HostEnvironment& host,
                                  const SupervisorStreams& streams) {
    if (const auto made = make_directories(plan); !made) {
        return std::unexpected(made.error());
    }
    const JobSecrets secrets = make_job_secrets();
    Result<job::Listener> listener = listen_for(plan, host, secrets);
    if (!listener) {
        return std::unexpected(listener.error());
    }
    Result<OutputRouter> router =
        OutputRouter::open(plan.supervision.output, build_rank_tags(plan), streams.output, streams.error);
    if (!router) {
        return std::unexpected(router.error());
    }
    const ProcessSettings settings;
    Result<LauncherProcess> launcher = LauncherProcess::start(
        plan, host, {listener->address, secrets.tokens.agent, secrets.job}, settings.old_mask());
    if (!launcher) {
        return std::unexpected(launcher.error());
    }
    return Supervisor(plan, streams, *std::move(router),
                      PeerSet(*std::move(listener), secrets.tokens, plan.ranks.size()), secrets,
                      settings.signals(), *std::move(launcher), !all_ranks_here(plan, host))
        .run();
}

}  // namespace tt_run::launcher
