#include "distributed/job_watch.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "job/deadlock_watch.hpp"

namespace tt_run::distributed {

namespace {

using std::chrono::milliseconds;

constexpr Tag kReports{1};
constexpr Tag kProbes{2};
constexpr int kExitOfDeadlock = 124;
/// A longer report is not sent; its rank counts as free then.
constexpr std::size_t kMostBytes = std::size_t{64} << 10U;
constexpr std::size_t kMostProbe = 64;
/// Between two looks at who waits for whom: a report in flight has arrived by then.
constexpr milliseconds kBetweenLooks{100};

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// Bytes on their way, kept until they are taken; for ever if they never are.
class Outbox {
  public:
    explicit Outbox(ContextPtr context) : context_(std::move(context)) {}

    void send(std::string text, Rank to, Tag tag) {
        while (!sent_.empty() && sent_.front()->request->test()) {
            sent_.pop_front();
        }
        auto letter = std::make_unique<Letter>(Letter{std::move(text), nullptr});
        letter->request = context_->isend(bytes_of(letter->text), to, tag);
        sent_.push_back(std::move(letter));
    }
    ~Outbox() { std::move(sent_.begin(), sent_.end(), std::back_inserter(never_taken())); }
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

  private:
    struct Letter {
        std::string text;
        RequestPtr request;
    };
    using Letters = std::deque<std::unique_ptr<Letter>>;
    /// Never destroyed: MPI may still read from them.
    static Letters& never_taken() {
        static auto* const letters = new Letters;
        return *letters;
    }

    ContextPtr context_;
    Letters sent_;
};

/// A receive that is always posted.
class Inbox {
  public:
    Inbox(ContextPtr context, Rank from, Tag tag, std::size_t largest)
        : context_(std::move(context)), from_(from), tag_(tag), bytes_(largest, '\0') {
        post();
    }

    std::optional<std::string> take() {
        const auto status = request_->test();
        if (!status) {
            return std::nullopt;
        }
        std::string taken = bytes_.substr(0, status->bytes);
        post();
        return taken;
    }

  private:
    void post() { request_ = context_->irecv(std::as_writable_bytes(std::span(bytes_)), from_, tag_); }

    ContextPtr context_;
    Rank from_;
    Tag tag_;
    std::string bytes_;
    RequestPtr request_;
};

/// A rank other than 0.
class ToRankZero final : public WaitListener {
  public:
    explicit ToRankZero(const ContextPtr& context)
        : outbox_(context), probes_(context, Rank{0}, kProbes, kMostProbe) {}

    void tell(const job::Message& message) override {
        std::string frame = job::encode(message);
        if (frame.size() <= kMostBytes) {
            outbox_.send(std::move(frame), Rank{0}, kReports);
        }
    }

    std::optional<std::uint64_t> take_probe() override {
        std::optional<std::uint64_t> asked;
        while (const auto frame = probes_.take()) {
            const auto message = job::decode(std::string_view(*frame).substr(4));
            if (const auto* const probe = message ? std::get_if<job::Probe>(&*message) : nullptr) {
                asked = probe->number;
            }
        }
        return asked;
    }

    void leave() override { tell(job::Gone{}); }

  private:
    Outbox outbox_;
    Inbox probes_;
};

/// Rank 0.
class JobWatch final : public WaitListener {
  public:
    JobWatch(const ContextPtr& context, DeadlockAction action)
        : context_(context),
          action_(action),
          watch_(context ? static_cast<std::size_t>(*context->size()) : 1),
          outbox_(context) {
        for (std::int32_t rank = 1; context && rank < *context->size(); ++rank) {
            inboxes_.emplace_back(context, Rank{rank}, kReports, kMostBytes);
        }
        thread_ = std::thread([this] { serve(); });
    }
    ~JobWatch() override {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

    void tell(const job::Message& message) override {
        const std::lock_guard lock(mutex_);
        own_.push_back(job::encode(message));
    }

    std::optional<std::uint64_t> take_probe() override {
        const std::lock_guard lock(mutex_);
        return std::exchange(own_probe_, std::nullopt);
    }

    void leave() override { tell(job::Gone{}); }

  private:
    void serve() {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, kBetweenLooks, [&] { return stopping_; })) {
            std::deque<std::string> own = std::exchange(own_, {});
            lock.unlock();
            for (const std::string& frame : own) {
                hear({0}, frame);
            }
            for (std::size_t k = 0; k < inboxes_.size(); ++k) {
                while (const auto frame = inboxes_[k].take()) {
                    hear({static_cast<std::int32_t>(k + 1)}, *frame);
                }
            }
            look();
            lock.lock();
        }
    }

    void hear(job::Rank rank, std::string_view frame) {
        const auto message = job::decode(frame.substr(std::min<std::size_t>(4, frame.size())));
        if (!message) {
            return;
        }
        if (const auto* const blocked = std::get_if<job::Blocked>(&*message)) {
            watch_.hear(rank, *blocked);
        } else if (const auto* const unblocked = std::get_if<job::Unblocked>(&*message)) {
            watch_.hear(rank, *unblocked);
        } else if (std::holds_alternative<job::Gone>(*message)) {
            watch_.leave(rank);
        }
    }

    void look() {
        const job::DeadlockWatch::Step step = watch_.advance();
        for (const job::Rank rank : step.to_ask) {
            if (rank.value == 0) {
                const std::lock_guard lock(mutex_);
                own_probe_ = step.probe.number;
            } else {
                outbox_.send(job::encode(step.probe), Rank{rank.value}, kProbes);
            }
        }
        if (step.verdict && *step.verdict != last_verdict_) {
            last_verdict_ = *step.verdict;
            std::fprintf(stderr, "tt-run: deadlock: %s", last_verdict_.c_str());
            std::fflush(stderr);
            if (action_ == DeadlockAction::abort) {
                context_ ? context_->abort(kExitOfDeadlock) : std::_Exit(kExitOfDeadlock);
            }
        }
    }

    ContextPtr context_;
    DeadlockAction action_;
    job::DeadlockWatch watch_;
    Outbox outbox_;
    std::deque<Inbox> inboxes_;  ///< of ranks 1 and up
    std::string last_verdict_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> own_;
    std::optional<std::uint64_t> own_probe_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace

std::unique_ptr<WaitListener> make_job_watch(const ContextPtr& context, DeadlockAction action) {
    if (context && *context->rank() != 0) {
        return std::make_unique<ToRankZero>(context);
    }
    return std::make_unique<JobWatch>(context, action);
}

}  // namespace tt_run::distributed
