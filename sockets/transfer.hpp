#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "job/supervision_message.hpp"
#include "sockets/fifo_cursor.hpp"
#include "sockets/lane.hpp"
#include "sockets/transfer_plan.hpp"

namespace tt_run::sockets {

/// One of the ways that leave a sending core.
struct SendPath {
    std::unique_ptr<SendLane> lane;
    std::string name;  ///< "socket 3 connection 2, rank 0 M0D2 to rank 1 M1D2, made at a.cpp:7 and b.cpp:9"
};

/// A sending core: one position in the FIFOs of all its receivers, which get the same bytes. One thread at a
/// time.
struct SendEnd {
    explicit SendEnd(std::uint32_t fifo_bytes) : cursor(fifo_bytes) {}
    std::vector<SendPath> paths;
    FifoCursor cursor;
    std::uint64_t transfers = 0;
    std::uint64_t bytes = 0;              ///< of their pages
    std::uint32_t* count_word = nullptr;  ///< in L1: bytes sent
};

/// A receiving core.
struct ReceiveEnd {
    explicit ReceiveEnd(std::uint32_t fifo_bytes) : cursor(fifo_bytes) {}
    std::unique_ptr<ReceiveLane> lane;
    std::string name;  ///< as of a SendPath
    FifoCursor cursor;
    std::uint64_t transfers = 0;
    std::uint64_t bytes = 0;              ///< of their pages
    std::uint32_t* count_word = nullptr;  ///< in L1: bytes acked
};

/// What a program has asked for, of one end.
struct TransferRequest {
    TransferPlan plan;
    TransferHead head;
    std::string call;        ///< "send_async at main.cpp:12"
    std::size_t in_all = 0;  ///< bytes that the call moves, over all connections
};

/// One end's part in one transfer, step by step. Many of them can be moved on in turn, so that none holds up
/// another. Throws std::runtime_error when the two ends' tensors differ and when the peer has ended.
class TransferJob {
  public:
    virtual ~TransferJob() = default;
    /// Does what can be done without waiting; true if that was anything.
    virtual bool step() = 0;
    /// Tells the peers what they have not been told yet. After the steps of all jobs: a receiver of many
    /// connections is woken once.
    virtual void notify() = 0;
    virtual bool done() const = 0;
    /// Whether all of it can be done without waiting.
    virtual bool can_finish_now() = 0;
    /// Throws if the peer will never come.
    virtual void check_peer() = 0;
    /// What it waits for.
    virtual std::vector<job::Wait> waits() const = 0;
};

/// Sends pages that lie side by side, `plan.page` apart; receives them.
std::unique_ptr<TransferJob> make_send_job(SendEnd& end, TransferRequest request,
                                           std::span<const std::byte> pages);
std::unique_ptr<TransferJob> make_receive_job(ReceiveEnd& end, TransferRequest request,
                                              std::span<std::byte> pages);

/// The same past the FIFO, in which two pages of `plan.block` go for the two ends to agree: before the bytes,
/// and after them. `plan.blocks` is 2.
std::unique_ptr<TransferJob> make_direct_send_job(SendEnd& end, TransferRequest request,
                                                  std::span<const std::byte> pages);
std::unique_ptr<TransferJob> make_direct_receive_job(ReceiveEnd& end, TransferRequest request,
                                                     std::span<std::byte> pages);

}  // namespace tt_run::sockets
