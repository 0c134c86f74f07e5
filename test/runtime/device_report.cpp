// What the tests ask of a process that uses the runtime. Its words say what to do, one after the other.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "tt_run/device/operations.hpp"
#include "tt_run/distributed/distributed_context.hpp"

using namespace tt_run;

namespace {

void report_devices() {
    const auto device = device::MeshDevice::create();
    std::printf("%zu devices, %s %s, local %zu, grid %zux%zu, first %s\n", device::get_num_devices(),
                std::string(device->arch()).c_str(), device->shape().text().c_str(),
                device->local_coordinates().size(), device->compute_with_storage_grid_size().x,
                device->compute_with_storage_grid_size().y,
                device->get_fabric_node_id(device::MeshCoordinate(0, 0)).text().c_str());
}

/// Two children, each with a device of its own; the parent has opened none.
int fork_two() {
    int failed = 0;
    pid_t children[2];
    for (pid_t& child : children) {
        child = fork();
        if (child == 0) {
            report_devices();
            std::fflush(stdout);
            _exit(0);
        }
    }
    for (const pid_t child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        failed += status == 0 ? 0 : 1;
    }
    return failed;
}

int obey(const std::string& word) {
    const auto rank = [] { return *distributed::DistributedContext::get_current_world()->rank(); };
    if (word == "devices") {
        report_devices();
    } else if (word == "rank") {
        const auto world = distributed::DistributedContext::get_current_world();
        std::printf("rank %d of %d, %d of %d in all, sub-context %d of %d\n", *world->rank(), *world->size(),
                    *distributed::DistributedContext::get_world_context()->rank(),
                    *distributed::DistributedContext::get_world_context()->size(),
                    distributed::DistributedContext::subcontext_id().value_or(-1),
                    distributed::DistributedContext::subcontext_count());
    } else if (word == "barrier") {
        distributed::DistributedContext::get_current_world()->barrier();
    } else if (word == "fork") {
        return fork_two();
    } else if (word == "die-last" &&
               rank() + 1 == *distributed::DistributedContext::get_current_world()->size()) {
        raise(SIGKILL);
    } else if (word == "exit-last" &&
               rank() + 1 == *distributed::DistributedContext::get_current_world()->size()) {
        std::exit(7);
    } else if (word == "throw-last" &&
               rank() + 1 == *distributed::DistributedContext::get_current_world()->size()) {
        throw std::runtime_error("thrown on purpose");
    }
    std::fflush(stdout);
    return 0;
}

}  // namespace

int main(int count, char** words) try {
    for (int k = 1; k < count; ++k) {
        if (const int failed = obey(words[k]); failed != 0) {
            return failed;
        }
    }
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 9;
}
