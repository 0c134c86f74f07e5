#pragma once

#include <optional>
#include <string>

#include "job/channel.hpp"
#include "job/rank.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::job {

/// A rank's runtime telling the supervisor what it waits for. Without a supervisor (a program started by
/// hand,
/// --direct) there is no client, and after the supervisor has gone every call does nothing: a program never
/// fails for it. Never blocks, but for connecting. Not thread-safe.
class SupervisionClient {
  public:
    /// From TT_RUN_SUPERVISOR, TT_RUN_TOKEN and TT_RUN_RANK; nothing if they are not set or nobody answers.
    static std::optional<SupervisionClient> connect_from_environment();
    static std::optional<SupervisionClient> connect(const std::string& address, const std::string& token,
                                                    Rank rank);

    /// Blocked: the rank waits; its epoch is one more than that of the wait before. To be told again when
    /// counters have moved, and as the answer to `take_probe`. Unblocked: the wait is over.
    /// Gone: the program is over, and brings nothing any more.
    void tell(const Message& message) { channel_.send(message); }
    /// The rank's report, in pieces; waits up to two seconds for the supervisor to take it. False if it has
    /// not.
    bool hand_over(std::string_view report);
    /// The number of a question that has come since the last call, which the next Blocked is to carry.
    std::optional<std::uint64_t> take_probe();

    /// To wait for questions together with other descriptors; -1 if nobody asks any more.
    int descriptor() const { return channel_.lost() ? -1 : channel_.descriptor(); }

  private:
    explicit SupervisionClient(Channel channel) : channel_(std::move(channel)) {}
    Channel channel_;
};

}  // namespace tt_run::job
