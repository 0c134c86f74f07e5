#include "device/work_queue.hpp"

#include <atomic>
#include <future>
#include <vector>

#include <catch2/catch.hpp>

#include "tt_run/device/call_site.hpp"
#include "tt_run/distributed/waits.hpp"

using namespace tt_run;
using namespace tt_run::device;

namespace {

constexpr std::size_t kLarge = WorkQueue::kInlineBytes + 1;

Work work(std::function<void()> run, std::size_t bytes = 0) {
    return {.what = "a test's work",
            .where = std::source_location::current(),
            .run = std::move(run),
            .bytes = bytes};
}

}  // namespace

TEST_CASE("an idle queue does small work on the calling thread, large work on its own") {
    WorkQueue queue("q");
    std::thread::id small;
    std::thread::id large;
    queue.enqueue(work([&] { small = std::this_thread::get_id(); }));
    CHECK(small == std::this_thread::get_id());
    queue.enqueue(work([&] { large = std::this_thread::get_id(); }, kLarge));
    queue.finish();
    CHECK(large != std::this_thread::get_id());
    CHECK(queue.idle());
}

TEST_CASE("the caller runs on while the queue waits, and order is kept") {
    WorkQueue queue("q");
    std::promise<void> gate;
    std::vector<int> order;
    Work waiting = work([&, opened = gate.get_future().share()] {
        opened.wait();
        order.push_back(1);
    });
    waiting.may_wait = true;
    queue.enqueue(std::move(waiting));
    queue.enqueue(work([&] { order.push_back(2); }));
    queue.enqueue(work([&] { order.push_back(3); }, kLarge));
    // All this came back with the first work still waiting: only this thread can let it go on.
    CHECK(!queue.idle());
    gate.set_value();
    queue.finish();
    CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("work that need not wait after all is done at once") {
    WorkQueue queue("q");
    bool ready = false;
    std::atomic<int> tried = 0;
    std::promise<void> gate;
    const auto attempt = [&] {
        Work waiting = work([&, opened = gate.get_future().share()] { opened.wait(); });
        waiting.may_wait = true;
        waiting.try_run = [&] { return ++tried, ready; };
        return waiting;
    };
    ready = true;
    queue.enqueue(attempt());
    CHECK(tried == 1);
    CHECK(queue.idle());
    gate = {};
    ready = false;
    queue.enqueue(attempt());
    CHECK(tried == 2);
    CHECK(!queue.idle());
    gate.set_value();
    queue.finish();
}

TEST_CASE("a failure drops what stands behind it and is thrown by the next wait, with its call") {
    WorkQueue queue("q");
    bool ran = false;
    const auto line = std::source_location::current().line() + 1;
    queue.enqueue(work([] { throw std::runtime_error("no luck"); }, kLarge));
    queue.enqueue(work([&] { ran = true; }, kLarge));
    CHECK_THROWS_WITH(queue.finish(), Catch::Contains("no luck") &&
                                          Catch::Contains("in queued work `a test's work`, called at ") &&
                                          Catch::Contains("device/work_queue_test.cpp:"));
    CHECK(line > 0);
    CHECK(!ran);
    queue.enqueue(work([&] { ran = true; }));
    queue.finish();
    CHECK(ran);
    // The same for work done on the calling thread.
    queue.enqueue(work([] { throw std::runtime_error("again"); }));
    CHECK_THROWS_WITH(queue.run_and_wait(work([] {})), Catch::Contains("again"));
    queue.finish();
}

TEST_CASE("what fails names the place that a binding gave, before that of the call") {
    WorkQueue queue("q");
    const auto fail = [] { throw std::runtime_error("broken"); };
    {
        const CallSiteScope scope({"/home/user/models/stage.py", 17});
        queue.enqueue(work(fail, kLarge));
        CHECK_THROWS_WITH(queue.finish(), Catch::Contains("called at models/stage.py:17"));
        {
            const CallSiteScope inner({"inner.py", 3});
            CHECK_THROWS_WITH(queue.run_and_wait(work(fail)), Catch::Contains("called at inner.py:3"));
        }
        CHECK_THROWS_WITH(queue.run_and_wait(work(fail)), Catch::Contains("stage.py:17"));
    }
    CHECK_THROWS_WITH(queue.run_and_wait(work(fail)), Catch::Contains("work_queue_test.cpp"));
}

TEST_CASE("a wait for a queue can be seen, interrupted, and taken up again") {
    WorkQueue queue("queue 0 of mesh device 5");
    std::promise<void> gate;
    Work waiting = work([opened = gate.get_future().share()] { opened.wait(); });
    waiting.may_wait = true;
    queue.enqueue(std::move(waiting));
    std::string seen;
    distributed::set_interrupt_check([&] {
        seen = distributed::current_waits().at(0).what;
        throw std::domain_error("stop");
    });
    CHECK_THROWS_AS(queue.finish(), std::domain_error);
    distributed::set_interrupt_check(nullptr);
    CHECK(seen == "`a test's work` on queue 0 of mesh device 5");
    gate.set_value();
    queue.finish();
}

TEST_CASE("many threads may queue at once") {
    WorkQueue queue("q");
    int count = 0;  // guarded by the queue alone
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int k = 0; k < 500; ++k) {
                queue.enqueue(work([&] { ++count; }, (k + t) % 7 == 0 ? kLarge : 0));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    queue.finish();
    CHECK(count == 2000);
}
