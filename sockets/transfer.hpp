#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "job/supervision_message.hpp"
#include "sockets/fifo_cursor.hpp"
#include "sockets/lane.hpp"
#include "sockets/transfer_plan.hpp"

namespace tt_run::sockets {

/// A sending core: one position in the FIFOs of all its receivers, which get the same bytes. One thread at a
/// time.
struct SendEnd {
    explicit SendEnd(std::uint32_t fifo_bytes) : cursor(fifo_bytes) {}
    std::vector<std::unique_ptr<SendLane>> lanes;
    std::vector<std::size_t> connections;  ///< of each lane: its place in the socket's list
    FifoCursor cursor;
    std::uint64_t transfers = 0;
    std::uint64_t bytes = 0;              ///< of their pages
    std::uint32_t* count_word = nullptr;  ///< in L1: bytes sent
};

/// A receiving core.
struct ReceiveEnd {
    explicit ReceiveEnd(std::uint32_t fifo_bytes) : cursor(fifo_bytes) {}
    std::unique_ptr<ReceiveLane> lane;
    std::size_t connection = 0;
    FifoCursor cursor;
    std::uint64_t transfers = 0;
    std::uint64_t bytes = 0;              ///< of their pages
    std::uint32_t* count_word = nullptr;  ///< in L1: bytes acked
};

/// One end's part in one transfer, step by step. Many of them can be moved on in turn, so that none holds up
/// another. Throws std::runtime_error when the two ends' tensors differ and when the peer has ended.
class TransferJob {
  public:
    virtual ~TransferJob() = default;
    /// Does what can be done without waiting; true if that was anything.
    virtual bool step() = 0;
    virtual bool done() const = 0;
    /// Whether all of it can be done without waiting.
    virtual bool can_finish_now() = 0;
    /// Throws if the peer will never come.
    virtual void check_peer() = 0;
    /// What it waits for.
    virtual std::vector<job::Wait> waits() const = 0;
};

/// Sends pages that lie side by side, `plan.page` apart.
std::unique_ptr<TransferJob> make_send_job(SendEnd& end, const TransferPlan& plan, const TransferHead& head,
                                           std::span<const std::byte> pages, std::string name);
/// Receives them.
std::unique_ptr<TransferJob> make_receive_job(ReceiveEnd& end, const TransferPlan& plan,
                                              const TransferHead& head, std::span<std::byte> pages,
                                              std::string name);

}  // namespace tt_run::sockets
