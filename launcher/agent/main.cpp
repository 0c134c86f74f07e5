// tt-run-agent: what the MPI launcher starts for each rank of a supervised job, and, as `tt-run-agent --guard
// PROGRAM ARGUMENTS...`, what stands above the MPI launcher. Small and static, for there is one per rank;
// docs/supervision.md says what it does.

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

namespace {

/// The MPI launcher shows it; nobody else is there to listen yet.
int complain(std::string_view reason) {
    const std::string text = "tt-run-agent: " + std::string(reason) + "\n";
    return ::write(STDERR_FILENO, text.data(), text.size()) < 0 ? 2 : 1;
}

/// Whether whoever listens there is above us, and would inherit what we leave; another host's never is.
bool has_guard_above(const tt_run::job::Descriptor& supervisor) {
    ucred listener{};
    socklen_t size = sizeof listener;
    return ::getsockopt(supervisor.get(), SOL_SOCKET, SO_PEERCRED, &listener, &size) == 0 &&
           listener.pid > 0 && tt_run::launcher::is_below(listener.pid);
}

}  // namespace

int main(int argument_count, char** arguments) {
    using namespace tt_run;
    if (argument_count > 2 && std::string_view(arguments[1]) == "--guard") {
        return launcher::run_guarded(arguments + 2);
    }
    const char* const address = std::getenv(job::kSupervisorVariable);
    const char* const token = std::getenv(job::kTokenVariable);
    const job::Rank rank = launcher::rank_in_environment();
    if (address == nullptr || token == nullptr || rank.value < 0) {
        return complain("tt-run starts this program for each rank; it is of no use by itself");
    }
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    auto supervisor = job::connect_to(address);
    if (!supervisor) {
        return complain(supervisor.error().message());
    }
    if (!has_guard_above(*supervisor)) {
        launcher::divide_off_guard();
    }
    if (launcher::run_agent(std::move(*supervisor), {rank, token, host.data()}) != 0) {
        return complain("tt-run did not let this agent in: is it another version of tt-run's?");
    }
    return 0;
}
