#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "device/mesh_device_state.hpp"
#include "sockets/run_jobs.hpp"
#include "sockets/socket_report.hpp"
#include "sockets/socket_state.hpp"
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

class Transfer {
  public:
    Transfer(const Tensor& tensor, const MeshSocket& socket, SocketEndpoint wanted, const char* operation)
        : tensor_(tensor), socket_(socket), state_(socket.state()), operation_(operation) {
        TT_RUN_REQUIRE(state_.endpoint == wanted, "{} needs the {} end of a socket", operation,
                       wanted == SocketEndpoint::sender ? "sender" : "receiver");
        TT_RUN_REQUIRE(tensor.is_on_device(), "{} needs a tensor on a device", operation);
        TT_RUN_REQUIRE(tensor.is_allocated(), "{}: the tensor is deallocated", operation);
        const std::size_t page = tensor.buffer()->aligned_page_size();
        const std::uint32_t fifo = state_.config.socket_mem_config.fifo_size;
        const std::size_t alignment = common_alignment(state_, *tensor.buffer());
        const std::size_t stride = (page + alignment - 1) / alignment * alignment;
        TT_RUN_REQUIRE(stride <= fifo,
                       "{}: a page of the tensor takes {} bytes, more than the socket's FIFO of {}",
                       operation, stride, fifo);
    }

    std::shared_ptr<JobSet> prepare() {
        auto set = std::make_shared<JobSet>();
        std::size_t devices = 0;
        for (const auto& [coordinate, connections] : connections_by_device(state_)) {
            const auto& shards = tensor_.coordinates();
            if (std::ranges::find(shards, coordinate) == shards.end()) {
                continue;
            }
            ++devices;
            for (std::size_t k = 0; k < connections.size(); ++k) {
                add(*set, coordinate, connections[k], k, connections.size());
            }
        }
        TT_RUN_REQUIRE(devices > 0, "{}: no connection of the socket is on a device of the tensor",
                       operation_);
        for (const auto& region : state_.regions) {
            set->bells.push_back(state_.endpoint == SocketEndpoint::sender ? &region->sender_bell()
                                                                           : &region->receiver_bell());
        }
        set->all_ring = !state_.uses_messages;
        set->waited_ns = state_.waited_ns;
        return set;
    }

    device::Work work(const std::shared_ptr<JobSet>& set, std::source_location where, bool by_caller) const {
        const std::size_t bytes = tensor_.buffer()->size() * set->jobs.size();
        device::Work work{
            .what = operation_,
            .where = where,
            // The tensor and the socket live as long as the work.
            .run = [set, tensor = tensor_, socket = socket_, by_caller] { run_jobs(*set, by_caller); },
            .bytes = bytes,
            .may_wait = true};
        if (bytes <= device::WorkQueue::kInlineBytes) {
            work.try_run = [set] {
                return std::ranges::all_of(set->jobs,
                                           [](const auto& job) { return job->can_finish_now(); }) &&
                       try_jobs(*set);
            };
        }
        return work;
    }

  private:
    void add(JobSet& set, const MeshCoordinate& coordinate, std::size_t connection, std::size_t index,
             std::size_t count) {
        const device::MeshBuffer& buffer = *tensor_.buffer();
        const PageRange range = split_pages(buffer.num_pages(), index, count);
        if (range.count == 0) {
            return;
        }
        const TransferPlan plan =
            plan_transfer(buffer.aligned_page_size(), range.count, common_alignment(state_, buffer),
                          state_.config.socket_mem_config.fifo_size);
        const TransferHead head{static_cast<std::uint32_t>(plan.page),
                                static_cast<std::uint32_t>(plan.stride),
                                plan.block,
                                static_cast<std::uint32_t>(tensor_.dtype()),
                                static_cast<std::uint32_t>(tensor_.layout()),
                                plan.pages};
        const std::span<std::byte> pages =
            buffer.local_bytes(coordinate).subspan(range.first * plan.page, range.count * plan.page);
        const std::string name = fmt::format("{} connection {}", state_.name(), connection);
        if (state_.endpoint == SocketEndpoint::sender) {
            set.jobs.push_back(make_send_job(*state_.senders[connection], plan, head, pages, name));
        } else {
            set.jobs.push_back(make_receive_job(*state_.receivers[connection], plan, head, pages, name));
        }
    }

    const Tensor& tensor_;
    const MeshSocket& socket_;
    SocketState& state_;
    const char* operation_;
};

void transfer(const Tensor& tensor, const MeshSocket& socket, SocketEndpoint end, const char* operation,
              std::uint32_t queue, std::source_location where, bool wait) {
    Transfer transfer(tensor, socket, end, operation);
    device::WorkQueue& works = socket.state().device->mesh_command_queue(queue).work();
    device::Work work = transfer.work(transfer.prepare(), where, wait);
    wait ? works.run_and_wait(std::move(work)) : works.enqueue(std::move(work));
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
    return fmt::format("socket {} (rank {} to rank {}, {})", number, *config.sender_rank,
                       *config.receiver_rank, endpoint == SocketEndpoint::sender ? "sending" : "receiving");
}

SocketState::~SocketState() {
    report_socket(*this);
    for (const auto& end : senders) {
        for (const auto& lane : end ? std::span(end->lanes) : std::span<std::unique_ptr<SendLane>>()) {
            lane->close();
        }
    }
    for (std::size_t k = 0; k < receivers.size(); ++k) {
        if (!receivers[k] || !receivers[k]->lane) {
            continue;
        }
        const std::uint32_t left = receivers[k]->lane->sent() - receivers[k]->cursor.count();
        if (left != 0 && left <= config.socket_mem_config.fifo_size) {
            device::warn(
                fmt::format("{}: {} bytes of connection {} were sent and never received", name(), left, k));
        }
        receivers[k]->lane->close();
    }
}

void send_async(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue,
                std::source_location where) {
    transfer(tensor, socket, SocketEndpoint::sender, "send_async", queue, where, false);
}

void recv_async(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue,
                std::source_location where) {
    transfer(tensor, socket, SocketEndpoint::receiver, "recv_async", queue, where, false);
}

void send(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue, std::source_location where) {
    transfer(tensor, socket, SocketEndpoint::sender, "send", queue, where, true);
}

void recv(const Tensor& tensor, const MeshSocket& socket, std::uint32_t queue, std::source_location where) {
    transfer(tensor, socket, SocketEndpoint::receiver, "recv", queue, where, true);
}

}  // namespace tt_run::sockets
