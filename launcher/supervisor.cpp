#include "launcher/supervisor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/deadlock_watch.hpp"
#include "job/variable_names.hpp"
#include "launcher/agent/process_tree.hpp"
#include "launcher/child_process.hpp"
#include "launcher/hang_inspection.hpp"
#include "launcher/job_report.hpp"
#include "launcher/output_router.hpp"
#include "launcher/peer_set.hpp"
#include "launcher/supervised_command.hpp"

namespace tt_run::launcher {

namespace {

using job::Rank;
using support::Error;
using support::Result;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using State = RankOutcome::State;

/// Credit is given back in pieces of this size, once the terminal has taken all but `kMostBacklog`.
constexpr std::uint32_t kCreditPiece = job::kWindowBytes / 4;
constexpr std::size_t kMostBacklog = 4U << 20U;
constexpr std::size_t kInputBlock = 64U << 10U;
constexpr std::size_t kMostLauncherWords = 64U << 10U;
constexpr std::size_t kLastErrorBytes = 16U << 10U;
/// Agents answer a Terminate at once; one that does not is cut off this long after the grace.
constexpr milliseconds kAnswerTime{250};
/// mpiexec ends by itself when its agents have; what does not is ended: TERM, then KILL.
constexpr milliseconds kLauncherGrace{300};
constexpr milliseconds kLauncherGraceAfterSuccess{5000};
constexpr milliseconds kFoldTime{300};
/// Between two looks at who waits for whom: a report in flight has arrived by then.
constexpr milliseconds kWaitsTime{100};

std::string random_word() {
    std::array<unsigned char, 16> bytes{};
    while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    }
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string mesh_name(const PlannedRank& rank) {
    return rank.mesh_host_rank ? fmt::format("{}.{}", rank.mesh_id.value, rank.mesh_host_rank->value)
                               : fmt::format("{}", rank.mesh_id.value);
}

std::vector<RankTags> tags_of(const LaunchPlan& plan) {
    std::vector<RankTags> tags;
    const Tag tag = plan.supervision.output.tag;
    for (const PlannedRank& rank : plan.ranks) {
        const std::string mesh = mesh_name(rank);
        tags.push_back({render_tag(tag, job::Stream::output, rank.rank, mesh, rank.place.host),
                        render_tag(tag, job::Stream::error, rank.rank, mesh, rank.place.host)});
    }
    return tags;
}

/// What the job as a whole is called, and who may join it.
struct JobSecrets {
    std::string job = random_word();
    PeerSet::Tokens tokens{random_word(), random_word()};
};

/// The state of a job under supervision.
///   starting -> running -> ending -> leaving -> over
/// ending: some rank still lives and has been told to end; leaving: agents have been told to go.
class Supervisor final : public PeerListener {
  public:
    Supervisor(const LaunchPlan& plan, const SupervisorStreams& streams, OutputRouter router, PeerSet peers,
               const JobSecrets& secrets)
        : plan_(plan),
          options_(plan.supervision),
          secrets_(secrets),
          streams_(streams),
          router_(std::move(router)),
          peers_(std::move(peers)),
          input_(streams.input),
          owed_credit_(plan.ranks.size(), 0),
          waits_(plan.ranks.size()) {
        for (const PlannedRank& rank : plan.ranks) {
            RankOutcome waiting;
            waiting.rank = rank.rank;
            outcome_.ranks.push_back(std::move(waiting));
        }
    }

    Result<JobOutcome> run(const support::HostEnvironment& host, const sigset_t& handled,
                           const sigset_t& old_mask) {
        signals_ = job::Descriptor(::signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK));
        if (Result<void> started = start_launcher(host, old_mask); !started) {
            return std::unexpected(started.error());
        }
        start_deadline_ = Clock::now() + options_.start_timeout;
        tell([&] { return render_plan_event(plan_); });
        while (!is_over()) {
            wait();
            check_times();
        }
        end_adopted();
        router_.flush_fully();
        outcome_.seconds = seconds_since_start();
        outcome_.explanation += outcome_.cause == EndCause::launcher ? launcher_words_ : "";
        tell([&] { return render_failure_event(plan_, outcome_); });
        tell([&] { return render_summary_event(plan_, outcome_); });
        if (streams_.events != nullptr) {
            streams_.events->flush_fully();
        }
        return std::move(outcome_);
    }

    // ---- what peers say

