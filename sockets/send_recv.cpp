#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "device/mesh_device_state.hpp"
#include "sockets/crash_fault.hpp"
#include "sockets/run_jobs.hpp"
#include "sockets/socket_report.hpp"
#include "sockets/socket_state.hpp"
#include "sockets/validate_socket.hpp"
#include "support/call_place.hpp"
#include "support/require.hpp"
#include "tt_run/device/warnings.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

namespace tt_run::sockets {

namespace {

using device::MeshCoordinate;
using device::Tensor;

/// This end's cores on a device, in the order of the list; connections of one sending core count once.
std::map<MeshCoordinate, std::vector<std::size_t>> connections_by_device(const SocketState& state) {
    std::map<MeshCoordinate, std::vector<std::size_t>> by_device;
    std::vector<const SendEnd*> seen;
    for (std::size_t k = 0; k < state.config.socket_connection_config.size(); ++k) {
        if (!state.is_local(k)) {
            continue;
        }
        const SendEnd* const end = state.senders[k].get();
        if (end != nullptr && std::ranges::find(seen, end) != seen.end()) {
            continue;
        }
        seen.push_back(end);
        by_device[state.own_core(k).device_coord].push_back(k);
    }
    return by_device;
}

/// The alignment of the FIFO's memory or of the tensor's, whichever is larger.
std::size_t common_alignment(const SocketState& state, const device::MeshBuffer& buffer) {
    return std::max(state.device->alignment(state.config.socket_mem_config.socket_storage_type),
                    state.device->alignment(buffer.config().buffer_type));
}

/// One of the calls below.
struct Operation {
    const char* name;
    SocketEndpoint end;
    bool direct = false;
    bool waits = false;  ///< for its end, on the caller's thread
};

/// What a direct transfer sends through the FIFO, twice.
constexpr std::size_t kAgreementBytes = 64;

/// What one call leaves in a queue: its jobs, and before them, so that it outlives them, what they work on.
struct QueuedTransfer {
    MeshSocket socket;
    Tensor tensor;
    JobSet jobs;
};

class Transfer {
  public:
    Transfer(const Tensor& tensor, const MeshSocket& socket, const Operation& operation,
             const std::source_location& where)
        : tensor_(tensor), socket_(socket), state_(socket.state()), operation_(operation), where_(where) {
        const char* const name = operation.name;
        TT_RUN_REQUIRE(state_.endpoint == operation.end, "{} needs the {} end of a socket", name,
                       operation.end == SocketEndpoint::sender ? "sender" : "receiver");
        TT_RUN_REQUIRE(tensor.is_on_device(), "{} needs a tensor on a device", name);
        TT_RUN_REQUIRE(tensor.is_allocated(), "{}: the tensor is deallocated", name);
        alignment_ = common_alignment(state_, *tensor.buffer());
        const SocketMemoryConfig& memory = state_.config.socket_mem_config;
        TT_RUN_REQUIRE(!operation.direct || memory.socket_storage_type == device::BufferType::l1,
                       "{} needs a socket whose FIFO is in L1", name);
        const std::size_t needed =
            align(operation.direct ? kAgreementBytes : tensor.buffer()->aligned_page_size());
        TT_RUN_REQUIRE(
            needed <= memory.fifo_size, "{}: a page {} takes {} bytes, more than the socket's FIFO of {}",
            name, operation.direct ? "for the two ends to agree" : "of the tensor", needed, memory.fifo_size);
    }

    std::shared_ptr<JobSet> prepare() {
        const auto queued = std::make_shared<QueuedTransfer>(QueuedTransfer{socket_, tensor_, {}});
        const std::shared_ptr<JobSet> set(queued, &queued->jobs);
        auto by_device = connections_by_device(state_);
        const auto& shards = tensor_.coordinates();
        std::erase_if(by_device, [&](const auto& entry) {
            return std::ranges::find(shards, entry.first) == shards.end();
        });
        TT_RUN_REQUIRE(!by_device.empty(), "{}: no connection of the socket is on a device of the tensor",
                       operation_.name);
        in_all_ = tensor_.buffer()->size() * by_device.size();
        for (const auto& [coordinate, connections] : by_device) {
            for (std::size_t k = 0; k < connections.size(); ++k) {
                check_forwarding(state_, connections[k], operation_.name);
                add(*set, coordinate, connections[k], k, connections.size());
            }
        }
        for (const auto& region : state_.regions) {
            set->bells.push_back(state_.endpoint == SocketEndpoint::sender ? &region->sender_bell()
                                                                           : &region->receiver_bell());
        }
        set->all_ring = !state_.uses_messages;
        set->waited_ns = state_.waited_ns;
        return set;
    }

    device::Work work(const std::shared_ptr<JobSet>& set) const {
        device::Work work{.what = operation_.name,
                          .where = where_,
                          .run = [set] { run_jobs(*set); },
                          .bytes = in_all_,
                          .may_wait = true};
        if (in_all_ <= device::WorkQueue::kInlineBytes) {
            work.try_run = [set] {
                return std::ranges::all_of(set->jobs,
                                           [](const auto& job) { return job->can_finish_now(); }) &&
                       try_jobs(*set);
            };
        }
        return work;
    }

