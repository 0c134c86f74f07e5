#pragma once

#include <string>
#include <vector>

#include "sockets/transfer.hpp"

namespace tt_run::sockets {

/// What all jobs of a receiving end have in common: the announcement, what is in the FIFO, the offer of
/// space.
class ReceiveJob : public TransferJob {
  public:
    ReceiveJob(ReceiveEnd& end, TransferRequest request, std::span<std::byte> pages);
    /// An offer must not outlive the space that it names.
    ~ReceiveJob() override;
    ReceiveJob(const ReceiveJob&) = delete;
    ReceiveJob& operator=(const ReceiveJob&) = delete;

    bool done() const final { return finished_; }
    bool step() final;
    void notify() final { lane().notify(); }
    void check_peer() final;
    std::vector<job::Wait> waits() const final;

  protected:
    /// The rest of `step`.
    virtual bool advance() = 0;
    virtual std::size_t blocks_left() const = 0;

    ReceiveLane& lane() const { return *end_.lane; }
    bool begun() const { return begun_; }
    bool offered() const { return offered_; }
    /// Bytes in the FIFO. None while the sender has not skipped yet what was skipped here.
    std::uint32_t available() const;
    bool has_block() const { return available() >= end_.cursor.needed(1); }
    /// Past one block, which has been read.
    void acknowledge_block() { go_past(1); }
    void go_past(std::size_t blocks);
    void offer(std::size_t block, std::span<std::byte> space);
    /// True if it is taken back; false if the sender has taken it.
    bool withdraw();
    void finish();

    ReceiveEnd& end_;
    const TransferRequest request_;
    const std::span<std::byte> pages_;

  private:
    void begin();
    void check_head();
    std::string difference();

    bool begun_ = false;
    bool has_skipped_ = false;
    bool checked_ = false;
    bool offered_ = false;
    bool finished_ = false;
};

}  // namespace tt_run::sockets
