#include "launcher/run/job_outcome.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <tuple>

#include <fmt/format.h>
#include <sys/wait.h>

#include "launcher/run/run_plan.hpp"
#include "support/error.hpp"

namespace tt_run::launcher {

namespace {

using State = RankOutcome::State;

constexpr int kLimitExceeded = 124;
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;
constexpr int kKilled = 137;

/// Of two failing ranks, the smaller one is the cause: the loss of a host comes before what ranks did of
/// their own, that before what was done to them, and what was heard earlier before what was heard later.
std::tuple<int, std::size_t> order_of_cause(const RankOutcome& rank) {
    const bool host_was_lost = rank.state == State::lost && rank.ended_as == 0;
    return {host_was_lost ? 0 : rank.was_asked_to_end ? 3 : rank.ended_by_itself() ? 1 : 2, rank.ended_as};
}

/// Ended by a signal that the loss of another rank does not bring about, as it does ABRT and PIPE.
bool has_crashed(const RankOutcome& rank) {
    return !rank.abort_code && rank.state == State::ended && rank.told_signal == 0 &&
           WIFSIGNALED(rank.wait_status) && WTERMSIG(rank.wait_status) != SIGABRT &&
           WTERMSIG(rank.wait_status) != SIGPIPE;
}

}  // namespace

bool RankOutcome::failed() const {
    return abort_code || state == State::not_started || state == State::lost ||
           (state == State::ended && wait_status != 0);
}

bool RankOutcome::ended_by_itself() const {
    return abort_code || (told_signal == 0 && state != State::lost);
}

const RankOutcome* JobOutcome::first_failure() const {
    const auto first_of = [this](auto counts) {
        const RankOutcome* first = nullptr;
        for (const RankOutcome& rank : ranks) {
            if (counts(rank) && (first == nullptr || order_of_cause(rank) < order_of_cause(*first))) {
                first = &rank;
            }
        }
        return first;
    };
    const RankOutcome* const first = first_of([](const RankOutcome& rank) { return rank.failed(); });
    if (first == nullptr || !first->ended_by_itself() || has_crashed(*first)) {
        return first;
    }
    const RankOutcome* const overtaken =
        first_of([](const RankOutcome& rank) { return rank.crossed_our_order && has_crashed(rank); });
    return overtaken != nullptr ? overtaken : first;
}

int JobOutcome::exit_code() const {
    switch (cause) {
        case EndCause::signal:
        case EndCause::lost_output:
            return 128 + signal;
        case EndCause::start_timeout:
        case EndCause::timeout:
        case EndCause::idle_timeout:
        case EndCause::deadlock:
            return kLimitExceeded;
        case EndCause::launcher:
            if (WIFSIGNALED(launcher_status)) {
                return 128 + WTERMSIG(launcher_status);
            }
            break;
        case EndCause::host:
            return kLauncherFailed;
        case EndCause::ranks:
            break;
    }
    const RankOutcome* const first = first_failure();
    return first != nullptr ? exit_code_of(*first) : cause == EndCause::launcher ? kLauncherFailed : 0;
}

const char* name_of(RankOutcome::State state) {
    switch (state) {
        case RankOutcome::State::waiting:
            return "never-started";
        case RankOutcome::State::running:
            return "running";
        case RankOutcome::State::ended:
            return "ended";
        case RankOutcome::State::not_started:
            return "not-startable";
        case RankOutcome::State::lost:
            return "lost";
    }
    return "";
}

const char* name_of(EndCause cause) {
    switch (cause) {
        case EndCause::ranks:
            return "ranks";
        case EndCause::signal:
            return "signal";
        case EndCause::start_timeout:
            return "start-timeout";
        case EndCause::timeout:
            return "timeout";
        case EndCause::idle_timeout:
            return "idle-timeout";
        case EndCause::deadlock:
            return "deadlock";
        case EndCause::launcher:
            return "launcher";
        case EndCause::host:
            return "host";
        case EndCause::lost_output:
            return "lost-output";
    }
    return "";
}

int exit_code_of(const RankOutcome& rank) {
    if (rank.abort_code) {
        // A shell sees eight bits; an abort is never a success.
        return (*rank.abort_code & 0xff) == 0 ? 1 : *rank.abort_code & 0xff;
    }
    switch (rank.state) {
        case State::not_started:
            return rank.error_number == ENOENT ? kNotFound : kCannotRun;
        case State::lost:
            return kKilled;
        case State::ended:
            if (rank.told_signal != 0 && WIFSIGNALED(rank.wait_status) &&
                WTERMSIG(rank.wait_status) == SIGKILL) {
                return 128 + static_cast<int>(rank.told_signal);  // the KILL was ours, after the grace
            }
            return WIFSIGNALED(rank.wait_status) ? 128 + WTERMSIG(rank.wait_status)
                                                 : WEXITSTATUS(rank.wait_status);
        case State::waiting:
        case State::running:
            break;
    }
    return 0;
}

std::string signal_name(int signal) {
    const char* const name = ::sigabbrev_np(signal);
    return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

std::string describe_end(const RankOutcome& rank) {
    if (rank.abort_code) {
        return fmt::format("MPI_Abort with code {}", *rank.abort_code);
    }
    switch (rank.state) {
        case State::waiting:
            return "never started";
        case State::running:
            return "still running";
        case State::not_started:
            return rank.error_number == 0
                       ? "not started: " + rank.attempt
                       : fmt::format("not started: {}: {}", rank.attempt,
                                     support::Error::from_errno(rank.error_number).message());
        case State::lost:
            return "lost: its agent was killed, or its host";
        case State::ended:
            break;
    }
    if (!WIFSIGNALED(rank.wait_status)) {
        return fmt::format("exit code {}", WEXITSTATUS(rank.wait_status));
    }
    return fmt::format("signal {} ({}{})", WTERMSIG(rank.wait_status),
                       signal_name(WTERMSIG(rank.wait_status)),
                       WCOREDUMP(rank.wait_status) ? ", core dumped" : "");
}

}  // namespace tt_run::launcher
