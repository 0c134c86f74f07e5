#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tt_run/export.hpp"

namespace tt_run::distributed {

/// One thing that a thread of this process waits for right now.
struct Wait {
    std::string what;  ///< "barrier of 4 ranks", "message from rank 2 with tag 7"
    std::chrono::steady_clock::duration waited{};
};

/// Oldest first. For watchers: may be called from any thread at any time.
TT_RUN_API std::vector<Wait> current_waits();

/// Called every few milliseconds by every thread that waits; what it throws ends that wait. Python uses it to
/// let Ctrl-C through. Null takes it away.
TT_RUN_API void set_interrupt_check(std::function<void()> check);

/// After so long a wait ends with an exception that says what it was for; zero, the default, is for ever.
/// TT_RUN_WAIT_TIMEOUT (seconds) sets it from outside.
TT_RUN_API void set_wait_deadline(std::chrono::milliseconds deadline);

}  // namespace tt_run::distributed
