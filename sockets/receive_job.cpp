#include "sockets/receive_job.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "sockets/socket_condition.hpp"

namespace tt_run::sockets {

namespace {

/// Bytes that are taken out of a FIFO between two rings of the sender's bell.
constexpr std::size_t kNoticeBytes = std::size_t{256} << 10U;

/// Out of the FIFO, block by block; what has not come yet is offered space of its own.
class StreamReceiveJob final : public ReceiveJob {
  public:
    using ReceiveJob::ReceiveJob;

    bool can_finish_now() override {
        if (begun()) {
            return false;
        }
        FifoCursor after = end_.cursor;
        after.set_page_size(request_.plan.block);
        const std::uint32_t there = available();
        const std::uint64_t bytes = std::uint64_t{request_.plan.block} * request_.plan.blocks;
        const std::uint32_t skipped = after.count() - end_.cursor.count();
        return lane().announced(end_.transfers).has_value() &&
               bytes + skipped + (after.fifo_size() - after.usable()) <= there;
    }

  private:
    std::size_t blocks_left() const override { return request_.plan.blocks - read_blocks_; }

    bool advance() override {
        if (offered()) {
            return step_offered();
        }
        if (pop_blocks()) {
            return true;
        }
        const TransferPlan& plan = request_.plan;
        offer(read_blocks_, pages_.subspan(read_blocks_ * plan.pages_per_block * plan.page));
        return false;
    }

    bool step_offered() {
        if (lane().offer_taken()) {
            if (!lane().delivered()) {
                return false;
            }
            go_past(blocks_left());
            read_blocks_ = request_.plan.blocks;
            finish();
            return true;
        }
        return has_block() && withdraw() && pop_blocks();
    }

    bool pop_blocks() {
        const TransferPlan& plan = request_.plan;
        const std::size_t before = read_blocks_;
        const std::size_t most = std::max<std::size_t>(1, kNoticeBytes / plan.block);
        std::uint32_t there = available();
        while (read_blocks_ < plan.blocks && read_blocks_ - before < most && there >= end_.cursor.needed(1)) {
            read_block(read_blocks_);
            there -= end_.cursor.needed(1);
            acknowledge_block();
            ++read_blocks_;
        }
        if (read_blocks_ == before) {
            return false;
        }
        if (read_blocks_ == plan.blocks) {
            finish();
        }
        notify();
        return true;
    }

    void read_block(std::size_t block) const {
        const TransferPlan& plan = request_.plan;
        std::byte* const to = pages_.data() + block * plan.pages_per_block * plan.page;
        const std::span<const std::byte> from = lane().fifo().subspan(end_.cursor.offset());
        const std::size_t count = plan.pages_of(block);
        if (plan.page == plan.stride) {
            std::memcpy(to, from.data(), count * plan.page);
            return;
        }
        for (std::size_t page = 0; page < count; ++page) {
            std::memcpy(to + page * plan.page, from.data() + page * plan.stride, plan.page);
        }
    }

    std::size_t read_blocks_ = 0;
};

}  // namespace

ReceiveJob::ReceiveJob(ReceiveEnd& end, TransferRequest request, std::span<std::byte> pages)
    : end_(end), request_(std::move(request)), pages_(pages) {}

ReceiveJob::~ReceiveJob() {
    if (offered_ && !finished_ && !lane().withdraw()) {
        while (!lane().delivered() && lane().peer_lives()) {
            std::this_thread::yield();
        }
    }
}

bool ReceiveJob::step() {
    if (finished_) {
        return false;
    }
    if (lane().refused()) {
        throw std::runtime_error(fmt::format("{}: {}", end_.name, difference()));
    }
    begin();
    check_head();
    return advance();
}

void ReceiveJob::check_peer() {
    if (has_block() || lane().offer_taken()) {
        return;
    }
    const char* const what = lane().peer_closed()   ? "has closed its end"
                             : !lane().peer_lives() ? "has ended"
                                                    : nullptr;
    if (what != nullptr) {
        throw std::runtime_error(fmt::format("{}: rank {} {} while {} of {} blocks were still to come",
                                             end_.name, lane().peer().value, what, blocks_left(),
                                             request_.plan.blocks));
    }
}

std::vector<job::Wait> ReceiveJob::waits() const {
    const std::uint32_t sent = lane().sent();
    const std::uint32_t received = end_.cursor.count();
    const SocketCondition condition =
        condition_of(sent, received, end_.cursor.fifo_size(), request_.plan.block, SocketEndpoint::receiver);
    return {{fmt::format("{} ({}; {}: sent {}, acked {}, FIFO {}) for data", end_.name, request_.call,
                         name_of(condition), sent, received, end_.cursor.fifo_size()),
             {lane().peer()},
             sent,
             std::uint64_t{received} + (end_.cursor.page_size() == 0 ? 1 : end_.cursor.needed(1)),
             {}}};
}

std::uint32_t ReceiveJob::available() const {
    const std::uint32_t ahead = bytes_between(end_.cursor.count(), lane().sent());
    return ahead <= end_.cursor.fifo_size() ? ahead : 0;
}

void ReceiveJob::begin() {
    if (!begun_) {
        begun_ = true;
        const std::uint32_t before = end_.cursor.count();
        end_.cursor.set_page_size(request_.plan.block);
        has_skipped_ = end_.cursor.count() != before;
    }
    if (has_skipped_ && bytes_between(end_.cursor.count(), lane().sent()) <= end_.cursor.fifo_size()) {
        has_skipped_ = false;  // the sender has counted it too: it may have the room
        go_past(0);
        notify();
    }
}

/// The announcement comes ahead of the data.
void ReceiveJob::check_head() {
    if (checked_) {
        return;
    }
    const auto announced = lane().announced(end_.transfers);
    if (!announced) {
        return;
    }
    if (*announced != request_.head) {
        lane().refuse();
        throw std::runtime_error(
            fmt::format("{}: {}", end_.name, describe_difference(*announced, request_.head)));
    }
    checked_ = true;
}

std::string ReceiveJob::difference() {
    const auto announced = lane().announced(end_.transfers);
    return announced && *announced != request_.head ? describe_difference(*announced, request_.head)
                                                    : std::string("the two ends' tensors differ");
}

void ReceiveJob::go_past(std::size_t blocks) {
    for (; blocks != 0; --blocks) {
        end_.cursor.advance(1);
    }
    record_count(end_.count_word, end_.cursor);
    lane().acknowledge(end_.cursor.count());
}

void ReceiveJob::offer(std::size_t block, std::span<std::byte> space) {
    lane().offer(end_.transfers, block, request_.head, space);
    offered_ = true;
}

bool ReceiveJob::withdraw() {
    offered_ = !lane().withdraw();
    return !offered_;
}

void ReceiveJob::finish() {
    finished_ = true;
    lane().finish(end_.transfers);
    lane().notify();
    ++end_.transfers;
    end_.bytes += request_.plan.pages * request_.plan.page;
}

std::unique_ptr<TransferJob> make_receive_job(ReceiveEnd& end, TransferRequest request,
                                              std::span<std::byte> pages) {
    return std::make_unique<StreamReceiveJob>(end, std::move(request), pages);
}

}  // namespace tt_run::sockets
