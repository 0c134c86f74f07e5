#include "sockets/send_job.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include <fmt/format.h>

#include "sockets/socket_condition.hpp"

namespace tt_run::sockets {

namespace {

/// Bytes that are put into a FIFO between two rings of the receiver's bell.
constexpr std::size_t kNoticeBytes = std::size_t{256} << 10U;

/// Through the FIFO, block by block, or straight into the space that a receiver offers.
class StreamSendJob final : public SendJob {
  public:
    using SendJob::SendJob;

    bool can_finish_now() override {
        if (begun()) {
            return false;
        }
        FifoCursor after = end_.cursor;
        after.set_page_size(request_.plan.block);
        const std::uint64_t bytes = std::uint64_t{request_.plan.block} * request_.plan.blocks;
        const std::uint32_t skipped = bytes_between(end_.cursor.count(), after.count());
        return bytes + skipped + (after.fifo_size() - after.usable()) <= room();
    }

    std::vector<job::Wait> waits() const override {
        std::vector<job::Wait> waits;
        for (const SendPath& path : end_.paths) {
            const std::uint32_t acked = path.lane->acked();
            if (free_of(acked) < needed_room()) {
                waits.push_back(wait_for(path, acked, "room in the FIFO"));
                waits.back().have = acked;
                waits.back().need = std::uint64_t{acked} + needed_room() - free_of(acked);
            }
        }
        return waits;
    }

  private:
    bool advance() override { return delivering_ ? deliver_rest() : try_offer() || push_blocks(); }

    std::string describe_rest() const override {
        return fmt::format("{} of {} blocks were still to be sent", request_.plan.blocks - sent_blocks_,
                           request_.plan.blocks);
    }

    /// The one receiver waits with its tensor: straight into it, and both ends count as if it had gone
    /// through the FIFO.
    bool try_offer() {
        if (end_.paths.size() != 1 || !take_offer(end_.paths.front(), sent_blocks_)) {
            return false;
        }
        delivering_ = true;
        deliver_rest();
        return true;
    }

    bool deliver_rest() {
        const TransferPlan& plan = request_.plan;
        const std::size_t blocks = plan.blocks - sent_blocks_;
        const std::size_t first = sent_blocks_ * plan.pages_per_block * plan.page;
        if (!end_.paths.front().lane->deliver(pages_.subspan(first), count_after(blocks), request_.in_all)) {
            return false;
        }
        go_past(blocks);
        finish();
        return true;
    }

    bool push_blocks() {
        const TransferPlan& plan = request_.plan;
        const std::size_t before = sent_blocks_;
        const std::size_t most = std::max<std::size_t>(1, kNoticeBytes / plan.block);
        std::uint32_t left = room();
        while (sent_blocks_ < plan.blocks && sent_blocks_ - before < most && left >= needed_room()) {
            for (const SendPath& path : end_.paths) {
                write_block(*path.lane, sent_blocks_);
            }
            left -= needed_room();
            publish_block();
            ++sent_blocks_;
        }
        if (sent_blocks_ == before) {
            return false;
        }
        notify();
        if (sent_blocks_ == plan.blocks) {
            finish();
        }
        return true;
    }

    void write_block(SendLane& lane, std::size_t block) const {
        const TransferPlan& plan = request_.plan;
        const std::byte* const from = pages_.data() + block * plan.pages_per_block * plan.page;
        const std::size_t count = plan.pages_of(block);
        if (plan.page == plan.stride) {
            return lane.write(end_.cursor.offset(), {from, count * plan.page});
        }
        for (std::size_t page = 0; page < count; ++page) {
            lane.write(static_cast<std::uint32_t>(end_.cursor.offset() + page * plan.stride),
                       {from + page * plan.page, plan.page});
        }
    }

