#include "tt_run/distributed/distributed_context.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

#include "support/require.hpp"

namespace tt_run::distributed {

namespace {

std::atomic<std::int32_t> next_context_id{0};

/// MPI counts in int.
void require_sendable(std::size_t bytes) {
    TT_RUN_REQUIRE(bytes <= static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()),
                   "a message of {} bytes is too long: at most 2^31 - 1 bytes fit one message", bytes);
}

void require_elements(std::size_t bytes, DType type) {
    require_sendable(bytes);
    TT_RUN_REQUIRE(bytes % size_of(type) == 0, "{} bytes are no whole number of elements of {} bytes", bytes,
                   size_of(type));
}

void require_same(std::size_t send, std::size_t receive) {
    TT_RUN_REQUIRE(send == receive, "send and receive buffers must have the same size, got {} and {} bytes",
                   send, receive);
}

void require_times(std::size_t whole, std::size_t part, Size ranks, const char* what) {
    require_sendable(whole);
    TT_RUN_REQUIRE(whole == part * static_cast<std::size_t>(*ranks),
                   "{} must have {} times {} bytes, one part for each rank, but has {}", what, *ranks, part,
                   whole);
}

}  // namespace

std::size_t size_of(DType type) {
    constexpr std::size_t kSizes[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8, sizeof(bool), 1, 8, 16};
    return kSizes[static_cast<std::size_t>(type)];
}

DistributedException::DistributedException(Rank rank, int code, const std::string& message, std::string error)
    : std::runtime_error(fmt::format("rank {}: {} failed: {} (code {})", *rank, message, error, code)),
      rank_(rank),
      code_(code),
      message_(message),
      error_(std::move(error)) {}

DistributedContext::DistributedContext() : id_(next_context_id++) {}
DistributedContext::~DistributedContext() = default;

void DistributedContext::require_rank(Rank rank, const char* role) const {
    TT_RUN_REQUIRE(*rank >= 0 && rank.value < *size(), "{} rank {} is outside a context of {} ranks", role,
                   *rank, *size());
}

void DistributedContext::send(std::span<const std::byte> bytes, Rank to, Tag tag) {
    isend(bytes, to, tag)->wait();
}

void DistributedContext::ssend(std::span<const std::byte> bytes, Rank to, Tag tag) {
    require_sendable(bytes.size());
    require_rank(to, "destination");
    start_send(bytes, to, tag, true)->wait();
}

Status DistributedContext::recv(std::span<std::byte> bytes, Rank from, Tag tag) {
    return irecv(bytes, from, tag)->wait();
}

RequestPtr DistributedContext::isend(std::span<const std::byte> bytes, Rank to, Tag tag) {
    require_sendable(bytes.size());
    require_rank(to, "destination");
    return start_send(bytes, to, tag, false);
}

RequestPtr DistributedContext::irecv(std::span<std::byte> bytes, Rank from, Tag tag) {
    require_sendable(bytes.size());
    require_rank(from, "source");
    return start_receive(bytes, from, tag);
}

std::size_t DistributedContext::snoop_incoming_msg_size(Rank from, Tag tag) {
    require_rank(from, "source");
    return do_snoop(from, tag);
}

void DistributedContext::barrier(std::source_location where) {
    do_barrier(where);
}

void DistributedContext::broadcast(std::span<std::byte> bytes, Rank root) {
    require_sendable(bytes.size());
    require_rank(root, "root");
    do_broadcast(bytes, root);
}

void DistributedContext::gather(std::span<const std::byte> send, std::span<std::byte> receive, Rank root) {
    require_rank(root, "root");
    require_sendable(send.size());
    if (rank() == root) {
        require_times(receive.size(), send.size(), size(), "the root's receive buffer");
    }
    do_gather(send, receive, root);
}

void DistributedContext::scatter(std::span<const std::byte> send, std::span<std::byte> receive, Rank root) {
    require_rank(root, "root");
    require_sendable(receive.size());
    if (rank() == root) {
        require_times(send.size(), receive.size(), size(), "the root's send buffer");
    }
    do_scatter(send, receive, root);
}

void DistributedContext::all_gather(std::span<const std::byte> send, std::span<std::byte> receive) {
    require_times(receive.size(), send.size(), size(), "the receive buffer");
    do_all_gather(send, receive);
}

void DistributedContext::all_to_all(std::span<const std::byte> send, std::span<std::byte> receive) {
    require_same(send.size(), receive.size());
    require_sendable(send.size());
    TT_RUN_REQUIRE(send.size() % static_cast<std::size_t>(*size()) == 0,
                   "{} bytes cannot be divided among {} ranks", send.size(), *size());
    do_all_to_all(send, receive);
}

void DistributedContext::all_reduce(std::span<const std::byte> send, std::span<std::byte> receive,
                                    ReduceOp op, DType type) {
    require_same(send.size(), receive.size());
    require_elements(send.size(), type);
    do_all_reduce(send, receive, op, type);
}

void DistributedContext::reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                                DType type, Rank root) {
    require_rank(root, "root");
    require_elements(send.size(), type);
    if (rank() == root) {
        require_same(send.size(), receive.size());
    }
    do_reduce(send, receive, op, type, root);
}

void DistributedContext::reduce_scatter(std::span<const std::byte> send, std::span<std::byte> receive,
                                        ReduceOp op, DType type) {
    require_times(send.size(), receive.size(), size(), "the send buffer");
    require_elements(receive.size(), type);
    do_reduce_scatter(send, receive, op, type);
}

void DistributedContext::scan(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                              DType type) {
    require_same(send.size(), receive.size());
    require_elements(send.size(), type);
    do_scan(send, receive, op, type);
}

ContextPtr DistributedContext::duplicate() {
    return do_duplicate();
}

ContextPtr DistributedContext::split(Color color, Key key) {
    TT_RUN_REQUIRE(*color >= 0, "a colour must not be negative, got {}", *color);
    return do_split(color, key);
}

ContextPtr DistributedContext::create_sub_context(std::span<const Rank> ranks) {
    for (std::size_t k = 0; k < ranks.size(); ++k) {
        require_rank(ranks[k], "sub-context's");
        TT_RUN_REQUIRE(std::ranges::count(ranks, ranks[k]) == 1, "rank {} is named twice", *ranks[k]);
    }
    TT_RUN_REQUIRE(std::ranges::find(ranks, rank()) != ranks.end(),
                   "rank {} is not one of the ranks of this sub-context", *rank());
    return do_create_sub_context(ranks);
}

void DistributedContext::translate_ranks_to_other_ctx(std::span<const Rank> ranks, const ContextPtr& other,
                                                      std::span<Rank> translated) const {
    TT_RUN_REQUIRE(other != nullptr, "there is no other context to translate ranks to");
    TT_RUN_REQUIRE(ranks.size() == translated.size(), "{} ranks need {} places, got {}", ranks.size(),
                   ranks.size(), translated.size());
    const std::vector<Rank> mine = world_ranks();
    const std::vector<Rank> theirs = other->world_ranks();
    for (std::size_t k = 0; k < ranks.size(); ++k) {
        require_rank(ranks[k], "translated");
        const auto found = std::ranges::find(theirs, mine[static_cast<std::size_t>(*ranks[k])]);
        translated[k] = Rank(found == theirs.end() ? -1 : static_cast<std::int32_t>(found - theirs.begin()));
    }
}

void DistributedContext::revoke_and_shrink() {
    TT_RUN_REQUIRE(supports_fault_tolerance(),
                   "this MPI has no fault tolerance (ULFM), so the context cannot shrink; restart the job");
}

}  // namespace tt_run::distributed
