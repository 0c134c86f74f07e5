#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <source_location>
#include <string>

#include "tt_run/export.hpp"

namespace tt_run::device {

class MeshDevice;
class WorkQueue;

/// A mark in a command queue, to wait for from another queue or from the host. Copies are the same mark.
class TT_RUN_API MeshEvent {
  public:
    /// Whether the queue has come past it.
    bool query() const;
    /// Waits on the calling thread until it has.
    void synchronize() const;

  private:
    friend class MeshCommandQueue;
    struct State;
    explicit MeshEvent(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

/// One of a mesh device's queues of work: in order, asynchronous, independent of the other. What fails in it
/// is thrown by the next call that waits, with the call that queued it. Any thread may use it, while its mesh
/// device is open.
class TT_RUN_API MeshCommandQueue {
  public:
    std::uint32_t id() const { return id_; }
    /// Waits for all that is queued.
    void finish();
    /// Queues a function of the host's. `bytes` is about how much it touches, 0 for little: small work may
    /// run at once, on the calling thread, if nothing is queued.
    void enqueue(std::function<void()> work, std::string what = "host function", std::size_t bytes = 0,
                 std::source_location where = std::source_location::current());
    MeshEvent record_event(std::source_location where = std::source_location::current());
    /// What is queued here from now on waits for the event.
    void wait_for_event(const MeshEvent& event, std::source_location where = std::source_location::current());

    /// For the runtime's own parts.
    WorkQueue& work() const { return *work_; }

  private:
    friend class MeshDevice;
    MeshCommandQueue(std::uint32_t id, std::shared_ptr<WorkQueue> work) : id_(id), work_(std::move(work)) {}
    std::uint32_t id_;
    std::shared_ptr<WorkQueue> work_;
};

}  // namespace tt_run::device