    void agent_joined(Rank rank, const job::Hello& hello) override {
        RankOutcome& outcome = outcome_of(rank);
        outcome.pid = hello.pid;
        if (is_leaving_ || outcome.state == State::lost) {
            return peers_.send(rank, job::Leave{});
        }
        if (is_ending_) {
            return peers_.send(rank, job::Terminate{0});
        }
        peers_.send(rank, start_order(planned(rank)));
    }

    void agent_said(Rank rank, const job::Message& message) override {
        std::visit([&](const auto& said) { hear(rank, said); }, message);
    }

    void agent_lost(Rank rank) override {
        RankOutcome& outcome = outcome_of(rank);
        // One that joins too late is sent away and counts as never started.
        const bool came_too_late = is_ending_ && outcome.state == State::waiting;
        if (!is_settled(outcome) && !came_too_late) {
            settle(outcome, State::lost);
        }
        set_gone(rank);
    }

    void runtime_said(Rank rank, const job::Message& message) override {
        if (const auto* const blocked = std::get_if<job::Blocked>(&message)) {
            if (blocked->probe == 0) {
                last_sign_of_life_ = Clock::now();
            }
            waits_.hear(rank, *blocked);
        } else if (const auto* const unblocked = std::get_if<job::Unblocked>(&message)) {
            last_sign_of_life_ = Clock::now();
            waits_.hear(rank, *unblocked);
        }
        look_at_waits_at_ = look_at_waits_at_ ? look_at_waits_at_ : Clock::now() + kWaitsTime;
    }
    void runtime_lost(Rank rank) override { waits_.leave(rank); }

  private:
    // ---- starting

    Result<void> start_launcher(const support::HostEnvironment& host, const sigset_t& old_mask) {
        job::DescriptorPair words = job::make_pipe();
        if (!words.first) {
            return std::unexpected(Error::from_errno(errno).while_doing("making a pipe"));
        }
        job::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        SupervisedCommand command =
            build_supervised_command(plan_, host, {peers_.address(), secrets_.tokens.agent, secrets_.job});
        const Result<pid_t> launcher = start_child({.arguments = std::move(command.arguments),
                                                    .environment = std::move(command.environment),
                                                    .directory = host.working_directory,
                                                    .input = nothing.get(),
                                                    .output = words.second.get(),
                                                    .error = words.second.get(),
                                                    .own_session = true,
                                                    .signal_mask = old_mask});
        if (!launcher) {
            return std::unexpected(launcher.error());
        }
        launcher_ = *launcher;
        launcher_output_ = std::move(words.first);
        job::set_non_blocking(launcher_output_.get());
        return {};
    }

    job::StartOrder start_order(const PlannedRank& rank) const {
        job::StartOrder order;
        order.arguments = program_of(rank, plan_);
        order.directory = plan_.working_directory.string();
        order.has_input = rank.rank.value == 0 && input_ >= 0;
        order.grace_ms = static_cast<std::uint32_t>(options_.grace.count());
        for (const auto& [name, value] : rank.environment) {
            order.environment.push_back(name + "=" + value.value);
        }
        order.environment.push_back(std::string(job::kJobVariable) + "=" + secrets_.job);
        order.environment.push_back(std::string(job::kSupervisorVariable) + "=" + peers_.address());
        order.environment.push_back(std::string(job::kTokenVariable) + "=" + secrets_.tokens.runtime);
        return order;
    }

    // ---- waiting

    void wait() {
        std::array<pollfd, 6> news{{{peers_.descriptor(), POLLIN, 0},
                                    {signals_.get(), POLLIN, 0},
                                    {launcher_output_.get(), POLLIN, 0},
                                    {wants_input() ? input_ : -1, POLLIN, 0},
                                    {router_.waiting_output(), POLLOUT, 0},
                                    {router_.waiting_error(), POLLOUT, 0}}};
        ::poll(news.data(), news.size(), milliseconds_to_wait());
        if (news[0].revents != 0) {
            peers_.take_news(*this);
        }
        if (news[1].revents != 0) {
            take_signals();
        }
        if (news[2].revents != 0) {
            take_launcher_words();
        }
        if (news[3].revents != 0) {
            take_input();
        }
        router_.flush();
        if (router_.output_lost() && !is_ending_) {
            outcome_.signal = SIGPIPE;
            end(EndCause::lost_output, options_.grace);
        }
        give_credit();
    }

