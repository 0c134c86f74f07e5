#include "launcher/run/launcher_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/variable_names.hpp"
#include "launcher/hosts/child_process.hpp"
#include "launcher/plan/mpi_launcher.hpp"

namespace tt_run::launcher {

namespace {

using std::chrono::milliseconds;
using support::Error;
using support::Result;

constexpr std::size_t kMostWords = 64U << 10U;
/// Between TERM and KILL: long enough for a guard on a busy host to say how its launcher has ended.
constexpr milliseconds kGrace{2000};

/// Whether only processes of this host need to reach the launcher's own port: Hydra's ranks are all here, or
/// its proxies come through our ssh (agent/proxy_relay.hpp).
bool is_reached_from_here_alone(const LaunchPlan& plan, const support::HostEnvironment& host) {
    const auto is_ours = [&](const LauncherFlag& flag) {
        return flag.words == std::vector<std::string>{"-launcher", "fork"} ||
               flag.words == std::vector<std::string>{"-launcher-exec", find_agent(host).string()};
    };
    return plan.flavour == Flavour::hydra && std::ranges::any_of(plan.flags, is_ours);
}

}  // namespace

Result<LauncherProcess> LauncherProcess::start(const LaunchPlan& plan, const support::HostEnvironment& host,
                                               const SupervisorAddress& supervisor,
                                               const sigset_t& signal_mask) {
    job::DescriptorPair words = job::make_pipe();
    const job::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!words.first || !nothing) {
        return std::unexpected(Error::from_errno(errno).while_doing("making a pipe"));
    }
    SupervisedCommand command = build_supervised_command(plan, host, supervisor);
    command.arguments.insert(command.arguments.begin(),
                             {find_agent(host).string(),
                              is_reached_from_here_alone(plan, host) ? "--guard-on-loopback" : "--guard"});
    ScratchDirectory scratch;
    if (family_of(plan.flavour) == MpiFamily::open_mpi) {
        // mpirun keeps its sessions in files, and leaves them when it is killed.
        scratch = ScratchDirectory::make();
        if (!scratch.path().empty()) {
            command.environment["TMPDIR"] = command.environment[job::kScratchVariable] = scratch.path();
        }
    }
    const Result<pid_t> guard = start_child({.arguments = std::move(command.arguments),
                                             .environment = std::move(command.environment),
                                             .directory = host.working_directory,
                                             .input = nothing.get(),
                                             .output = words.second.get(),
                                             .error = words.second.get(),
                                             .own_session = true,
                                             .signal_mask = signal_mask});
    if (!guard) {
        return std::unexpected(guard.error());
    }
    job::set_non_blocking(words.first.get());
    return LauncherProcess(*guard, std::move(words.first), std::move(scratch));
}

std::optional<int> LauncherProcess::reap() {
    int status = 0;
    if (guard_ <= 0 || ::waitpid(guard_, &status, WNOHANG) != guard_) {
        return std::nullopt;
    }
    guard_ = -1;
    take_words();
    return status;
}

void LauncherProcess::take_words() {
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got = ::read(output_.get(), block.data(), block.size());
        if (got <= 0) {
            if (got == 0) {
                output_.close();
            }
            return;
        }
        if (words_.size() < kMostWords) {
            words_.append(block.data(), static_cast<std::size_t>(got));
        }
    }
}

void LauncherProcess::end_if_due(Clock::time_point now) {
    if (is_running() && deadline_ && now >= *deadline_) {
        ::kill(guard_, was_told_to_end_ ? SIGKILL : SIGTERM);
        was_told_to_end_ = true;
        deadline_ = now + kGrace;
    }
}

bool LauncherProcess::was_ended_by_another(int status) const {
    if (!WIFSIGNALED(status)) {
        return false;
    }
    // Told to end, it may crash too: Open MPI's mpirun does, of a TERM while it gives up its ranks.
    const int signal = WTERMSIG(status);
    return !was_told_to_end_ || signal == SIGHUP || signal == SIGINT || signal == SIGQUIT;
}

}  // namespace tt_run::launcher
