// Programs of ranks in which something goes wrong.

#include <array>
#include <csignal>
#include <map>

#include "test/runtime/socket_program.hpp"
#include "tt_run/device/fabric.hpp"
#include "tt_run/device/mesh_buffer.hpp"

namespace tt_run::test {

using namespace tt_run::device;
using namespace tt_run::sockets;
using distributed::ContextPtr;
using distributed::DistributedContext;
using distributed::Rank;

namespace {

void mismatch() {
    const auto device = open();
    SocketConfig config = between(0, 1, own_rank() == 0 ? 1024 : 2048, device->shape(),
                                  own_rank() == 0 ? BufferType::l1 : BufferType::dram);
    config.socket_connection_config[0].receiver_core.core_coord = {own_rank() == 0 ? 0U : 1U, 3};
    const MeshSocket socket(device, config);
}

void order() {
    const auto device = open();
    const int first = own_rank();
    const MeshSocket socket(device, between(first, 1 - first, 1024, device->shape()));
}

void alone() {
    const auto device = open();
    if (own_rank() == 0) {
        const MeshSocket socket(device, between(0, 1, 1024, device->shape()));
    }
    world()->barrier();
}

void no_memory() {
    const auto device = open();
    const auto taken =
        own_rank() == 1
            ? MeshBuffer::create(
                  {.size = device->memory_view(BufferType::l1).bytes_per_bank,
                   .page_size = 1024,
                   .buffer_type = BufferType::l1,
                   .bytes_per_bank = device->memory_view(BufferType::l1).largest_free_bytes_per_bank},
                  device)
            : nullptr;
    const MeshSocket socket(device, between(0, 1, 1024, device->shape()));
}

/// Both send and then receive: `data` bytes through FIFOs of 4096.
void send_first(std::uint32_t data) {
    const auto device = open();
    const MeshSocket there(device, between(0, 1, 4096, device->shape()));
    const MeshSocket back(device, between(1, 0, 4096, device->shape()));
    const Geometry geometry{4096, 1024, data};
    send_bytes(1, geometry, device, own_rank() == 0 ? there : back);
    receive_on(1, geometry, device, own_rank() == 0 ? back : there);
    device->synchronize();
}

void other_tensor() {
    const auto device = open();
    const MeshSocket socket(device, between(0, 1, 4096, device->shape()));
    own_rank() == 0 ? send_bytes(1, {4096, 1024, 65536}, device, socket)
                    : receive_on(1, {4096, 1024, 131072}, device, socket);
    device->synchronize();
}

void die() {
    const auto device = open();
    const MeshSocket socket(device, between(0, 1, 4096, device->shape()));
    if (own_rank() == 1) {
        std::raise(SIGKILL);
    }
    send_bytes(1, {4096, 1024, 65536}, device, socket);
    device->synchronize();
}

/// Rank 0 waits for all to come to a barrier, rank 1 for data that nobody sends.
void barrier_and_receive() {
    const auto device = open();
    const MeshSocket socket(device, between(0, 1, 4096, device->shape()));
    if (own_rank() == 0) {
        world()->barrier();
    } else {
        const Tensor tensor = allocate_tensor_on_device(spec_of({4096, 1024, 4096}), device);
        recv_async(tensor, socket);
        device->synchronize();
    }
}

/// One rank comes to two barriers, the other to one.
void one_barrier_more() {
    const auto device = open();
    world()->barrier();
    if (own_rank() == 0) {
        world()->barrier();
    }
}

/// Rank 0 goes while rank 1 still waits for its data; the socket goes with it, or stays behind.
void leave_early(bool closes) {
    const auto device = open();
    static auto* const socket = new MeshSocket(device, between(0, 1, 4096, device->shape()));
    if (own_rank() == 1) {
        const Tensor tensor = allocate_tensor_on_device(spec_of({4096, 1024, 4096}), device);
        recv_async(tensor, *socket);
        device->synchronize();
    } else if (closes) {
        delete socket;
    }
}

/// Each receives first from the one before it.
void all_receive_first() {
    const auto device = open();
    const int ranks = *world()->size();
    const int before = (own_rank() + ranks - 1) % ranks;
    std::map<int, MeshSocket> made;
    for (int sender = 0; sender < ranks; ++sender) {  // one order for all
        if (own_rank() == sender || own_rank() == (sender + 1) % ranks) {
            made.emplace(sender,
                         MeshSocket(device, between(sender, (sender + 1) % ranks, 4096, device->shape())));
        }
    }
    const Geometry geometry{4096, 1024, 4096};
    receive_on(1, geometry, device, made.at(before));
    send_bytes(1, geometry, device, made.at(own_rank()));
}

/// Each makes the socket that it receives from first: nobody's other end comes.
void all_make_receiver_first() {
    const auto device = open();
    const int ranks = *world()->size();
    const MeshSocket from(device,
                          between((own_rank() + ranks - 1) % ranks, own_rank(), 4096, device->shape()));
}

/// A 1D fabric does not leave a mesh.
void line_across() {
    set_fabric_config(FabricConfig::line);
    const auto device = MeshDevice::create();
    const MeshSocket socket(device, between(0, 1, 4096, device->shape()));
}

void make_one() {
    const auto device = open();
    const MeshSocket socket(device, between(0, 1, 4096, device->shape()));
}

/// Both ends in one process, and nobody receives.
void pair_without_receiver() {
    const auto device = open();
    SocketConfig config = between(0, 0, 4096, device->shape());
    const auto ends = MeshSocket::create_socket_pair(device, device, config);
    send_bytes(1, {4096, 1024, 65536}, device, ends.first);
    device->synchronize();
}

}  // namespace

void add_mishaps(Programs& programs) {
    programs["mismatch"] = mismatch;
    programs["order"] = order;
    programs["alone"] = alone;
    programs["no-memory"] = no_memory;
    programs["deadlock"] = [] { send_first(65536); };
    programs["no-deadlock"] = [] { send_first(4096); };
    programs["other-tensor"] = other_tensor;
    programs["die"] = die;
    programs["barrier-and-receive"] = barrier_and_receive;
    programs["one-barrier-more"] = one_barrier_more;
    programs["close-early"] = [] { leave_early(true); };
    programs["leave-early"] = [] { leave_early(false); };
    programs["all-receive-first"] = all_receive_first;
    programs["all-make-receiver-first"] = all_make_receiver_first;
    programs["line-across"] = line_across;
    programs["pair-without-receiver"] = pair_without_receiver;
    programs["make-one"] = make_one;
}

}  // namespace tt_run::test
