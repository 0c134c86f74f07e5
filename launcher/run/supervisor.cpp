#include "launcher/run/supervisor.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <optional>

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>

#include "job/signal_descriptor.hpp"
#include "launcher/agent/process_tree.hpp"
#include "launcher/plan/supervised_command.hpp"
#include "launcher/run/failure_report.hpp"
#include "launcher/run/hang_watch.hpp"
#include "launcher/run/host_watch.hpp"
#include "launcher/run/input_feed.hpp"
#include "launcher/run/job_ending.hpp"
#include "launcher/run/job_secrets.hpp"
#include "launcher/run/launcher_process.hpp"
#include "launcher/run/output_router.hpp"
#include "launcher/run/peer_set.hpp"
#include "launcher/run/process_settings.hpp"
#include "launcher/run/rank_listener.hpp"
#include "launcher/run/status_line.hpp"

namespace tt_run::launcher {

namespace {

using job::Rank;
using support::Result;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using State = RankOutcome::State;

/// Ranks may print more once the readers have taken all but this.
constexpr std::size_t kMostBacklog = 4U << 20U;
/// mpiexec ends by itself when its agents have; what does not is ended.
constexpr milliseconds kLauncherGrace{300};
constexpr milliseconds kLauncherGraceAfterSuccess{5000};
/// What a killed guard or mpiexec has left: agents end their ranks by themselves, others are ended.
constexpr milliseconds kTimeToNotice{350};
constexpr milliseconds kAdoptedGrace{250};

/// The state of a job under supervision, and the loop that waits for what changes it. What ranks say is for
/// the RankListener, how they are ended for the JobEnding; here are signals, limits of time, the MPI
/// launcher.
///   starting -> running -> ending -> leaving -> over
class Supervisor {
  public:
    Supervisor(const LaunchPlan& plan, const SupervisorStreams& streams, OutputRouter router, PeerSet peers,
               const JobSecrets& secrets, job::Descriptor signals, LauncherProcess launcher,
               bool between_hosts)
        : plan_(plan),
          events_(streams.events.sink),
          router_(std::move(router)),
          peers_(std::move(peers)),
          signals_(std::move(signals)),
          launcher_(std::move(launcher)),
          record_(plan, streams.events),
          input_(streams.input),
          status_(streams.status, streams.status_colour),
          hosts_(plan, between_hosts),
          hangs_(plan, Clock::now()),
          ending_(plan.supervision.grace, record_, peers_),
          ranks_({plan, secrets, between_hosts, streams.wants_phases || streams.status >= 0, peers_, record_,
                  router_, input_, hangs_, ending_}) {}
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    JobOutcome run() {
        record_.begin();
        while (!is_over()) {
            const bool was_ending = ending_.has_begun();
            wait();
            check_times();
            if (ending_.has_begun() && !was_ending) {
                suspects_ = hosts_.suspects(Clock::now(), peers_);
            }
        }
        end_descendants(kTimeToNotice, kAdoptedGrace);
        blame_lost_host();
        status_.erase();
        router_.flush_fully();
        outcome().last_on_errors = router_.last_on_errors();
        outcome().write_error = router_.write_error();
        if (outcome().cause == EndCause::launcher) {
            outcome().explanation += launcher_.words();
        } else if (outcome().cause == EndCause::start_timeout && !launcher_.words().empty()) {
            outcome().explanation += "  the MPI launcher said:\n" + last_lines(launcher_.words(), 20, "  | ");
        }
        record_.finish();
        return std::move(outcome());
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
            peers_.take_news(ranks_);
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
        if (router_.output_lost() && !ending_.has_begun()) {
            outcome().signal = SIGPIPE;
            ending_.end(EndCause::lost_output);
        }
        if (news[6].revents != 0) {
            events_->flush();
        }
        if (router_.backlog() + (events_ != nullptr ? events_->backlog() : 0) <= kMostBacklog) {
            ranks_.give_credit();
        }
    }

    int milliseconds_to_wait() const {
        Clock::time_point next = Clock::now() + std::chrono::seconds(1);  // silent peers are looked for
        for (const auto& when : {ending_.next(), router_.next(), launcher_.deadline(), status_.next(),
                                 hosts_.next(), ending_.has_begun() ? std::nullopt : hangs_.next()}) {
            next = std::min(next, when.value_or(next));
        }
        const Clock::time_point now = Clock::now();
        return next <= now ? 0 : static_cast<int>(std::chrono::ceil<milliseconds>(next - now).count());
    }

