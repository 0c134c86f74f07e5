#pragma once

#include <memory>
#include <optional>
#include <span>

#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::sockets {

/// Where the messages of one peer with one tag arrive: one receive is always posted. One thread at a time;
/// different ones by different threads.
///
/// When an inbox goes, what the peer sends until its last message is still taken, and thrown away: MPI would
/// keep it for good, and hand it to the next inbox with the same tag.
class Inbox {
  public:
    struct Sender {
        distributed::ContextPtr context;
        distributed::Rank peer{0};
        std::int32_t tag = 0;
    };
    /// Whether a message is the last that the peer sends.
    using IsLast = bool (*)(std::span<const std::byte> message);

    Inbox(const Sender& sender, std::size_t largest_message, IsLast is_last);
    ~Inbox();
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    /// Hands every message that has come to `take`.
    template <class Take>
    void drain(Take take) {
        while (const auto message = next()) {
            take(*message);
            post();
        }
    }

  private:
    struct Receive;

    /// Valid until the next post().
    std::optional<std::span<const std::byte>> next();
    void post();

    std::unique_ptr<Receive> receive_;
};

}  // namespace tt_run::sockets