    int milliseconds_to_wait() const {
        Clock::time_point next = Clock::now() + std::chrono::seconds(1);  // silent peers are looked for
        const auto consider = [&](const std::optional<Clock::time_point>& when) {
            next = when ? std::min(next, *when) : next;
        };
        consider(start_deadline_);
        consider(cut_off_at_);
        consider(kill_at_);
        consider(launcher_deadline_);
        consider(fold_at_);
        consider(look_at_waits_at_);
        if (options_.timeout) {
            consider(started_ + *options_.timeout);
        }
        if (options_.idle_timeout) {
            consider(last_sign_of_life_ + *options_.idle_timeout);
        }
        if (inspection_) {
            consider(inspection_->deadline());
        }
        return static_cast<int>(
            std::max<std::int64_t>(0, std::chrono::ceil<milliseconds>(next - Clock::now()).count()));
    }

    void check_times() {
        const Clock::time_point now = Clock::now();
        peers_.drop_silent(now);
        if (router_.has_folded() && !fold_at_) {
            fold_at_ = now + kFoldTime;
        } else if (fold_at_ && now >= *fold_at_) {
            fold_at_.reset();
            router_.render_folded();
        }
        check_limits(now);
        if (kill_at_ && now >= *kill_at_) {
            kill_at_.reset();
            peers_.send_all(job::Terminate{0});
        }
        if (!is_leaving_ && (all_gone() || (cut_off_at_ && now >= *cut_off_at_))) {
            leave();
        }
        if (is_leaving_ && launcher_ > 0 && now >= *launcher_deadline_) {
            ::kill(launcher_, launcher_was_told_ ? SIGKILL : SIGTERM);
            launcher_was_told_ = true;
            launcher_deadline_ = now + kLauncherGrace;
        }
    }

    void check_limits(Clock::time_point now) {
        if (is_ending_) {
            return;
        }
        if (inspection_) {
            if (inspection_->is_complete() || now >= inspection_->deadline()) {
                outcome_.explanation += inspection_->render();
                end(inspection_->cause(), options_.grace);
            }
        } else if (look_at_waits_at_ && now >= *look_at_waits_at_) {
            look_at_waits(now);
        } else if (start_deadline_ && now >= *start_deadline_) {
            outcome_.explanation = render_missing(plan_, outcome_, options_.start_timeout);
            end(EndCause::start_timeout, options_.grace);
        } else if (options_.timeout && now >= started_ + *options_.timeout) {
            outcome_.explanation = render_limit("has run for", *options_.timeout, "--timeout");
            inspect(EndCause::timeout);
        } else if (options_.idle_timeout && now >= last_sign_of_life_ + *options_.idle_timeout) {
            outcome_.explanation =
                render_limit("has printed nothing for", *options_.idle_timeout, "--idle-timeout");
            inspect(EndCause::idle_timeout);
        }
    }

    void look_at_waits(Clock::time_point now) {
        look_at_waits_at_ = now + kWaitsTime;
        const job::DeadlockWatch::Step step = waits_.advance();
        for (const Rank rank : step.to_ask) {
            peers_.send_to_runtime(rank, step.probe);
        }
        if (step.verdict) {
            outcome_.explanation = "tt-run: deadlock: " + *step.verdict;
            end(EndCause::deadlock, options_.grace);
        }
    }

    /// Asks every rank where it stands before the job is ended.
    void inspect(EndCause cause) {
        std::vector<Rank> asked;
        for (const RankOutcome& rank : outcome_.ranks) {
            if (rank.state == State::running) {
                asked.push_back(rank.rank);
                peers_.send(rank.rank, job::TakeStacks{});
            }
        }
        outcome_.explanation += waits_.graph().render_waits();
        inspection_.emplace(cause, std::move(asked), Clock::now());
    }

    // ---- agents

    template <class Other>
    void hear(Rank, const Other&) {}  // no agent says it

    void hear(Rank rank, const job::Started& started) {
        RankOutcome& outcome = outcome_of(rank);
        if (outcome.state == State::waiting) {
            outcome.state = State::running;
            outcome.pid = started.pid;
            outcome.started_after_seconds = seconds_since_start();
            last_sign_of_life_ = Clock::now();
            if (++started_ranks_ == plan_.ranks.size()) {
                start_deadline_.reset();
            }
            input_is_wanted_ = input_is_wanted_ || rank.value == 0;
            tell([&] { return render_start_event(planned(rank), outcome); });
        }
    }

