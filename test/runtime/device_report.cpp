// What the tests ask of a process that uses the runtime. Its words say what to do, one after the other.

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "tt_run/device/fabric.hpp"
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

/// `M1:3`.
device::FabricNodeId chip_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    return {std::stoi(text.substr(1, colon - 1)), std::stoi(text.substr(colon + 1))};
}

/// `reach=M0:3,M1:0`.
void report_way(const std::string& pair) {
    const std::size_t comma = pair.find(',');
    const device::FabricNodeId from = chip_of(pair.substr(0, comma));
    const device::FabricNodeId to = chip_of(pair.substr(comma + 1));
    const auto why_not = device::why_unreachable(from, to);
    std::printf(
        "%s to %s: %s\n", from.text().c_str(), to.text().c_str(),
        why_not ? why_not->c_str()
                : (std::to_string(device::get_forwarding_link_indices(from, to).size()) + " links").c_str());
}

/// `route=M0:3,M1:0`: every move, with the channels that it may take.
void report_route(const std::string& pair) {
    const std::size_t comma = pair.find(',');
    const device::FabricNodeId from = chip_of(pair.substr(0, comma));
    const device::FabricNodeId to = chip_of(pair.substr(comma + 1));
    std::printf("%s", from.text().c_str());
    for (const device::FabricHop& hop : device::get_fabric_route(from, to)) {
        std::printf(" %s (%zu) %s", std::string(fabric::name_of(hop.direction)).c_str(), hop.eth_chans.size(),
                    hop.to.text().c_str());
    }
    const auto first = device::get_forwarding_direction(from, to);
    std::printf("\nfirst %s on %zu channels, %u planes live\n",
                first ? std::string(fabric::name_of(*first)).c_str() : "nowhere",
                device::get_forwarding_eth_chans(from, to).size(),
                first ? device::get_num_live_routing_planes(from, *first) : 0U);
}

/// Who drives what, and where meshes 0 and 1 meet.
void report_job() {
    const auto ranks = device::get_global_logical_bindings();
    for (const device::RankBinding& rank : ranks) {
        std::printf("mesh %d part %d\n", rank.mesh_id, rank.mesh_host_rank);
    }
    const auto own = static_cast<std::size_t>(*distributed::DistributedContext::get_current_world()->rank());
    std::printf("mesh 1 %s, all %s, mine %s\n", device::get_physical_mesh_shape(1).text().c_str(),
                device::get_coord_range(1).text().c_str(),
                device::get_coord_range(ranks[own].mesh_id, device::MeshScope::local).text().c_str());
    std::printf("exits");
    for (const device::FabricNodeId& node : device::get_exit_nodes(0, 1)) {
        std::printf(" %s", node.text().c_str());
    }
    std::printf("\ndevice 1 is %s, M0D2 is %d, M1D0 is %d\n", device::get_fabric_node_id(1).text().c_str(),
                device::get_physical_chip_id({0, 2}).value_or(-1),
                device::get_physical_chip_id({1, 0}).value_or(-1));
    std::printf("packets carry %zu bytes behind %zu\n", device::get_tt_fabric_max_payload_size_bytes(),
                device::get_tt_fabric_packet_header_size_bytes());
}

/// `fabric=FABRIC_2D` or `fabric=FABRIC_2D,RELAXED_INIT`.
void set_fabric(const std::string& words) {
    const std::size_t comma = words.find(',');
    const auto mode = comma == std::string::npos ? device::FabricReliability::strict
                                                 : *fabric::parse_fabric_reliability(words.substr(comma + 1));
    device::set_fabric_config(fabric::parse_fabric_config(words.substr(0, comma)).value(), mode);
}

/// Devices stay open to the end.
void open_device() {
    static std::shared_ptr<device::MeshDevice> device;
    device = device::MeshDevice::create();
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
    } else if (word == "open") {
        open_device();
    } else if (word.starts_with("fabric=")) {
        set_fabric(word.substr(7));
    } else if (word.starts_with("reach=")) {
        report_way(word.substr(6));
    } else if (word.starts_with("route=")) {
        report_route(word.substr(6));
    } else if (word == "job") {
        report_job();
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
