#include "device/work_queue.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>

#include <fmt/format.h>

#include "distributed/wait_until.hpp"
#include "support/call_place.hpp"

namespace tt_run::device {

namespace {

constexpr std::chrono::milliseconds kBetweenChecks{5};

bool run_it(Work& work) {
    work.run();
    return true;
}

bool try_it(Work& work) {
    return work.try_run();
}

}  // namespace

WorkQueue::~WorkQueue() {
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

void WorkQueue::keep_failure(const Work& work, const std::exception_ptr& error) {
    std::string reason = "an unknown exception";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        reason = exception.what();
    } catch (...) {
    }
    failure_ = fmt::format(
        "{}\nin queued work `{}`, called at {}", reason, work.what,
        work.caller.file != nullptr ? support::place_of(work.caller) : support::place_of(work.where));
}

/// With the lock held and the queue idle; does the work without it. If the attempt did nothing, queues it.
void WorkQueue::run_here(std::unique_lock<std::mutex>& lock, Work work, bool (*attempt)(Work&)) {
    busy_ = true;
    running_ = work.what;
    lock.unlock();
    bool done = true;
    std::exception_ptr error;
    try {
        done = attempt(work);
    } catch (...) {
        error = std::current_exception();
    }
    if (done) {
        // What the work holds goes before it counts as done, and without the lock: it may queue more.
        work.run = nullptr;
        work.try_run = nullptr;
    }
    lock.lock();
    busy_ = false;
    if (error) {
        keep_failure(work, error);
    }
    if (done) {
        ++completed_;
    } else {
        waiting_.push_front(std::move(work));
        if (!thread_.joinable()) {
            thread_ = std::thread([this] { serve(); });
        }
    }
    changed_.notify_all();
}

void WorkQueue::push(std::unique_lock<std::mutex>&, Work work) {
    waiting_.push_back(std::move(work));
    if (!thread_.joinable()) {
        thread_ = std::thread([this] { serve(); });
    }
    changed_.notify_all();
}

void WorkQueue::enqueue(Work work) {
    distributed::note_program_thread();
    std::unique_lock lock(mutex_);
    if (failure_) {
        return;
    }
    ++issued_;
    const bool is_idle = !busy_ && waiting_.empty();
    if (is_idle && !work.may_wait && work.bytes <= kInlineBytes) {
        run_here(lock, std::move(work), &run_it);
    } else if (is_idle && work.may_wait && work.try_run) {
        run_here(lock, std::move(work), &try_it);
    } else {
        push(lock, std::move(work));
    }
}

void WorkQueue::run_and_wait(Work work) {
    distributed::note_program_thread();
    std::unique_lock lock(mutex_);
    if (!failure_) {
        const std::uint64_t ticket = ++issued_;
        if (!busy_ && waiting_.empty()) {
            run_here(lock, std::move(work), &run_it);
        } else {
            push(lock, std::move(work));
            wait_for(lock, ticket);
        }
    }
    throw_failure(lock);
}

void WorkQueue::finish() {
    std::unique_lock lock(mutex_);
    wait_for(lock, issued_);
    throw_failure(lock);
}

void WorkQueue::drain() {
    std::unique_lock lock(mutex_);
    wait_for(lock, issued_);
}

bool WorkQueue::idle() const {
    const std::lock_guard lock(mutex_);
    return completed_ == issued_;
}

void WorkQueue::wait_for(std::unique_lock<std::mutex>& lock, std::uint64_t ticket) {
    if (completed_ >= ticket) {
        return;
    }
    const std::string& now = busy_ || waiting_.empty() ? running_ : waiting_.front().what;
    const distributed::WaitScope scope(fmt::format("`{}` on {}", now, name_));
    while (!changed_.wait_for(lock, kBetweenChecks, [&] { return completed_ >= ticket; })) {
        // The check may throw or run Python: not with the lock.
        lock.unlock();
        scope.check();
        lock.lock();
    }
}

void WorkQueue::throw_failure(std::unique_lock<std::mutex>&) {
    if (failure_) {
        const std::string failure = *failure_;
        failure_.reset();
        throw std::runtime_error(failure);
    }
}

void WorkQueue::serve() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return !busy_ && (!waiting_.empty() || stopping_); });
        if (waiting_.empty()) {
            return;
        }
        Work work = std::move(waiting_.front());
        waiting_.pop_front();
        if (failure_) {
            ++completed_;  // dropped: it stood behind what failed
            lock.unlock();
            work = {};
            lock.lock();
            changed_.notify_all();
            continue;
        }
        const distributed::WorkScope scope;
        run_here(lock, std::move(work), &run_it);
    }
}

}  // namespace tt_run::device