    void hear(Rank rank, const job::NotStarted& refused) {
        RankOutcome& outcome = outcome_of(rank);
        if (!is_settled(outcome)) {
            outcome.error_number = static_cast<int>(refused.error_number);
            outcome.attempt = refused.attempt;
            settle(outcome, State::not_started);
        }
    }

    void hear(Rank rank, const job::Output& output) {
        RankOutcome& outcome = outcome_of(rank);
        last_sign_of_life_ = Clock::now();
        if (output.stream == job::Stream::error) {
            keep_last_errors(outcome, output.bytes);
            outcome.error_bytes += output.bytes.size();
        } else {
            outcome.output_bytes += output.bytes.size();
        }
        router_.take(rank, output.stream, output.bytes);
        if (streams_.output_events) {
            tell([&] { return render_output_event(rank, output.stream, output.bytes); });
        }
        owed_credit_[static_cast<std::size_t>(rank.value)] += static_cast<std::uint32_t>(output.bytes.size());
    }

    void hear(Rank rank, const job::Credit& credit) {
        if (rank.value == 0) {
            input_window_ = std::min(input_window_ + credit.bytes, job::kWindowBytes);
        }
    }

    void hear(Rank rank, const job::Aborted& aborted) {
        RankOutcome& outcome = outcome_of(rank);
        if (!outcome.abort_code && !is_settled(outcome)) {
            outcome.abort_code = static_cast<int>(aborted.exit_code);
            note_failure(outcome);
            end(EndCause::ranks,
                options_.grace);  // an abort is for the whole job, whatever --on-failure says
        }
    }

    void hear(Rank rank, const job::Exited& exited) {
        RankOutcome& outcome = outcome_of(rank);
        if (!is_settled(outcome)) {
            outcome.wait_status = static_cast<int>(exited.wait_status);
            outcome.told_signal = exited.told_signal;
            outcome.peak_memory_bytes = exited.peak_memory_bytes;
            settle(outcome, State::ended);
        }
    }

    void hear(Rank rank, const job::Stacks& stacks) {
        if (inspection_) {
            inspection_->take(rank, stacks.text);
        }
    }

    void hear(Rank rank, const job::Gone&) { set_gone(rank); }

    static bool is_settled(const RankOutcome& outcome) {
        return outcome.state != State::waiting && outcome.state != State::running;
    }

    /// What became of the rank is known.
    void settle(RankOutcome& outcome, State state) {
        outcome.state = state;
        waits_.leave(outcome.rank);
        outcome.ended_after_seconds = seconds_since_start();
        if (outcome.failed()) {
            note_failure(outcome);
        }
        tell([&] { return render_exit_event(planned(outcome.rank), outcome); });
        if (outcome.failed()) {
            react(outcome);
        }
    }

    void note_failure(RankOutcome& outcome) {
        if (outcome.ended_as == 0) {
            outcome.ended_as = ++failures_;
            outcome.was_asked_to_end = is_ending_;
        }
    }

    void react(const RankOutcome& outcome) {
        if (is_ending_) {
            return;
        }
        switch (options_.on_failure) {
            case OnFailure::end:
                return end(EndCause::ranks, options_.grace);
            case OnFailure::wait:
                end_without_term(EndCause::ranks);
                break;
            case OnFailure::carry_on:
                router_.say(fmt::format("tt-run: rank {} failed ({}); the others go on\n", outcome.rank.value,
                                        describe_end(outcome)));
                break;
        }
    }

    void set_gone(Rank rank) {
        if (gone_.insert(rank).second) {
            router_.finish(rank);
        }
    }

    /// Ranks that never joined are over too once nobody starts them any more.
    bool all_gone() const {
        return gone_.size() == plan_.ranks.size() ||
               (launcher_ < 0 &&
                std::all_of(plan_.ranks.begin(), plan_.ranks.end(), [&](const PlannedRank& rank) {
                    return gone_.contains(rank.rank) || !peers_.has_agent(rank.rank);
                }));
    }

    static void keep_last_errors(RankOutcome& outcome, std::string_view bytes) {
        if (bytes.size() > kLastErrorBytes) {
            bytes.remove_prefix(bytes.size() - kLastErrorBytes);
        }
        if (outcome.last_errors.size() + bytes.size() > 2 * kLastErrorBytes) {
            outcome.last_errors.erase(0, outcome.last_errors.size() - kLastErrorBytes);
        }
        outcome.last_errors += bytes;
    }