    std::size_t sent_blocks_ = 0;
    bool delivering_ = false;
};

}  // namespace

SendJob::SendJob(SendEnd& end, TransferRequest request, std::span<const std::byte> pages)
    : end_(end), request_(std::move(request)), pages_(pages), announced_(end.paths.size()) {}

bool SendJob::step() {
    if (finished_) {
        return false;
    }
    for (const SendPath& path : end_.paths) {
        if (path.lane->peer_closed()) {
            throw std::runtime_error(
                fmt::format("{}: rank {} has closed its end", path.name, path.lane->peer().value));
        }
    }
    return begin() && advance();
}

void SendJob::notify() {
    for (const SendPath& path : end_.paths) {
        path.lane->notify();
    }
}

void SendJob::check_peer() {
    for (const SendPath& path : end_.paths) {
        check_refusal(path);
        if (!path.lane->peer_lives()) {
            throw std::runtime_error(fmt::format("{}: rank {} has ended while {}", path.name,
                                                 path.lane->peer().value, describe_rest()));
        }
    }
}

bool SendJob::begin() {
    for (std::size_t k = 0; k < end_.paths.size(); ++k) {
        check_refusal(end_.paths[k]);
        announced_[k] = announced_[k] || end_.paths[k].lane->announce(end_.transfers, request_.head);
        if (!announced_[k]) {
            return false;
        }
    }
    if (!begun_) {
        if (room() < needed_room()) {
            return false;
        }
        begun_ = true;
        const std::uint32_t before = end_.cursor.count();
        end_.cursor.set_page_size(request_.plan.block);
        if (end_.cursor.count() != before) {  // skipped bytes are given back as soon as the receiver knows
            for (const SendPath& path : end_.paths) {
                path.lane->publish(end_.cursor.count());
            }
            notify();
        }
    }
    return true;
}

void SendJob::check_refusal(const SendPath& path) const {
    if (path.lane->refused()) {
        throw std::runtime_error(fmt::format(
            "{}: rank {} does not receive what is sent: its tensor differs in type, layout or pages",
            path.name, path.lane->peer().value));
    }
}

std::uint32_t SendJob::free_of(std::uint32_t acked) const {
    const std::uint32_t fifo = end_.cursor.fifo_size();
    return fifo - std::min(fifo, bytes_between(acked, end_.cursor.count()));
}

std::uint32_t SendJob::room() {
    std::uint32_t least = end_.cursor.fifo_size();
    for (const SendPath& path : end_.paths) {
        least = std::min(least, free_of(path.lane->acked()));
    }
    return least;
}

std::uint32_t SendJob::needed_room() const {
    if (begun_) {
        return end_.cursor.needed(1);
    }
    FifoCursor after = end_.cursor;
    after.set_page_size(request_.plan.block);
    return bytes_between(end_.cursor.count(), after.count());
}

void SendJob::publish_block() {
    go_past(1);
    for (const SendPath& path : end_.paths) {
        path.lane->publish(end_.cursor.count());
    }
}

bool SendJob::take_offer(SendPath& path, std::size_t block) {
    const auto wanted = path.lane->take_offer(end_.transfers, block);
    if (wanted && *wanted != request_.head) {
        path.lane->refuse();
        throw std::runtime_error(
            fmt::format("{}: {}", path.name, describe_difference(request_.head, *wanted)));
    }
    return wanted.has_value();
}

std::uint32_t SendJob::count_after(std::size_t blocks) const {
    FifoCursor after = end_.cursor;
    for (; blocks != 0; --blocks) {
        after.advance(1);
    }
    return after.count();
}

void SendJob::go_past(std::size_t blocks) {
    for (; blocks != 0; --blocks) {
        end_.cursor.advance(1);
    }
    record_count(end_.count_word, end_.cursor);
}

void SendJob::finish() {
    finished_ = true;
    ++end_.transfers;
    end_.bytes += request_.plan.pages * request_.plan.page;
}

job::Wait SendJob::wait_for(const SendPath& path, std::uint32_t acked, const char* what) const {
    const SocketCondition condition = condition_of(end_.cursor.count(), acked, end_.cursor.fifo_size(),
                                                   request_.plan.block, SocketEndpoint::sender);
    return {fmt::format("{} ({}; {}: sent {}, acked {}, FIFO {}) for {}", path.name, request_.call,
                        name_of(condition), end_.cursor.count(), acked, end_.cursor.fifo_size(), what),
            {path.lane->peer()},
            0,
            1,
            {}};
}

std::unique_ptr<TransferJob> make_send_job(SendEnd& end, TransferRequest request,
                                           std::span<const std::byte> pages) {
    return std::make_unique<StreamSendJob>(end, std::move(request), pages);
}

}  // namespace tt_run::sockets