  private:
    std::size_t align(std::size_t bytes) const { return (bytes + alignment_ - 1) / alignment_ * alignment_; }

    TransferPlan plan_pages(std::size_t pages) const {
        TransferPlan plan = plan_transfer(tensor_.buffer()->aligned_page_size(), pages, alignment_,
                                          state_.config.socket_mem_config.fifo_size, state_.payload);
        if (operation_.direct) {
            plan.block = static_cast<std::uint32_t>(align(kAgreementBytes));
            plan.blocks = 2;
        }
        return plan;
    }

    void add(JobSet& set, const MeshCoordinate& coordinate, std::size_t connection, std::size_t index,
             std::size_t count) {
        const device::MeshBuffer& buffer = *tensor_.buffer();
        const PageRange range = split_pages(buffer.num_pages(), index, count);
        if (range.count == 0) {
            return;
        }
        const TransferPlan plan = plan_pages(range.count);
        const TransferHead head{static_cast<std::uint32_t>(plan.page),
                                static_cast<std::uint32_t>(plan.stride),
                                plan.block,
                                static_cast<std::uint32_t>(tensor_.dtype()),
                                static_cast<std::uint32_t>(tensor_.layout()),
                                operation_.direct ? 1U : 0U,
                                plan.pages};
        TransferRequest request{plan, head,
                                fmt::format("{} at {}", operation_.name, support::place_of(where_)), in_all_};
        const std::span<std::byte> pages =
            buffer.local_bytes(coordinate).subspan(range.first * plan.page, range.count * plan.page);
        if (state_.endpoint == SocketEndpoint::sender) {
            const auto make = operation_.direct ? &make_direct_send_job : &make_send_job;
            set.jobs.push_back(make(*state_.senders[connection], std::move(request), pages));
        } else {
            const auto make = operation_.direct ? &make_direct_receive_job : &make_receive_job;
            set.jobs.push_back(make(*state_.receivers[connection], std::move(request), pages));
        }
    }

    const Tensor& tensor_;
    const MeshSocket& socket_;
    SocketState& state_;
    const Operation& operation_;
    const std::source_location where_;
    std::size_t alignment_ = 1;
    std::size_t in_all_ = 0;  ///< bytes, of all devices
};

void transfer(const Tensor& tensor, const MeshSocket& socket, const Operation& operation, std::uint32_t queue,
              const std::source_location& where) {
    crash_if_told();
    Transfer transfer(tensor, socket, operation, where);
    device::WorkQueue& works = socket.state().device->mesh_command_queue(queue).work();
    device::Work work = transfer.work(transfer.prepare());
    operation.waits ? works.run_and_wait(std::move(work)) : works.enqueue(std::move(work));
}

}  // namespace

const MeshCoreCoord& SocketState::own_core(std::size_t connection) const {
    const SocketConnection& one = config.socket_connection_config[connection];
    return endpoint == SocketEndpoint::sender ? one.sender_core : one.receiver_core;
}

bool SocketState::is_local(std::size_t connection) const {
    return device->is_local(own_core(connection).device_coord);
}

std::string SocketState::name() const {
    return fmt::format("socket {} from rank {} to rank {}, {} end", number, *config.sender_rank,
                       *config.receiver_rank, endpoint == SocketEndpoint::sender ? "sending" : "receiving");
}

SocketState::~SocketState() {
    report_socket(*this);
    for (const auto& end : senders) {
        for (const SendPath& path : end ? std::span(end->paths) : std::span<SendPath>()) {
            path.lane->close();
        }
    }
    for (std::size_t k = 0; k < receivers.size(); ++k) {
        if (!receivers[k] || !receivers[k]->lane) {
            continue;
        }
        const std::uint32_t left = bytes_between(receivers[k]->cursor.count(), receivers[k]->lane->sent());
        if (left != 0 && left <= config.socket_mem_config.fifo_size) {
            device::warn(
                fmt::format("{}: {} bytes of connection {} were sent and never received", name(), left, k));
        }
        receivers[k]->lane->close();
    }
}

void send_async(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue,
                std::source_location where) {
    transfer(tensor, socket, {"send_async", SocketEndpoint::sender}, queue, where);
}

void recv_async(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue,
                std::source_location where) {
    transfer(tensor, socket, {"recv_async", SocketEndpoint::receiver}, queue, where);
}

void send_direct_async(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue,
                       std::source_location where) {
    transfer(tensor, socket, {.name = "send_direct_async", .end = SocketEndpoint::sender, .direct = true},
             queue, where);
}

void recv_direct_async(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue,
                       std::source_location where) {
    transfer(tensor, socket, {.name = "recv_direct_async", .end = SocketEndpoint::receiver, .direct = true},
             queue, where);
}

void send(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue, std::source_location where) {
    transfer(tensor, socket, {.name = "send", .end = SocketEndpoint::sender, .waits = true}, queue, where);
}

void recv(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue, std::source_location where) {
    transfer(tensor, socket, {.name = "recv", .end = SocketEndpoint::receiver, .waits = true}, queue, where);
}

}  // namespace tt_run::sockets
