#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "job/channel.hpp"
#include "job/socket_address.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::launcher {

/// What a PeerSet tells its owner. Calls may use the set, and close peers.
class PeerListener {
  public:
    virtual ~PeerListener() = default;
    /// The rank's agent has shown its token. At most one is let in for a rank.
    virtual void agent_joined(job::Rank rank, const job::Hello& hello) = 0;
    /// It has the token, but is of another release of tt-run; it was dropped.
    virtual void agent_refused(job::Rank rank, const job::Hello& hello) = 0;
    virtual void agent_said(job::Rank rank, const job::Message& message) = 0;
    /// It went away, or said what no agent says.
    virtual void agent_lost(job::Rank rank) = 0;
    virtual void runtime_said(job::Rank rank, const job::Message& message) = 0;
    virtual void runtime_lost(job::Rank rank) = 0;
    /// What speaks to a host for the MPI launcher speaks to it no more, or could not at all.
    virtual void host_unreachable(const job::Unreachable& report) = 0;
};

/// The supervisor's connections. Whoever connects has a few seconds and `kLargestHello` bytes to show the
/// token of an agent or of a rank's runtime; others are dropped unheard, as are second peers of a rank, and
/// nothing they send reaches the listener. On this host another user's processes are not even asked. Not
/// thread-safe.
///   connected -> agent | runtime | reach -> lost
///        \-> dropped
class PeerSet {
  public:
    struct Tokens {
        std::string agent;
        std::string runtime;
    };

    PeerSet(job::Listener listener, Tokens tokens, std::size_t ranks);

    const std::string& address() const { return listener_.address; }
    /// Readable when `take_news` has something to do.
    int descriptor() const { return events_.get(); }
    void take_news(PeerListener& owner);
    /// Drops peers that have been silent too long; call it now and then.
    void drop_silent(std::chrono::steady_clock::time_point now);

    bool has_agent(job::Rank rank) const;
    /// When the rank's agent was last heard of; nothing if it is not there.
    std::optional<std::chrono::steady_clock::time_point> last_heard(job::Rank rank) const;
    /// Speaks to the rank's agent no more, without telling the listener.
    void give_up(job::Rank rank);
    /// To the rank's agent, if it is there.
    void send(job::Rank rank, const job::Message& message);
    /// To the rank's runtime, if it is there.
    void send_to_runtime(job::Rank rank, const job::Message& message);
    void send_all(const job::Message& message);
    /// Bytes under way to the rank's agent that its socket has not taken.
    std::size_t queued(job::Rank rank) const;

  private:
    using Clock = std::chrono::steady_clock;

    struct Peer {
        explicit Peer(job::Descriptor connection) : channel(std::move(connection), job::kLargestHello) {}
        job::Channel channel;
        bool is_known = false;
        job::Role role = job::Role::agent;
        job::Rank rank;
        Clock::time_point heard;      ///< of last; at first, when it connected
        bool waits_for_room = false;  ///< epoll watches for POLLOUT
    };

    void accept_all();
    void hear(int descriptor, PeerListener& owner);
    bool let_in(Peer& peer, const job::Hello& hello, PeerListener& owner);
    void hear_known(Peer& peer, const job::Message& message, PeerListener& owner);
    void drop(int descriptor, PeerListener& owner);
    void watch_room(Peer& peer);
    void send_to(int descriptor, const job::Message& message);
    std::vector<int>& seats(job::Role role) { return role == job::Role::agent ? agents_ : runtimes_; }

    job::Listener listener_;
    Tokens tokens_;
    job::Descriptor events_;
    std::map<int, std::unique_ptr<Peer>> peers_;  ///< by descriptor
    std::vector<int> agents_;                     ///< by rank; -1 if not there
    std::vector<int> runtimes_;
    std::size_t unknown_ = 0;
    Clock::time_point first_due_ = Clock::time_point::max();  ///< no unknown peer's time is up before
};

}  // namespace tt_run::launcher
