#include "launcher/agent/agent.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/channel.hpp"
#include "job/release.hpp"
#include "job/signal_descriptor.hpp"
#include "launcher/agent/handed_files.hpp"
#include "launcher/agent/pmi_relay.hpp"
#include "launcher/agent/process_tree.hpp"
#include "launcher/agent/program_environment.hpp"
#include "launcher/agent/program_streams.hpp"
#include "launcher/agent/rank_processes.hpp"
#include "launcher/agent/stacks.hpp"

namespace tt_run::launcher {

namespace {

using job::Stream;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Without a supervisor or a launcher the rank has no longer than this between TERM and KILL.
constexpr milliseconds kLostGrace{300};

std::uint64_t monotonic_ns() {
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
}

/// What the kernel tells us when whoever started us has ended: no signal that anybody sends to end a rank.
int orphan_signal() {
    return SIGRTMIN;
}

bool is_deadly(int signal) {
    return signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
}

class Agent {
  public:
    Agent(job::Descriptor supervisor, const AgentIdentity& identity)
        : channel_(std::move(supervisor), job::kLargestFromSupervisor),
          parent_(::getppid()),
          streams_(channel_) {
        catch_signals();
        ::prctl(PR_SET_PDEATHSIG, orphan_signal());
        say(job::Hello{job::kProtocolVersion, identity.token, job::Role::agent, identity.rank,
                       static_cast<std::uint32_t>(::getpid()), identity.host, std::string(job::release())});
    }

    int run() {
        while (!is_to_leave_) {
            tell();
            wait();
        }
        tell();
        end_descendants(milliseconds(0), channel_.lost() ? std::min(grace_, kLostGrace) : milliseconds(0));
        return was_ordered_ || was_told_to_end_ ? 0 : 1;
    }

  private:
    void catch_signals() {
        sigset_t caught;
        ::sigemptyset(&caught);
        for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
                                 SIGWINCH, orphan_signal()}) {
            ::sigaddset(&caught, signal);
        }
        ::signal(SIGPIPE, SIG_IGN);
        ::sigprocmask(SIG_SETMASK, &caught, nullptr);
        signals_ = job::make_signal_descriptor(caught, job::SignalReading::at_once);
    }

    // ---- waiting

    void wait() {
        const short to_supervisor = channel_.wants_to_write() ? POLLOUT : 0;
        std::array<pollfd, 7> news{{
            {channel_.lost() ? -1 : channel_.descriptor(), static_cast<short>(POLLIN | to_supervisor), 0},
            {signals_.get(), POLLIN, 0},
            {streams_.output(), POLLIN, 0},
            {streams_.error(), POLLIN, 0},
            {streams_.input(), POLLOUT, 0},
            {pmi_ ? pmi_->launcher() : -1, POLLIN, 0},
            {pmi_ ? pmi_->program() : -1, POLLIN, 0},
        }};
        const auto& [supervisor, signals, output, error, input, launcher, program] = news;
        const int count = ::poll(news.data(), news.size(), milliseconds_to_wait());
        if (count < 0) {
            return;
        }
        if (supervisor.revents == 0 && is_silent()) {
            channel_.close();  // cut off, or its host has died
            is_to_leave_ = true;
        }
        if (supervisor.revents != 0) {
            hear_supervisor(supervisor.revents);
        }
        if (launcher.revents != 0) {
            pmi_->take_from_launcher();
            tell_phase();
        }
        if (program.revents != 0 && pmi_->program() >= 0) {
            take_from_pmi();
        }
        if (output.revents != 0) {
            streams_.take(Stream::output);
        }
        if (error.revents != 0) {
            streams_.take(Stream::error);
        }
        if (input.revents != 0) {
            streams_.give_input();
        }
        if (signals.revents != 0) {
            take_signals();
        }
        if (processes_) {
            processes_->kill_if_due();
        }
        send_gone_if_done();
    }

    /// The earlier of what the rank's processes and the supervisor's silence have us do; -1 for ever.
    int milliseconds_to_wait() const {
        const int processes = processes_ ? processes_->milliseconds_to_wait() : -1;
        if (silence_ == milliseconds(0)) {
            return processes;
        }
        const auto left = std::chrono::ceil<milliseconds>(heard_ + silence_ - Clock::now()).count();
        const int silence = static_cast<int>(std::max<std::int64_t>(0, left));
        return processes < 0 ? silence : std::min(processes, silence);
    }

    bool is_silent() const { return silence_ != milliseconds(0) && Clock::now() - heard_ >= silence_; }

    // ---- the supervisor

    /// What is said in one round is told in one piece.
    void say(const job::Message& message) { told_next_ += job::encode(message); }
    void tell() {
        if (!told_next_.empty()) {
            channel_.send_bytes(told_next_);
            told_next_.clear();
        }
    }

    void hear_supervisor(short events) {
        if ((events & POLLOUT) != 0) {
            channel_.flush();
        }
        if ((events & ~POLLOUT) != 0) {
            heard_ = Clock::now();
            channel_.receive();
            while (const auto message = channel_.next()) {
                std::visit([&](const auto& said) { obey(said); }, *message);
            }
        }
        is_to_leave_ = is_to_leave_ || channel_.lost();
    }

