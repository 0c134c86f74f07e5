#include "sockets/transfer.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace tt_run::sockets {

namespace {

/// Blocks that are put into a FIFO, or taken out, between two notices to the other end.
constexpr std::size_t kNoticeBytes = std::size_t{256} << 10U;

/// Where programs and tools look for the count, as on silicon. Only this end writes it.
void record(std::uint32_t* word, const FifoCursor& cursor) {
    if (word != nullptr) {
        std::atomic_ref(*word).store(cursor.count(), std::memory_order_relaxed);
    }
}

std::size_t blocks_between_notices(const TransferPlan& plan) {
    return std::max<std::size_t>(1, kNoticeBytes / plan.block);
}

class SendJob final : public TransferJob {
  public:
    SendJob(SendEnd& end, const TransferPlan& plan, const TransferHead& head,
            std::span<const std::byte> pages, std::string name)
        : end_(end),
          plan_(plan),
          head_(head),
          pages_(pages),
          name_(std::move(name)),
          announced_(end.lanes.size()) {}

    bool done() const override { return finished_; }

    bool step() override {
        if (finished_) {
            return false;
        }
        for (const auto& lane : end_.lanes) {
            if (lane->peer_closed()) {
                throw std::runtime_error(
                    fmt::format("{}: rank {} has closed its end", name_, lane->peer().value));
            }
        }
        if (!begin()) {
            return false;
        }
        return deliver_rest() || push_blocks();
    }

    bool can_finish_now() override {
        // An offer may be there for all of it; else there must be room for all of it.
        if (!begun_) {
            FifoCursor after = end_.cursor;
            after.set_page_size(plan_.block);
            const std::uint64_t bytes = std::uint64_t{plan_.block} * plan_.blocks;
            const std::uint32_t skipped = after.count() - end_.cursor.count();
            return bytes + skipped + (after.fifo_size() - after.usable()) <= room();
        }
        return false;
    }

    void check_peer() override {
        for (const auto& lane : end_.lanes) {
            check_refusal(*lane);
            if (!lane->peer_lives()) {
                throw std::runtime_error(
                    fmt::format("{}: rank {} has ended while {} of {} blocks were still to be sent", name_,
                                lane->peer().value, plan_.blocks - sent_blocks_, plan_.blocks));
            }
        }
    }

    std::vector<job::Wait> waits() const override {
        std::vector<job::Wait> waits;
        for (const auto& lane : end_.lanes) {
            const std::uint32_t acked = lane->acked();
            if (free_of(acked) < plan_.block) {
                waits.push_back({fmt::format("{} (sent {}, acked {})", name_, end_.cursor.count(), acked),
                                 lane->peer(), acked, acked + plan_.block - free_of(acked)});
            }
        }
        return waits;
    }

  private:
    bool begin() {
        for (std::size_t k = 0; k < end_.lanes.size(); ++k) {
            check_refusal(*end_.lanes[k]);
            announced_[k] = announced_[k] || end_.lanes[k]->announce(end_.transfers, head_);
            if (!announced_[k]) {
                return false;
            }
        }
        if (!begun_) {
            begun_ = true;
            const std::uint32_t before = end_.cursor.count();
            end_.cursor.set_page_size(plan_.block);
            if (end_.cursor.count() !=
                before) {  // skipped bytes are given back as soon as the receiver knows
                for (const auto& lane : end_.lanes) {
                    lane->publish(end_.cursor.count());
                }
            }
        }
        return true;
    }

    void check_refusal(const SendLane& lane) const {
        if (lane.refused()) {
            throw std::runtime_error(fmt::format(
                "{}: rank {} does not receive what is sent: its tensor differs in type, layout or pages",
                name_, lane.peer().value));
        }
    }

    /// Room in a receiver's FIFO. None while it has yet to count a transfer that went past the FIFO, which
    /// may have been longer than that.
    std::uint32_t free_of(std::uint32_t acked) const {
        const std::uint32_t fifo = end_.cursor.fifo_size();
        return fifo - std::min(fifo, end_.cursor.count() - acked);
    }

    /// In the fullest of the FIFOs.
    std::uint32_t room() {
        std::uint32_t least = end_.cursor.fifo_size();
        for (const auto& lane : end_.lanes) {
            least = std::min(least, free_of(lane->acked()));
        }
        return least;
    }

