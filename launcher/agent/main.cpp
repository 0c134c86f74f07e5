// tt-run-agent: what the MPI launcher starts for each rank of a supervised job. Small and static, for there
// is one per rank; docs/supervision.md says what it does.

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include <unistd.h>

#include "job/socket_address.hpp"
#include "job/variable_names.hpp"
#include "launcher/agent/agent.hpp"

namespace {

/// The MPI launcher shows it; nobody else is there to listen yet.
int complain(std::string_view reason) {
    const std::string text = "tt-run-agent: " + std::string(reason) + "\n";
    return ::write(STDERR_FILENO, text.data(), text.size()) < 0 ? 2 : 1;
}

}  // namespace

int main() {
    using namespace tt_run;
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
    if (launcher::run_agent(std::move(*supervisor), {rank, token, host.data()}) != 0) {
        return complain("tt-run did not let this agent in: is it another version of tt-run's?");
    }
    return 0;
}
