#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "distributed/wait_until.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::distributed {

/// Who hears what a rank waits for, and may ask: tt-run's supervisor, or rank 0. One thread at a time; never
/// blocks.
class WaitListener {
  public:
    virtual ~WaitListener() = default;
    virtual void tell(const job::Message& message) = 0;
    /// The number of a question that has come since the last call.
    virtual std::optional<std::uint64_t> take_probe() = 0;
    /// The rank has come to its end, and brings nothing any more.
    virtual void leave() = 0;
};

/// What becomes of a job whose ranks are deadlocked: TT_RUN_DEADLOCK.
enum class DeadlockAction : std::uint8_t {
    abort,   ///< the default: it is told, and the job ended
    report,  ///< it is told
    off,     ///< nobody looks
};
/// Throws for another word.
DeadlockAction deadlock_action();

/// Tells what this process waits for once all its threads that work do (docs/supervision.md), and takes it
/// back. A question is answered only after every waiting thread has looked again. Safe from any thread.
class WaitReport {
  public:
    static WaitReport& get();

    /// By a thread that waits, every few milliseconds. Nobody is connected to before a wait has become long.
    static void look();
    /// By a thread that goes on.
    static void look_if_told() {
        if (told_.load(std::memory_order_relaxed)) {
            look();
        }
    }
    /// Whom to tell where no supervisor is.
    void listen(std::unique_ptr<WaitListener> listener);
    /// The supervisor, or whoever listens, is told that the program is over.
    void leave();
    /// Forgets who listens: MPI is about to end.
    void close();
    /// The supervisor, if there is one, is told what the rank is at (phase_scope.hpp).
    void enter(const job::Phase& phase);
    /// Hands a report of the whole rank to the supervisor; false if there is none.
    bool hand_over(std::string_view report);

  private:
    WaitReport();
    void tell(std::optional<StandingNeeds> standing);

    const DeadlockAction action_;
    std::mutex mutex_;
    std::unique_ptr<WaitListener> listener_;
    std::uint64_t epoch_ = 0;
    static inline std::atomic<bool> told_{false};  ///< that the rank is blocked, with `epoch_`
    std::string last_told_;                        ///< to tell again only what has changed
    std::uint64_t probe_ = 0;                      ///< to be answered; 0: none
    std::chrono::steady_clock::time_point asked_{};
};

}  // namespace tt_run::distributed