    /// The one receiver waits with its tensor: straight into it, and both ends count as if it had gone
    /// through the FIFO.
    bool deliver_rest() {
        if (end_.lanes.size() != 1) {
            return false;
        }
        SendLane& lane = *end_.lanes.front();
        const auto wanted = lane.take_offer(end_.transfers, sent_blocks_);
        if (!wanted) {
            return false;
        }
        if (*wanted != head_) {
            lane.refuse();
            throw std::runtime_error(fmt::format("{}: {}", name_, describe_difference(head_, *wanted)));
        }
        const std::size_t first = sent_blocks_ * plan_.pages_per_block * plan_.page;
        for (; sent_blocks_ < plan_.blocks; ++sent_blocks_) {
            end_.cursor.advance(1);
        }
        record(end_.count_word, end_.cursor);
        lane.deliver(pages_.subspan(first), end_.cursor.count());
        finish();
        return true;
    }

    bool push_blocks() {
        const std::size_t before = sent_blocks_;
        const std::size_t most = blocks_between_notices(plan_);
        std::uint32_t left = room();
        while (sent_blocks_ < plan_.blocks && sent_blocks_ - before < most && left >= plan_.block) {
            for (const auto& lane : end_.lanes) {
                write_block(*lane, sent_blocks_);
            }
            left -= std::min(left, end_.cursor.needed(1));
            end_.cursor.advance(1);
            ++sent_blocks_;
        }
        if (sent_blocks_ == before) {
            return false;
        }
        record(end_.count_word, end_.cursor);
        for (const auto& lane : end_.lanes) {
            lane->publish(end_.cursor.count());
        }
        if (sent_blocks_ == plan_.blocks) {
            finish();
        }
        return true;
    }

    void write_block(SendLane& lane, std::size_t block) const {
        const std::byte* const from = pages_.data() + block * plan_.pages_per_block * plan_.page;
        const std::size_t count = plan_.pages_of(block);
        if (plan_.page == plan_.stride) {
            return lane.write(end_.cursor.offset(), {from, count * plan_.page});
        }
        for (std::size_t page = 0; page < count; ++page) {
            lane.write(static_cast<std::uint32_t>(end_.cursor.offset() + page * plan_.stride),
                       {from + page * plan_.page, plan_.page});
        }
    }

    void finish() {
        finished_ = true;
        ++end_.transfers;
        end_.bytes += plan_.pages * plan_.page;
    }

    SendEnd& end_;
    TransferPlan plan_;
    TransferHead head_;
    std::span<const std::byte> pages_;
    std::string name_;
    std::vector<bool> announced_;
    std::size_t sent_blocks_ = 0;
    bool begun_ = false;
    bool finished_ = false;
};

class ReceiveJob final : public TransferJob {
  public:
    ReceiveJob(ReceiveEnd& end, const TransferPlan& plan, const TransferHead& head,
               std::span<std::byte> pages, std::string name)
        : end_(end), plan_(plan), head_(head), pages_(pages), name_(std::move(name)) {}

    /// An offer must not outlive the space that it names.
    ~ReceiveJob() override {
        if (offered_ && !finished_ && !lane().withdraw()) {
            while (!lane().delivered() && lane().peer_lives()) {
                std::this_thread::yield();
            }
        }
    }
    ReceiveJob(const ReceiveJob&) = delete;
    ReceiveJob& operator=(const ReceiveJob&) = delete;

    bool done() const override { return finished_; }

    bool step() override {
        if (finished_) {
            return false;
        }
        if (lane().refused()) {
            throw std::runtime_error(fmt::format("{}: {}", name_, difference()));
        }
        begin();
        check_head();
        return offered_ ? step_offered() : pop_blocks() || make_offer();
    }

    bool can_finish_now() override {
        if (begun_) {
            return false;
        }
        FifoCursor after = end_.cursor;
        after.set_page_size(plan_.block);
        const std::uint32_t there = available();
        const std::uint64_t bytes = std::uint64_t{plan_.block} * plan_.blocks;
        const std::uint32_t skipped = after.count() - end_.cursor.count();
        return lane().announced(end_.transfers).has_value() &&
               bytes + skipped + (after.fifo_size() - after.usable()) <= there;
    }

    void check_peer() override {
        if (available() >= end_.cursor.needed(1) || lane().offer_taken()) {
            return;
        }
        if (lane().peer_closed()) {
            throw std::runtime_error(
                fmt::format("{}: rank {} has closed its end while {} of {} blocks were still to come", name_,
                            lane().peer().value, plan_.blocks - read_blocks_, plan_.blocks));
        }
        if (!lane().peer_lives()) {
            throw std::runtime_error(
                fmt::format("{}: rank {} has ended while {} of {} blocks were still to come", name_,
                            lane().peer().value, plan_.blocks - read_blocks_, plan_.blocks));
        }
    }

    std::vector<job::Wait> waits() const override {
        const std::uint32_t sent = end_.lane->sent();
        return {{fmt::format("{} (received {}, sent {})", name_, end_.cursor.count(), sent),
                 end_.lane->peer(), sent, std::uint64_t{end_.cursor.count()} + end_.cursor.needed(1)}};
    }

