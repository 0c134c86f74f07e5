#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sockets/transfer.hpp"

namespace tt_run::sockets {

/// What all jobs of a sending end have in common: the announcement, the room in the FIFOs, the peers.
class SendJob : public TransferJob {
  public:
    SendJob(SendEnd& end, TransferRequest request, std::span<const std::byte> pages);

    bool done() const final { return finished_; }
    bool step() final;
    void notify() final;
    void check_peer() final;

  protected:
    /// The rest of `step`: the transfer has been announced to all.
    virtual bool advance() = 0;
    /// "; 3 of 8 blocks were still to be sent".
    virtual std::string describe_rest() const = 0;

    bool begun() const { return begun_; }
    /// Room in a receiver's FIFO. None while it has yet to count a transfer that went past the FIFO, which
    /// may have been longer than that.
    std::uint32_t free_of(std::uint32_t acked) const;
    /// In the fullest of the FIFOs.
    std::uint32_t room();
    /// What must be free for the next step: a block with what is skipped behind it, or, before the first,
    /// what the new size of blocks has the end skip. What is skipped may never pass the receiver's place.
    std::uint32_t needed_room() const;
    /// Past one block, which has been written, in all FIFOs.
    void publish_block();
    /// The offer of a path's receiver for all from `block` on. Throws if it is for another tensor.
    bool take_offer(SendPath& path, std::size_t block);
    /// The count after `blocks` more.
    std::uint32_t count_after(std::size_t blocks) const;
    void go_past(std::size_t blocks);
    void finish();
    /// The end of a path, for `waits`.
    job::Wait wait_for(const SendPath& path, std::uint32_t acked, const char* what) const;

    SendEnd& end_;
    const TransferRequest request_;
    const std::span<const std::byte> pages_;

  private:
    bool begin();
    void check_refusal(const SendPath& path) const;

    std::vector<bool> announced_;
    bool begun_ = false;
    bool finished_ = false;
};

}  // namespace tt_run::sockets
