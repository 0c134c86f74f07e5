#include "launcher/agent/agent.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/channel.hpp"
#include "job/variable_names.hpp"
#include "launcher/agent/guard.hpp"
#include "launcher/agent/pmi_relay.hpp"
#include "launcher/agent/process_tree.hpp"
#include "launcher/agent/stacks.hpp"

namespace tt_run::launcher {

namespace {

using job::Descriptor;
using job::Stream;

constexpr std::size_t kReadBytes = 64U << 10U;
constexpr const char* kPmiDescriptorVariable = "PMI_FD";

/// Variables by which MPI launchers tell a process who it is and whom to talk to.
constexpr std::array<std::string_view, 10> kLauncherPrefixes{
    "PMI_",     "PMI2_",     "PMIX_",
    "OMPI_",    "OPAL_",     "PRTE_",
    "ORTE_",    "MPI_LOCAL", "MPIR_CVAR_CH3_INTERFACE_HO",
    "SLURM_PMI"};

bool is_launchers(std::string_view entry) {
    return std::any_of(kLauncherPrefixes.begin(), kLauncherPrefixes.end(),
                       [&](std::string_view prefix) { return entry.starts_with(prefix); });
}

std::string_view name_of(std::string_view entry) {
    return entry.substr(0, entry.find('='));
}

/// The row's variables, and the launcher's that the row does not name.
std::vector<std::string> complete_environment(std::vector<std::string> row) {
    const std::size_t of_row = row.size();
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const bool is_in_row =
            std::any_of(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(of_row),
                        [&](const std::string& one) { return name_of(one) == name_of(*entry); });
        if (is_launchers(*entry) && !is_in_row && name_of(*entry) != kPmiDescriptorVariable) {
            row.emplace_back(*entry);
        }
    }
    return row;
}

/// What the program writes to one stream, on its way to the supervisor.
struct OutputPipe {
    Stream stream;
    Descriptor end;
};

class Agent {
  public:
    Agent(Descriptor supervisor, const AgentIdentity& identity)
        : channel_(std::move(supervisor), job::kLargestFromSupervisor),
          parent_(::getppid()),
          rank_(identity.rank) {
        catch_signals();
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        channel_.send(job::Hello{job::kProtocolVersion, identity.token, job::Role::agent, identity.rank,
                                 static_cast<std::uint32_t>(::getpid()), identity.host});
    }

    int run() {
        while (!is_to_leave_) {
            wait();
        }
        if (guard_.orders) {
            end_everything();
        }
        return was_started_ || was_told_to_end_ ? 0 : 1;
    }

