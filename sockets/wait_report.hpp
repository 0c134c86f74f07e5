#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "job/supervision_client.hpp"

namespace tt_run::sockets {

/// What this process's transfers wait for, told to the supervisor of the job, which sees when nobody can go
/// on any more (docs/supervision.md). Without a supervisor it does nothing. The rank counts as blocked while
/// every piece of work that runs is a transfer that stands still, and the program itself waits: for its
/// queue, for its peers, or in a transfer of its own. Safe from any thread.
class WaitReport {
  public:
    static WaitReport& get();

    /// The transfers behind `key` stand; they have just been looked at. `by_caller`: on the program's own
    /// thread. To be called again and again while they do.
    void stands(const void* key, std::vector<job::Wait> waits, bool by_caller);
    /// They moved, or are over.
    void moves(const void* key);

  private:
    struct Standing {
        std::vector<job::Wait> waits;
        bool by_caller = false;
    };

    WaitReport();
    bool is_blocked() const;
    void tell();

    std::mutex mutex_;
    std::optional<job::SupervisionClient> client_;
    std::map<const void*, Standing> standing_;
    std::uint64_t epoch_ = 0;
    bool told_ = false;      ///< that the rank is blocked, with `epoch_`
    std::string last_told_;  ///< to tell again only what has changed
};

}  // namespace tt_run::sockets
