#include "launcher/agent/join_job.hpp"

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

#include "job/socket_address.hpp"
#include "job/variable_names.hpp"
#include "launcher/agent/agent.hpp"
#include "launcher/agent/guard.hpp"
#include "launcher/agent/process_tree.hpp"
#include "launcher/agent/program_environment.hpp"

namespace tt_run::launcher {

namespace {

/// The MPI launcher shows it; nobody else is there to listen yet.
int complain(std::string_view reason) {
    const std::string text = "tt-run-agent: " + std::string(reason) + "\n";
    return ::write(STDERR_FILENO, text.data(), text.size()) < 0 ? 2 : 1;
}

/// Whether whoever listens there is above us, and would inherit what we leave; another host's never is.
bool has_guard_above(const job::Descriptor& supervisor) {
    ucred listener{};
    socklen_t size = sizeof listener;
    return ::getsockopt(supervisor.get(), SOL_SOCKET, SO_PEERCRED, &listener, &size) == 0 &&
           listener.pid > 0 && is_below(listener.pid);
}

}  // namespace

int join_job() {
    const char* const address = std::getenv(job::kSupervisorVariable);
    const char* const token = std::getenv(job::kTokenVariable);
    const job::Rank rank = rank_in_environment();
    if (address == nullptr || token == nullptr || rank.value < 0) {
        return complain("tt-run starts this program for each rank; it is of no use by itself");
    }
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    auto supervisor = job::connect_to(address);
    if (!supervisor) {
        return complain(std::string(host.data()) + ": " + supervisor.error().message());
    }
    if (!has_guard_above(*supervisor)) {
        divide_off_guard();
    }
    if (run_agent(std::move(*supervisor), {rank, token, host.data()}) != 0) {
        return complain(std::string(host.data()) + ": tt-run did not let this agent in, or went away");
    }
    return 0;
}

}  // namespace tt_run::launcher
