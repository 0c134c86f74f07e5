// tt-run-agent: what the MPI launcher starts for each rank of a supervised job on tt-run's host. Also, there,
// `tt-run-agent --guard PROGRAM ARGUMENTS...` stands above the MPI launcher (`--guard-on-loopback`: and keeps
// its port to this host), and with any other words it runs ssh for it. Small and static, for there is one per
// rank; docs/supervision.md says what it does.

#include <string_view>

#include "launcher/agent/guard.hpp"
#include "launcher/agent/join_job.hpp"
#include "launcher/agent/reach_host.hpp"

int main(int argument_count, char** arguments) {
    using namespace tt_run;
    if (argument_count > 2 && std::string_view(arguments[1]) == "--guard") {
        return launcher::run_guarded(arguments + 2, launcher::Port::open);
    }
    if (argument_count > 2 && std::string_view(arguments[1]) == "--guard-on-loopback") {
        return launcher::run_guarded(arguments + 2, launcher::Port::loopback);
    }
    return argument_count > 1 ? launcher::reach_host({arguments + 1, arguments + argument_count})
                              : launcher::join_job();
}
