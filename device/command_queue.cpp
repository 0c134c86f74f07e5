#include "tt_run/device/command_queue.hpp"

#include <atomic>

#include "device/work_queue.hpp"
#include "distributed/wait_until.hpp"

namespace tt_run::device {

struct MeshEvent::State {
    std::atomic<bool> reached = false;
};

bool MeshEvent::query() const {
    return state_->reached.load();
}

void MeshEvent::synchronize() const {
    distributed::wait_until([&] { return query(); },
                            [] { return std::string("an event of a command queue"); });
}

void MeshCommandQueue::finish() {
    work_->finish();
}

void MeshCommandQueue::enqueue(std::function<void()> work, std::string what, std::size_t bytes,
                               std::source_location where) {
    work_->enqueue({.what = std::move(what), .where = where, .run = std::move(work), .bytes = bytes});
}

MeshEvent MeshCommandQueue::record_event(std::source_location where) {
    auto state = std::make_shared<MeshEvent::State>();
    // Reached also when the work is dropped behind a failure: whoever waits for it must not wait for ever.
    const std::shared_ptr<void> reach(nullptr, [state](void*) { state->reached = true; });
    enqueue([reach] {}, "record_event", 0, where);
    return MeshEvent(std::move(state));
}

void MeshCommandQueue::wait_for_event(const MeshEvent& event, std::source_location where) {
    work_->enqueue({.what = "wait_for_event",
                    .where = where,
                    .run = [event] { event.synchronize(); },
                    .may_wait = true,
                    .try_run = [event] { return event.query(); }});
}

}  // namespace tt_run::device