  private:
    ReceiveLane& lane() const { return *end_.lane; }
    /// Bytes in the FIFO. None while the sender has not skipped yet what was skipped here.
    std::uint32_t available() const {
        const std::uint32_t ahead = lane().sent() - end_.cursor.count();
        return ahead <= end_.cursor.fifo_size() ? ahead : 0;
    }

    void begin() {
        if (!begun_) {
            begun_ = true;
            const std::uint32_t before = end_.cursor.count();
            end_.cursor.set_page_size(plan_.block);
            has_skipped_ = end_.cursor.count() != before;
        }
        if (has_skipped_ && lane().sent() - end_.cursor.count() <= end_.cursor.fifo_size()) {
            has_skipped_ = false;  // the sender has counted it too: it may have the room
            acknowledge();
        }
    }

    void acknowledge() {
        record(end_.count_word, end_.cursor);
        lane().acknowledge(end_.cursor.count());
    }

    /// The announcement comes ahead of the data.
    void check_head() {
        if (checked_) {
            return;
        }
        const auto announced = lane().announced(end_.transfers);
        if (!announced) {
            return;
        }
        if (*announced != head_) {
            lane().refuse();
            throw std::runtime_error(fmt::format("{}: {}", name_, describe_difference(*announced, head_)));
        }
        checked_ = true;
    }

    std::string difference() {
        const auto announced = lane().announced(end_.transfers);
        return announced && *announced != head_ ? describe_difference(*announced, head_)
                                                : std::string("the two ends' tensors differ");
    }

    bool make_offer() {
        const std::size_t first = read_blocks_ * plan_.pages_per_block * plan_.page;
        lane().offer(end_.transfers, read_blocks_, head_, pages_.subspan(first));
        offered_ = true;
        return false;
    }

    bool step_offered() {
        if (lane().offer_taken()) {
            if (!lane().delivered()) {
                return false;
            }
            for (; read_blocks_ < plan_.blocks; ++read_blocks_) {
                end_.cursor.advance(1);
            }
            acknowledge();
            finish();
            return true;
        }
        if (available() < end_.cursor.needed(1)) {
            return false;
        }
        if (lane().withdraw()) {
            offered_ = false;
            return pop_blocks();
        }
        return false;
    }

    bool pop_blocks() {
        const std::size_t before = read_blocks_;
        const std::size_t most = blocks_between_notices(plan_);
        std::uint32_t there = available();
        while (read_blocks_ < plan_.blocks && read_blocks_ - before < most &&
               there >= end_.cursor.needed(1)) {
            read_block(read_blocks_);
            there -= end_.cursor.needed(1);
            end_.cursor.advance(1);
            ++read_blocks_;
        }
        if (read_blocks_ == before) {
            return false;
        }
        acknowledge();
        if (read_blocks_ == plan_.blocks) {
            finish();
        }
        return true;
    }

    void read_block(std::size_t block) const {
        std::byte* const to = pages_.data() + block * plan_.pages_per_block * plan_.page;
        const std::span<const std::byte> from = lane().fifo().subspan(end_.cursor.offset());
        const std::size_t count = plan_.pages_of(block);
        if (plan_.page == plan_.stride) {
            std::memcpy(to, from.data(), count * plan_.page);
            return;
        }
        for (std::size_t page = 0; page < count; ++page) {
            std::memcpy(to + page * plan_.page, from.data() + page * plan_.stride, plan_.page);
        }
    }

    void finish() {
        finished_ = true;
        lane().finish(end_.transfers);
        ++end_.transfers;
        end_.bytes += plan_.pages * plan_.page;
    }

    ReceiveEnd& end_;
    TransferPlan plan_;
    TransferHead head_;
    std::span<std::byte> pages_;
    std::string name_;
    std::size_t read_blocks_ = 0;
    bool begun_ = false;
    bool has_skipped_ = false;
    bool checked_ = false;
    bool offered_ = false;
    bool finished_ = false;
};

}  // namespace

std::unique_ptr<TransferJob> make_send_job(SendEnd& end, const TransferPlan& plan, const TransferHead& head,
                                           std::span<const std::byte> pages, std::string name) {
    return std::make_unique<SendJob>(end, plan, head, pages, std::move(name));
}

std::unique_ptr<TransferJob> make_receive_job(ReceiveEnd& end, const TransferPlan& plan,
                                              const TransferHead& head, std::span<std::byte> pages,
                                              std::string name) {
    return std::make_unique<ReceiveJob>(end, plan, head, pages, std::move(name));
}

}  // namespace tt_run::sockets