    void give_credit() {
        if (router_.backlog() > kMostBacklog) {
            return;
        }
        for (std::size_t rank = 0; rank < owed_credit_.size(); ++rank) {
            if (owed_credit_[rank] >= kCreditPiece) {
                peers_.send({static_cast<std::int32_t>(rank)}, job::Credit{owed_credit_[rank]});
                owed_credit_[rank] = 0;
            }
        }
    }

    // ---- input

    bool wants_input() const {
        return input_ >= 0 && input_is_wanted_ && input_window_ != 0 && !is_settled(outcome_.ranks.front());
    }

    void take_input() {
        std::array<char, kInputBlock> block;
        const ssize_t got = ::read(input_, block.data(), std::min<std::size_t>(block.size(), input_window_));
        if (got > 0) {
            input_window_ -= static_cast<std::uint32_t>(got);
            peers_.send({0}, job::Input{{block.data(), static_cast<std::size_t>(got)}});
        } else if (got == 0) {
            peers_.send({0}, job::Input{});
            input_ = -1;
        } else if (errno != EINTR && errno != EAGAIN) {
            input_ = -1;  // a terminal that belongs to another job now
        }
    }

    // ---- the end

    /// TERM, the grace, KILL: the agents see to it.
    void end(EndCause cause, milliseconds grace) {
        if (begin_ending(cause, grace)) {
            peers_.send_all(job::Terminate{static_cast<std::uint32_t>(grace.count())});
        }
    }

    /// The ranks end by themselves, of a signal they were sent or for lack of their peers, or are killed
    /// after the grace.
    void end_without_term(EndCause cause) {
        if (begin_ending(cause, options_.grace)) {
            kill_at_ = Clock::now() + options_.grace;
        }
    }

    bool begin_ending(EndCause cause, milliseconds grace) {
        if (is_ending_) {
            return false;
        }
        is_ending_ = true;
        outcome_.cause = cause;
        start_deadline_.reset();
        cut_off_at_ = Clock::now() + grace + kAnswerTime;
        return true;
    }

    void take_signals() {
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
            const int signal = static_cast<int>(info.ssi_signo);
            if (signal == SIGCHLD) {
                reap_launcher();
            } else if (outcome_.signal != 0) {
                peers_.send_all(job::Terminate{0});
            } else {
                outcome_.signal = signal;
                peers_.send_all(job::Signal{static_cast<std::uint32_t>(signal)});
                end_without_term(EndCause::signal);
            }
        }
    }

    void reap_launcher() {
        int status = 0;
        if (launcher_ <= 0 || ::waitpid(launcher_, &status, WNOHANG) != launcher_) {
            return;
        }
        take_launcher_words();
        launcher_ = -1;
        outcome_.launcher_status = status;
        const RankOutcome* const first = outcome_.first_failure();
        if (WIFSIGNALED(status) && !launcher_was_told_ && outcome_.cause == EndCause::ranks &&
            (first == nullptr || !first->ended_by_itself())) {
            outcome_.cause = EndCause::launcher;  // its death reached ranks before it reached us
        }
        if (!is_leaving_ && !all_settled()) {
            // Agents lose it too; those that stay are ended.
            const bool had_begun = is_ending_;
            end(EndCause::launcher, options_.grace);
            if (!had_begun) {
                cut_off_at_ = Clock::now() + options_.grace + kAnswerTime;
            }
        }
    }

    bool all_settled() const {
        return std::all_of(outcome_.ranks.begin(), outcome_.ranks.end(),
                           [](const RankOutcome& rank) { return is_settled(rank); });
    }

    /// Agents hold the MPI launcher's attention until now; from here on it has nobody to end but them.
    void leave() {
        is_leaving_ = true;
        for (RankOutcome& rank : outcome_.ranks) {
            if (rank.state == State::running) {
                settle(rank, State::lost);
            }
        }
        peers_.send_all(job::Leave{});
        launcher_deadline_ = Clock::now() + (is_ending_ ? kLauncherGrace : kLauncherGraceAfterSuccess);
    }

    /// mpiexec does not end an ssh that waits for a host for ever. Whatever it left behind is our child now.
    void end_adopted() const {
        const Clock::time_point kill_at = Clock::now() + kLauncherGrace;
        for (pid_t ended = 0; (ended = ::waitpid(-1, nullptr, WNOHANG)) >= 0;) {
            if (ended == 0 && Clock::now() >= kill_at) {
                signal_all(descendants_of(::getpid()), SIGKILL);
            }
            if (ended == 0) {
                ::poll(nullptr, 0, 1);
            }
        }
    }