    void obey(const job::StartOrder& order) {
        if (was_ordered_) {
            return;
        }
        was_ordered_ = true;
        grace_ = milliseconds(order.grace_ms);
        silence_ = milliseconds(order.silence_ms);
        wants_phases_ = order.wants_phases;
        if (told_signal_ != 0) {
            return ended({static_cast<int>(told_signal_), 0});  // before it has begun
        }
        auto environment = files_.provide(order.files, order.environment);
        if (!environment) {
            has_exited_ = true;
            return say(job::NotStarted{0, environment.error().message()});
        }
        const std::uint64_t at = monotonic_ns();
        if (const int error = start(order, *std::move(environment)); error != 0) {
            processes_.reset();
            has_exited_ = true;
            say(job::NotStarted{static_cast<std::uint32_t>(error),
                                "running `" + order.arguments.front() + "` in `" + order.directory + "`"});
        } else {
            say(job::Started{static_cast<std::uint32_t>(processes_->program()), at});
        }
    }
    void obey(const job::Heartbeat& beat) { say(beat); }
    void obey(const job::Credit& credit) { streams_.add_window(credit.bytes); }
    void obey(const job::Signal& signal) { hand_on(static_cast<int>(signal.number)); }
    void obey(const job::Terminate& end) {
        take_signals();  // an end that was there before this order is the rank's own
        was_told_to_end_ = true;
        is_to_leave_ = is_to_leave_ || !was_ordered_;
        if (processes_) {
            processes_->terminate(milliseconds(end.grace_ms));
        }
    }
    void obey(const job::Leave&) { was_told_to_end_ = is_to_leave_ = true; }
    void obey(const job::TakeStacks&) { say(job::Stacks{describe_stacks(descendants_of(::getpid()))}); }
    void obey(const job::Input& input) { streams_.hold_input(input.bytes); }
    template <class Other>
    void obey(const Other&) {}  // from a newer supervisor, or nonsense: a rank is not ended for it

    // ---- the rank

    /// 0, or the error number of what kept the program from starting.
    int start(const job::StartOrder& order, std::vector<std::string> row) {
        ProgramEnds ends = streams_.open(order.has_input);
        job::DescriptorPair pmi;
        if (const int launcher = pmi_in_environment(); launcher >= 0) {
            pmi = job::make_socket_pair(SOCK_STREAM);
            pmi_.emplace(launcher, std::move(pmi.first));
        }
        if (!ends.input || !ends.output || !ends.error || (pmi_ && !pmi.second)) {
            return EMFILE;
        }
        return processes_.emplace(grace_).start(
            {order.arguments, complete_environment(std::move(row), pmi.second.get()), order.directory,
             ends.input.get(), ends.output.get(), ends.error.get(), pmi.second.get()});
    }

    void hand_on(int signal) const {
        if (processes_) {
            processes_->signal(signal);
        }
    }

    void ended(const RankProcesses::Exit& exit) {
        has_exited_ = true;
        // A KILL of somebody else's may take effect after our order has come: a process with much memory dies
        // slowly.
        const bool by_another = WIFSIGNALED(exit.wait_status) && WTERMSIG(exit.wait_status) == SIGKILL &&
                                processes_ && !processes_->has_killed();
        say(job::Exited{static_cast<std::uint32_t>(exit.wait_status), told_signal_, exit.peak_memory_bytes,
                        was_told_to_end_ && !by_another});
    }

    void send_gone_if_done() {
        const bool none_left = has_exited_ && (!processes_ || processes_->none_left());
        if (none_left && !has_sent_gone_ && streams_.drained()) {
            has_sent_gone_ = true;
            say(job::Gone{});
            is_to_leave_ = is_to_leave_ || is_orphan_;
        }
    }

    void take_from_pmi() {
        if (const auto code = pmi_->take_from_program()) {
            say(job::Aborted{*code});
        }
        tell_phase();
    }

    void tell_phase() {
        const auto kind = pmi_->take_phase();
        if (kind && wants_phases_) {
            say(job::Phase{*kind, monotonic_ns()});
        }
    }

    // ---- signals

    void take_signals() {
        while (const auto received = job::next_signal(signals_)) {
            const int signal = received->number;
            if (signal == SIGCHLD) {
                continue;
            }
            if (signal == orphan_signal()) {
                is_orphan_ = ::getppid() != parent_;
                continue;
            }
            hand_on(signal);
            if (is_deadly(signal)) {
                told_signal_ = told_signal_ == 0 ? static_cast<std::uint32_t>(signal) : told_signal_;
                if (processes_) {
                    processes_->kill_after_grace();
                }
            }
        }
        if (is_orphan_ && (told_signal_ == 0 || !was_ordered_)) {
            channel_.close();
            is_to_leave_ = true;
        }
        if (processes_) {
            if (const auto exit = processes_->reap()) {
                ended(*exit);
            }
        }
    }

    job::Channel channel_;
    std::string told_next_;
    pid_t parent_;
    job::Descriptor signals_;
    milliseconds grace_{0};
    milliseconds silence_{0};  ///< of the supervisor, after which it is lost; 0: it never is
    Clock::time_point heard_ = Clock::now();
    HandedFiles files_;
    ProgramStreams streams_;
    std::optional<RankProcesses> processes_;  ///< once started
    std::optional<PmiRelay> pmi_;
    std::uint32_t told_signal_ = 0;  ///< the first deadly one that somebody sent to this process
    bool wants_phases_ = false;
    bool was_ordered_ = false;
    bool was_told_to_end_ = false;
    bool has_exited_ = false;
    bool has_sent_gone_ = false;
    /// Whoever started us has gone. The rank ends; how is still told if a signal came first.
    bool is_orphan_ = false;
    bool is_to_leave_ = false;
};

}  // namespace

int run_agent(job::Descriptor supervisor, const AgentIdentity& identity) {
    return Agent(std::move(supervisor), identity).run();
}

}  // namespace tt_run::launcher
