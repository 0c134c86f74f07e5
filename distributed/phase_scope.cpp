#include "distributed/phase_scope.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <mutex>

#include "distributed/wait_report.hpp"
#include "job/variable_names.hpp"

namespace tt_run::distributed {

namespace {

using job::PhaseKind;

constexpr std::array kByPrecedence{PhaseKind::mpi, PhaseKind::sockets, PhaseKind::open, PhaseKind::close};

/// The scopes of all threads. Never destroyed: the last of them lives while the process ends.
class Phases {
  public:
    /// Null if nobody looks.
    static Phases* get() {
        static Phases* const phases = std::getenv(job::kPhasesVariable) != nullptr ? new Phases : nullptr;
        return phases;
    }

    void change(PhaseKind kind, int by) {
        const std::lock_guard lock(mutex_);
        scopes_[static_cast<std::size_t>(kind)] += by;
        const auto* const first = std::ranges::find_if(
            kByPrecedence, [&](PhaseKind one) { return scopes_[static_cast<std::size_t>(one)] != 0; });
        const PhaseKind now = first == kByPrecedence.end() ? PhaseKind::run : *first;
        if (now != told_) {
            told_ = now;
            const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
            WaitReport::get().enter(
                {now, static_cast<std::uint64_t>(std::chrono::nanoseconds(since_boot).count())});
        }
    }

  private:
    std::mutex mutex_;
    std::array<int, 6> scopes_{};  ///< how many are open, by kind
    PhaseKind told_ = PhaseKind::run;
};

}  // namespace

PhaseScope::PhaseScope(PhaseKind kind) : kind_(kind) {
    if (Phases* const phases = Phases::get()) {
        phases->change(kind_, 1);
    }
}

PhaseScope::~PhaseScope() {
    if (Phases* const phases = Phases::get()) {
        phases->change(kind_, -1);
    }
}

}  // namespace tt_run::distributed