    bool is_over() const { return is_leaving_ && launcher_ < 0; }

    void take_launcher_words() {
        std::array<char, 4096> block{};
        for (;;) {
            const ssize_t got = ::read(launcher_output_.get(), block.data(), block.size());
            if (got <= 0) {
                if (got == 0) {
                    launcher_output_.close();
                }
                return;
            }
            if (launcher_words_.size() < kMostLauncherWords) {
                launcher_words_.append(block.data(), static_cast<std::size_t>(got));
            }
        }
    }

    /// Events are rendered only if somebody wants them.
    template <class Render>
    void tell(Render render) {
        if (streams_.events != nullptr) {
            streams_.events->buffer() += render();
            streams_.events->flush();
        }
    }

    const PlannedRank& planned(Rank rank) const { return plan_.ranks[static_cast<std::size_t>(rank.value)]; }
    RankOutcome& outcome_of(Rank rank) { return outcome_.ranks[static_cast<std::size_t>(rank.value)]; }
    double seconds_since_start() const {
        return std::chrono::duration<double>(Clock::now() - started_).count();
    }

    const LaunchPlan& plan_;
    const SupervisionOptions& options_;
    const JobSecrets& secrets_;
    SupervisorStreams streams_;
    OutputRouter router_;
    PeerSet peers_;
    JobOutcome outcome_;

    int input_;
    bool input_is_wanted_ = false;
    std::uint32_t input_window_ = job::kWindowBytes;
    std::vector<std::uint32_t> owed_credit_;

    job::Descriptor signals_;
    pid_t launcher_ = -1;
    job::Descriptor launcher_output_;
    std::string launcher_words_;
    bool launcher_was_told_ = false;

    std::size_t started_ranks_ = 0;
    std::size_t failures_ = 0;
    std::set<Rank> gone_;
    std::optional<HangInspection> inspection_;
    job::DeadlockWatch waits_;
    std::optional<Clock::time_point> look_at_waits_at_;  ///< once a runtime has reported
    bool is_ending_ = false;
    bool is_leaving_ = false;

    Clock::time_point started_ = Clock::now();
    Clock::time_point last_sign_of_life_ = started_;
    std::optional<Clock::time_point> start_deadline_;
    std::optional<Clock::time_point> kill_at_;
    std::optional<Clock::time_point> cut_off_at_;
    std::optional<Clock::time_point> launcher_deadline_;
    std::optional<Clock::time_point> fold_at_;
};

/// A Unix socket where all ranks run here, TCP otherwise.
Result<job::Listener> listen_for(const LaunchPlan& plan, const support::HostEnvironment& host,
                                 const JobSecrets& secrets) {
    const bool all_here = std::all_of(plan.ranks.begin(), plan.ranks.end(), [&](const PlannedRank& rank) {
        return rank.place.host == host.hostname;
    });
    return all_here ? job::listen_on_unix("tt-run/" + secrets.job) : job::listen_on_tcp(plan.interface);
}

}  // namespace

Result<JobOutcome> run_supervised(const LaunchPlan& plan, const support::HostEnvironment& host,
                                  const SupervisorStreams& streams) {
    if (const auto made = make_directories(plan); !made) {
        return std::unexpected(made.error());
    }
    const JobSecrets secrets;
    Result<job::Listener> listener = listen_for(plan, host, secrets);
    if (!listener) {
        return std::unexpected(listener.error());
    }
    Result<OutputRouter> router =
        OutputRouter::open(plan.supervision.output, tags_of(plan), streams.output, streams.error);
    if (!router) {
        return std::unexpected(router.error());
    }
    sigset_t handled;
    sigset_t old_mask;
    ::sigemptyset(&handled);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
        ::sigaddset(&handled, signal);
    }
    ::sigprocmask(SIG_BLOCK, &handled, &old_mask);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const auto old_pipe = ::signal(SIGPIPE, SIG_IGN);
    const auto old_input = ::signal(SIGTTIN, SIG_IGN);
    Result<JobOutcome> outcome =
        Supervisor(plan, streams, *std::move(router),
                   PeerSet(*std::move(listener), secrets.tokens, plan.ranks.size()), secrets)
            .run(host, handled, old_mask);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    ::signal(SIGPIPE, old_pipe);
    ::signal(SIGTTIN, old_input);
    ::sigprocmask(SIG_SETMASK, &old_mask, nullptr);
    return outcome;
}

}  // namespace tt_run::launcher