    void check_times() {
        const Clock::time_point now = Clock::now();
        peers_.drop_silent(now);
        if (!ending_.has_begun()) {
            if (auto verdict = hangs_.look(now, outcome(), peers_)) {
                if (verdict->ends_job) {
                    outcome().explanation = std::move(verdict->explanation);
                    ending_.end(verdict->cause);
                } else {
                    router_.say(verdict->explanation);
                }
            }
        }
        if (const auto verdict = hosts_.look(now, peers_)) {
            if (!ending_.has_begun()) {
                outcome().explanation += verdict->explanation;
            }
            ranks_.give_up(verdict->lost);
        }
        const bool time_is_up = ending_.look(now);
        if (!ending_.is_leaving() && (time_is_up || all_gone())) {
            leave();
        }
        launcher_.end_if_due(now);
        if (status_.next() && now >= *status_.next() && router_.backlog() == 0 && ranks_.at_line_start()) {
            status_.draw(
                render_status(outcome(), hangs_.blocked(), record_.seconds_since_start(), status_.width()),
                now);
        }
    }

    /// When a host is lost, ranks on others may fail for want of it, and be heard of, before the loss is
    /// known. Agents do not go away by themselves, nor keep silent: the ranks of those that did come first.
    /// (mpirun may kill them, Hydra has no reason to.)
    void blame_lost_host() {
        const RankOutcome* const first = outcome().first_failure();
        if (outcome().cause != EndCause::ranks || plan_.flavour != Flavour::hydra || first == nullptr ||
            first->state == State::lost) {
            return;
        }
        const std::string& host_of_first = host_of(first->rank);
        const std::optional<Rank> lost = ranks_.first_lost();
        for (const PlannedRank& rank : plan_.ranks) {
            const bool is_suspect = std::ranges::find(suspects_, rank.rank) != suspects_.end() ||
                                    (lost && host_of(*lost) == rank.place.host);
            if (is_suspect && record_.of(rank.rank).state == State::lost &&
                rank.place.host != host_of_first) {
                record_.lost_with_host(rank.rank);
            }
        }
    }

    const std::string& host_of(Rank rank) const {
        return plan_.ranks[static_cast<std::size_t>(rank.value)].place.host;
    }

    /// Ranks that have not joined are over too once nobody starts them or wants them any more.
    bool all_gone() const {
        return record_.all_gone() ||
               ((ending_.has_begun() || !launcher_.is_running()) &&
                std::all_of(plan_.ranks.begin(), plan_.ranks.end(), [&](const PlannedRank& rank) {
                    return record_.is_gone(rank.rank) || !peers_.has_agent(rank.rank);
                }));
    }

    // ---- the end

    void take_signals() {
        while (const auto signal = job::next_signal(signals_)) {
            if (signal->number == SIGCHLD) {
                if (const auto status = launcher_.reap()) {
                    launcher_ended(*status);
                }
            } else if (outcome().signal != 0) {
                ending_.kill();
            } else {
                outcome().signal = signal->number;
                peers_.send_all(job::Signal{static_cast<std::uint32_t>(signal->number)});
                ending_.end_without_term(EndCause::signal);
            }
        }
    }

    void launcher_ended(int status) {
        outcome().launcher_status = status;
        const RankOutcome* const first = outcome().first_failure();
        if (launcher_.was_ended_by_another(status) && outcome().cause == EndCause::ranks &&
            (first == nullptr || !first->ended_by_itself())) {
            outcome().cause = EndCause::launcher;  // its death reached ranks before it reached us
        }
        if (!ending_.is_leaving() && !record_.all_settled()) {
            ending_.end(EndCause::launcher);  // agents lose it too; those that stay are ended
        }
    }

    /// Agents hold the MPI launcher's attention until now; from here on it has nobody to end but them.
    void leave() {
        for (const PlannedRank& rank : plan_.ranks) {
            if (record_.of(rank.rank).state == State::running &&
                record_.lost(rank.rank, ending_.has_begun())) {
                ranks_.settled(rank.rank);
            }
        }
        ending_.leave();
        launcher_.expect_end_within(ending_.has_begun() ? kLauncherGrace : kLauncherGraceAfterSuccess);
    }

    bool is_over() const { return ending_.is_leaving() && !launcher_.is_running(); }

    JobOutcome& outcome() { return record_.outcome(); }

    const LaunchPlan& plan_;
    OutputSink* events_;
    OutputRouter router_;
    PeerSet peers_;
    job::Descriptor signals_;
    LauncherProcess launcher_;
    JobRecord record_;
    InputFeed input_;
    StatusLine status_;
    HostWatch hosts_;
    std::vector<Rank> suspects_;  ///< who had not been heard of for a while when the job began to end
    HangWatch hangs_;
    JobEnding ending_;
    RankListener ranks_;
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
