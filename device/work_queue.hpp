#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <source_location>
#include <string>
#include <thread>

#include "support/call_place.hpp"

namespace tt_run::device {

/// One piece of work for a queue, with what is needed to speak of it.
struct Work {
    std::string what;  ///< "relu"
    std::source_location where = {};
    std::function<void()> run = {};
    std::size_t bytes = 0;  ///< about how many it touches
    /// It may have to wait for something outside this process's control; never run on the caller's thread.
    bool may_wait = false;
    /// For work that may have to wait: does it at once if it can without waiting, and says so; else it has
    /// done nothing. Called on the caller's thread when nothing is queued. May be empty.
    std::function<bool()> try_run = {};
    support::CallPlace caller = support::call_place();  ///< counts before `where`, if it is one
};

/// Work done strictly in the order in which it is queued, one at a time. `enqueue` returns at once; an idle
/// queue does small work there and then, since waking a thread takes longer. The queue's own thread starts
/// with the first work that needs it. All members may be called from any thread; work itself may enqueue
/// more, but not wait for the queue that it runs in.
///
/// What work throws is kept, work queued behind it is dropped, and the next wait throws it, with what was
/// being done and which call queued it; after that the queue is as new.
class WorkQueue {
  public:
    /// More bytes than these always go to the thread, so that the caller can overlap.
    static constexpr std::size_t kInlineBytes = std::size_t{64} * 1024;

    explicit WorkQueue(std::string name) : name_(std::move(name)) {}
    /// Waits for what is queued; a failure that nobody asked for is lost.
    ~WorkQueue();
    WorkQueue(const WorkQueue&) = delete;
    WorkQueue& operator=(const WorkQueue&) = delete;

    void enqueue(Work work);
    /// Queues and waits for this work: an idle queue does it on the caller's thread, whatever its size.
    void run_and_wait(Work work);
    /// Waits until everything queued so far is done. Throws the first failure since the last wait.
    void finish();
    /// The same, but leaves a failure for the next wait that throws.
    void drain();
    bool idle() const;

  private:
    void run_here(std::unique_lock<std::mutex>& lock, Work work, bool (*attempt)(Work&));
    void push(std::unique_lock<std::mutex>& lock, Work work);
    void wait_for(std::unique_lock<std::mutex>& lock, std::uint64_t ticket);
    void throw_failure(std::unique_lock<std::mutex>& lock);
    void keep_failure(const Work& work, const std::exception_ptr& error);
    void serve();

    std::string name_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> waiting_;
    bool busy_ = false;  ///< some thread runs work
    bool stopping_ = false;
    std::uint64_t issued_ = 0;
    std::uint64_t completed_ = 0;
    std::optional<std::string> failure_;
    std::string running_;  ///< for messages: what runs now
    std::thread thread_;
};

}  // namespace tt_run::device
