#include "distributed/one_process_context.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "distributed/wait_until.hpp"
#include "support/require.hpp"

namespace tt_run::distributed {

namespace {

/// Messages from this rank to itself, by tag. A send is done once its message lies here, a synchronous one
/// too: nobody else could ever take it.
class Mailbox {
  public:
    void put(Tag tag, std::span<const std::byte> bytes) {
        const std::lock_guard lock(mutex_);
        messages_[tag].emplace_back(bytes.begin(), bytes.end());
    }

    std::optional<std::size_t> size_of_first(Tag tag) {
        const std::lock_guard lock(mutex_);
        const auto queue = messages_.find(tag);
        if (queue == messages_.end() || queue->second.empty()) {
            return std::nullopt;
        }
        return queue->second.front().size();
    }

    /// The number of bytes taken; nothing if there is no message.
    std::optional<std::size_t> take(Tag tag, std::span<std::byte> into) {
        const std::lock_guard lock(mutex_);
        const auto queue = messages_.find(tag);
        if (queue == messages_.end() || queue->second.empty()) {
            return std::nullopt;
        }
        const std::vector<std::byte> message = std::move(queue->second.front());
        queue->second.pop_front();
        TT_RUN_REQUIRE(message.size() <= into.size(), "a message of {} bytes does not fit {} bytes",
                       message.size(), into.size());
        std::ranges::copy(message, into.begin());
        return message.size();
    }

  private:
    std::mutex mutex_;
    std::map<Tag, std::deque<std::vector<std::byte>>> messages_;
};

class FinishedRequest : public Request {
  public:
    explicit FinishedRequest(Status status) : status_(status) {}
    Status wait() override { return status_; }
    std::optional<Status> test() override { return status_; }
    void cancel() override {}
    bool active() const override { return false; }

  private:
    Status status_;
};

class ReceiveRequest : public Request {
  public:
    ReceiveRequest(std::shared_ptr<Mailbox> mailbox, Tag tag, std::span<std::byte> into)
        : mailbox_(std::move(mailbox)), tag_(tag), into_(into) {}

    Status wait() override {
        wait_until([&] { return !active_ || test().has_value(); },
                   [&] { return fmt::format("message from rank 0 to itself with tag {}", *tag_); });
        return status_;
    }

    std::optional<Status> test() override {
        if (active_) {
            const auto taken = mailbox_->take(tag_, into_);
            if (!taken) {
                return std::nullopt;
            }
            active_ = false;
            status_ = {Rank(0), tag_, *taken};
        }
        return status_;
    }

    void cancel() override { active_ = false; }
    bool active() const override { return active_; }

  private:
    std::shared_ptr<Mailbox> mailbox_;
    Tag tag_;
    std::span<std::byte> into_;
    Status status_;
    bool active_ = true;
};

class OneProcessContext : public DistributedContext {
  public:
    Rank rank() const override { return Rank(0); }
    Size size() const override { return Size(1); }
    [[noreturn]] void abort(int code) override { std::_Exit(code); }
    std::vector<Rank> world_ranks() const override { return {Rank(0)}; }

  private:
    static void copy(std::span<const std::byte> from, std::span<std::byte> to) {
        if (!from.empty()) {
            std::memmove(to.data(), from.data(), from.size());
        }
    }

    RequestPtr start_send(std::span<const std::byte> bytes, Rank to, Tag tag, bool) override {
        mailbox_->put(tag, bytes);
        return std::make_shared<FinishedRequest>(Status{to, tag, bytes.size()});
    }
    RequestPtr start_receive(std::span<std::byte> bytes, Rank, Tag tag) override {
        return std::make_shared<ReceiveRequest>(mailbox_, tag, bytes);
    }
    std::size_t do_snoop(Rank, Tag tag) override {
        std::optional<std::size_t> bytes;
        wait_until([&] { return (bytes = mailbox_->size_of_first(tag)).has_value(); },
                   [&] { return fmt::format("message from rank 0 to itself with tag {}", *tag); });
        return *bytes;
    }

    void do_barrier(const std::source_location&) override {}
    void do_broadcast(std::span<std::byte>, Rank) override {}
    void do_gather(std::span<const std::byte> send, std::span<std::byte> receive, Rank) override {
        copy(send, receive);
    }
    void do_scatter(std::span<const std::byte> send, std::span<std::byte> receive, Rank) override {
        copy(send, receive);
    }
    void do_all_gather(std::span<const std::byte> send, std::span<std::byte> receive) override {
        copy(send, receive);
    }
    void do_all_to_all(std::span<const std::byte> send, std::span<std::byte> receive) override {
        copy(send, receive);
    }
    void do_all_reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp,
                       DType) override {
        copy(send, receive);
    }
    void do_reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp, DType,
                   Rank) override {
        copy(send, receive);
    }
    void do_reduce_scatter(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp,
                           DType) override {
        copy(send, receive);
    }
    void do_scan(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp, DType) override {
        copy(send, receive);
    }

    ContextPtr do_duplicate() override { return make_one_process_context(); }
    ContextPtr do_split(Color, Key) override { return make_one_process_context(); }
    ContextPtr do_create_sub_context(std::span<const Rank>) override { return make_one_process_context(); }

    std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
};

}  // namespace

ContextPtr make_one_process_context() {
    return std::make_shared<OneProcessContext>();
}

}  // namespace tt_run::distributed
