// Transfers past the FIFO: a page through it says that the sender is there, the receiver answers with where
// its tensor is, the bytes go there, and a second page says that they have.

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "sockets/receive_job.hpp"
#include "sockets/send_job.hpp"

namespace tt_run::sockets {

namespace {

class DirectSendJob final : public SendJob {
  public:
    DirectSendJob(SendEnd& end, TransferRequest request, std::span<const std::byte> pages)
        : SendJob(end, std::move(request), pages), ways_(end.paths.size(), Way::asking) {}

    bool can_finish_now() override { return false; }

    std::vector<job::Wait> waits() const override {
        std::vector<job::Wait> waits;
        for (std::size_t k = 0; k < ways_.size(); ++k) {
            if (ways_[k] != Way::delivered) {
                const SendPath& path = end_.paths[k];
                waits.push_back(wait_for(path, path.lane->acked(), "the receiver to take part"));
            }
        }
        return waits;
    }

  private:
    enum class Way { asking, delivering, delivered };

    std::string describe_rest() const override {
        return fmt::format("{} of {} receivers were still to get their bytes",
                           std::ranges::count_if(ways_, [](Way way) { return way != Way::delivered; }),
                           ways_.size());
    }

    bool advance() override {
        bool moved = false;
        if (!asked_) {
            if (room() < needed_room()) {
                return false;
            }
            publish_block();
            SendJob::notify();
            asked_ = true;
            moved = true;
        }
        for (std::size_t k = 0; k < ways_.size(); ++k) {
            moved = serve(end_.paths[k], ways_[k]) || moved;
        }
        if (std::ranges::all_of(ways_, [](Way way) { return way == Way::delivered; })) {
            go_past(1);
            finish();
            return true;
        }
        return moved;
    }

    bool serve(SendPath& path, Way& way) {
        const Way before = way;
        if (way == Way::asking && take_offer(path, 1)) {
            way = Way::delivering;
        }
        if (way == Way::delivering && path.lane->deliver(pages_, count_after(1), request_.in_all)) {
            way = Way::delivered;
        }
        return way != before;
    }

    std::vector<Way> ways_;  ///< by path
    bool asked_ = false;
};

class DirectReceiveJob final : public ReceiveJob {
  public:
    using ReceiveJob::ReceiveJob;
    bool can_finish_now() override { return false; }

  private:
    std::size_t blocks_left() const override { return offered() ? 1 : 2; }

    bool advance() override {
        if (!offered()) {
            if (!has_block()) {
                return false;
            }
            acknowledge_block();
            offer(1, pages_);
            notify();
            return true;
        }
        if (!lane().delivered()) {
            return false;
        }
        go_past(1);
        finish();
        return true;
    }
};

}  // namespace

std::unique_ptr<TransferJob> make_direct_send_job(SendEnd& end, TransferRequest request,
                                                  std::span<const std::byte> pages) {
    return std::make_unique<DirectSendJob>(end, std::move(request), pages);
}

std::unique_ptr<TransferJob> make_direct_receive_job(ReceiveEnd& end, TransferRequest request,
                                                     std::span<std::byte> pages) {
    return std::make_unique<DirectReceiveJob>(end, std::move(request), pages);
}

}  // namespace tt_run::sockets