  private:
    void catch_signals() {
        sigset_t caught;
        ::sigemptyset(&caught);
        for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH}) {
            ::sigaddset(&caught, signal);
        }
        ::signal(SIGPIPE, SIG_IGN);
        ::sigprocmask(SIG_SETMASK, &caught, nullptr);
        signals_ = Descriptor(::signalfd(-1, &caught, SFD_CLOEXEC | SFD_NONBLOCK));
    }

    // ---- starting

    void start(const job::StartOrder& order) {
        if (guard_.orders || was_started_) {
            return;
        }
        was_started_ = true;
        Program program{order.arguments, complete_environment(order.environment), order.directory};
        program.grace_ms = grace_ms_ = order.grace_ms;
        job::DescriptorPair output = job::make_pipe();
        job::DescriptorPair error = job::make_pipe();
        job::DescriptorPair input;
        if (order.has_input) {
            input = job::make_pipe();
        } else {
            input.first = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        }
        job::DescriptorPair pmi = give_pmi(program.environment);
        program.input = input.first.get();
        program.output = output.second.get();
        program.error = error.second.get();
        program.pmi = pmi.second.get();
        if (output.first && error.first && input.first) {
            guard_ = start_guard(program);
        }
        if (!guard_.orders) {
            channel_.send(
                job::NotStarted{static_cast<std::uint32_t>(errno), "making a process for the rank"});
            is_gone_ = true;
            return send_gone_if_done();
        }
        outputs_[0] = {Stream::output, std::move(output.first)};
        outputs_[1] = {Stream::error, std::move(error.first)};
        for (const OutputPipe& pipe : outputs_) {
            job::set_non_blocking(pipe.end.get());
        }
        if (order.has_input) {
            input_ = std::move(input.second);
            job::set_non_blocking(input_.get());
        }
        attempt_ = "running `" + order.arguments.front() + "` in `" + order.directory + "`";
    }

    job::DescriptorPair give_pmi(std::vector<std::string>& environment) {
        const char* const from_launcher = std::getenv(kPmiDescriptorVariable);
        if (from_launcher == nullptr) {
            return {};
        }
        job::DescriptorPair ends = job::make_socket_pair(SOCK_STREAM);
        environment.push_back(std::string(kPmiDescriptorVariable) + "=" + std::to_string(ends.second.get()));
        pmi_.emplace(std::atoi(from_launcher), std::move(ends.first));
        return ends;
    }

    // ---- waiting

    void wait() {
        std::array<pollfd, 8> news{};
        std::size_t count = 0;
        const auto watch = [&](int descriptor, short events) {
            news[count] = {descriptor, events, 0};
            return count++;
        };
        const short to_supervisor = channel_.wants_to_write() ? POLLOUT : 0;
        const std::size_t channel =
            watch(channel_.lost() ? -1 : channel_.descriptor(), static_cast<short>(POLLIN | to_supervisor));
        const std::size_t signals = watch(signals_.get(), POLLIN);
        const std::size_t guard = watch(guard_.orders.get(), POLLIN);
        const std::size_t output = watch(window_ != 0 ? outputs_[0].end.get() : -1, POLLIN);
        const std::size_t error = watch(window_ != 0 ? outputs_[1].end.get() : -1, POLLIN);
        const std::size_t input = watch(held_input_.empty() ? -1 : input_.get(), POLLOUT);
        const std::size_t launcher = watch(pmi_ ? pmi_->launcher() : -1, POLLIN);
        const std::size_t program = watch(pmi_ ? pmi_->program() : -1, POLLIN);
        if (::poll(news.data(), count, -1) < 0) {
            return;
        }
        if (news[channel].revents != 0) {
            hear_supervisor(news[channel].revents);
        }
        if (news[signals].revents != 0) {
            take_signals();
        }
        if (news[launcher].revents != 0) {
            pmi_->take_from_launcher();
        }
        if (news[program].revents != 0 && pmi_->program() >= 0) {
            take_from_pmi();
        }
        if (news[output].revents != 0) {
            take_output(outputs_[0]);
        }
        if (news[error].revents != 0) {
            take_output(outputs_[1]);
        }
        if (news[input].revents != 0) {
            give_input();
        }
        if (news[guard].revents != 0) {
            hear_guard();
        }
        send_gone_if_done();
    }

    // ---- the supervisor

    void hear_supervisor(short events) {
        if ((events & POLLOUT) != 0) {
            channel_.flush();
        }
        if ((events & ~POLLOUT) != 0) {
            channel_.receive();
            while (const auto message = channel_.next()) {
                std::visit([&](const auto& said) { obey(said); }, *message);
            }
        }
        if (channel_.lost()) {
            is_to_leave_ = true;
        }
    }

    void obey(const job::StartOrder& order) { start(order); }
    void obey(const job::Credit& credit) { window_ += credit.bytes; }
    void obey(const job::Signal& signal) { order_guard(GuardOrder::signal, signal.number); }
    void obey(const job::Terminate& end) {
        was_told_to_end_ = true;
        is_to_leave_ = is_to_leave_ || !was_started_;
        order_guard(GuardOrder::terminate, end.grace_ms);
    }
    void obey(const job::Leave&) { was_told_to_end_ = is_to_leave_ = true; }
    void obey(const job::TakeStacks&) {
        channel_.send(job::Stacks{describe_stacks(descendants_of(guard_.pid))});
    }
    void obey(const job::Input& input) {
        if (input.bytes.empty()) {
            input_has_ended_ = true;
        }
        held_input_ += input.bytes;
        give_input();
    }
    template <class Other>
    void obey(const Other&) {}  // from a newer supervisor, or nonsense: a rank is not ended for it

    // ---- the guard

    void order_guard(GuardOrder::Kind kind, std::uint32_t value) {
        if (guard_.orders) {
            const GuardOrder order{kind, value};
            ::send(guard_.orders.get(), &order, sizeof order, MSG_NOSIGNAL);
        }
    }

    void hear_guard() {
        GuardReport report{};
        const ssize_t got = ::recv(guard_.orders.get(), &report, sizeof report, MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (got != sizeof report) {
            return take_guards_place();
        }
        switch (report.kind) {
            case GuardReport::started:
                channel_.send(job::Started{report.value});
                break;
            case GuardReport::not_started:
                channel_.send(job::NotStarted{report.value, attempt_});
                has_exited_ = is_gone_ = true;
                break;
            case GuardReport::exited:
                has_exited_ = true;
                channel_.send(job::Exited{report.value, told_signal_, report.peak_bytes});
                break;
            case GuardReport::gone:
                is_gone_ = true;
                break;
        }
        if (is_gone_) {
            guard_.orders.close();
            ::waitpid(guard_.pid, nullptr, 0);
        }
    }

    /// Someone killed the guard: its children are ours now.
    void take_guards_place() {
        guard_.orders.close();
        kill_descendants();
        if (!has_exited_) {
            has_exited_ = true;
            channel_.send(job::Exited{SIGKILL, told_signal_, 0});
        }
        is_gone_ = true;
    }

    static void kill_descendants() {
        for (;;) {
            const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
            if (ended < 0 && errno == ECHILD) {
                return;
            }
            if (ended <= 0) {
                signal_all(descendants_of(::getpid()), SIGKILL);
                ::poll(nullptr, 0, 1);
            }
        }
    }

    /// Told to leave, or alone in the world.
    void end_everything() {
        if (channel_.lost()) {
            order_guard(GuardOrder::terminate, std::min(grace_ms_, kLostGraceMilliseconds));
            pollfd wait{guard_.orders.get(), POLLIN, 0};
            GuardReport report{};
            while (::poll(&wait, 1, -1) < 0 || (::recv(guard_.orders.get(), &report, sizeof report, 0) > 0 &&
                                                report.kind != GuardReport::gone)) {
            }
        }
        order_guard(GuardOrder::terminate, 0);
        guard_.orders.close();
        ::waitpid(guard_.pid, nullptr, 0);
    }

    // ---- bytes

    void take_output(OutputPipe& pipe) {
        const std::size_t most = std::min<std::size_t>(block_.size(), window_);
        const ssize_t got = ::read(pipe.end.get(), block_.data(), most);
        if (got > 0) {
            window_ -= static_cast<std::uint32_t>(got);
            channel_.send_output(pipe.stream, {block_.data(), static_cast<std::size_t>(got)});
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            pipe.end.close();
        }
    }

    void give_input() {
        while (input_ && !held_input_.empty()) {
            const ssize_t wrote = ::write(input_.get(), held_input_.data(), held_input_.size());
            if (wrote < 0 && (errno == EAGAIN || errno == EINTR)) {
                return;
            }
            if (wrote < 0) {
                input_.close();  // the program reads no more; the rest is for nobody
                break;
            }
            held_input_.erase(0, static_cast<std::size_t>(wrote));
            channel_.send(job::Credit{static_cast<std::uint32_t>(wrote)});
        }
        if (!input_) {
            held_input_.clear();
        } else if (input_has_ended_) {
            input_.close();
        }
    }

    void take_from_pmi() {
        if (const auto code = pmi_->take_from_program()) {
            channel_.send(job::Aborted{*code});
        }
    }

    void take_signals() {
        signalfd_siginfo info{};
        while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
            const auto signal = info.ssi_signo;
            if (::getppid() != parent_) {
                channel_.close();  // whoever started us has gone
                is_to_leave_ = true;
            } else if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT) {
                told_signal_ = told_signal_ == 0 ? signal : told_signal_;
            }
            order_guard(GuardOrder::signal, signal);
        }
    }

    /// After the last process has gone nobody writes to the pipes any more (or an outsider does, to whom it
    /// was handed): what is in them now is all.
    void send_gone_if_done() {
        if (!is_gone_ || has_sent_gone_) {
            return;
        }
        for (OutputPipe& pipe : outputs_) {
            pollfd now{pipe.end.get(), POLLIN, 0};
            if (pipe.end && (::poll(&now, 1, 0) != 1 || (now.revents & POLLIN) == 0)) {
                pipe.end.close();
            }
        }
        if (!outputs_[0].end && !outputs_[1].end) {
            has_sent_gone_ = true;
            channel_.send(job::Gone{});
        }
    }

    static constexpr std::uint32_t kLostGraceMilliseconds = 300;

    job::Channel channel_;
    pid_t parent_;
    job::Rank rank_;
    Descriptor signals_;
    Guard guard_;
    std::string attempt_;
    std::uint32_t grace_ms_ = 0;
    std::optional<PmiRelay> pmi_;
    std::array<OutputPipe, 2> outputs_{};
    std::array<char, kReadBytes> block_;
    std::uint32_t window_ = job::kWindowBytes;
    Descriptor input_;
    std::string held_input_;
    bool input_has_ended_ = false;
    std::uint32_t told_signal_ = 0;
    bool was_started_ = false;
    bool was_told_to_end_ = false;
    bool has_exited_ = false;
    bool is_gone_ = false;
    bool has_sent_gone_ = false;
    bool is_to_leave_ = false;
};

}  // namespace

job::Rank rank_in_environment() {
    for (const char* name : {"PMI_RANK", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"}) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return {std::atoi(value)};
        }
    }
    return {-1};
}

int run_agent(Descriptor supervisor, const AgentIdentity& identity) {
    return Agent(std::move(supervisor), identity).run();
}

}  // namespace tt_run::launcher
