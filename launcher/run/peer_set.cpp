#include "launcher/run/peer_set.hpp"

#include <algorithm>
#include <array>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job/release.hpp"

namespace tt_run::launcher {

namespace {

constexpr std::chrono::seconds kTimeForHello{5};
/// Peers that have not shown a token yet; beyond it, new ones wait in the kernel's queue.
constexpr std::size_t kMostUnknown = 512;
constexpr int kEventsAtOnce = 64;

/// Takes as long for a token that is wrong at its end as for one wrong at its beginning.
bool same_token(std::string_view one, std::string_view other) {
    if (one.size() != other.size()) {
        return false;
    }
    unsigned difference = 0;
    for (std::size_t k = 0; k < one.size(); ++k) {
        difference |= static_cast<unsigned char>(one[k]) ^ static_cast<unsigned char>(other[k]);
    }
    return difference == 0;
}

/// Whether a process of another user stands at the other end; what comes over TCP does not say. A socket in
/// the abstract namespace has no mode that could keep others out.
bool is_another_users(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0 &&
           peer.uid != ::geteuid() && peer.uid != 0;
}

void watch(int events, int descriptor, bool also_room, int operation) {
    epoll_event event{};
    event.events = EPOLLIN | (also_room ? EPOLLOUT : 0U);
    event.data.fd = descriptor;
    ::epoll_ctl(events, operation, descriptor, &event);
}

}  // namespace

PeerSet::PeerSet(job::Listener listener, Tokens tokens, std::size_t ranks)
    : listener_(std::move(listener)),
      tokens_(std::move(tokens)),
      events_(::epoll_create1(EPOLL_CLOEXEC)),
      agents_(ranks, -1),
      runtimes_(ranks, -1) {
    watch(events_.get(), listener_.descriptor.get(), false, EPOLL_CTL_ADD);
}

void PeerSet::take_news(PeerListener& owner) {
    std::array<epoll_event, kEventsAtOnce> events{};
    const int count = ::epoll_wait(events_.get(), events.data(), kEventsAtOnce, 0);
    for (int k = 0; k < count; ++k) {
        const int descriptor = events[static_cast<std::size_t>(k)].data.fd;
        if (descriptor == listener_.descriptor.get()) {
            accept_all();
        } else if (peers_.contains(descriptor)) {
            if ((events[static_cast<std::size_t>(k)].events & EPOLLOUT) != 0) {
                peers_.at(descriptor)->channel.flush();
            }
            hear(descriptor, owner);
        }
    }
}

void PeerSet::accept_all() {
    while (unknown_ < kMostUnknown) {
        job::Descriptor connection(::accept4(listener_.descriptor.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!connection) {
            return;
        }
        const int descriptor = connection.get();
        if (listener_.address.starts_with("tcp:")) {
            const int on = 1;
            ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        } else if (is_another_users(descriptor)) {
            continue;
        }
        auto peer = std::make_unique<Peer>(std::move(connection));
        peer->heard = Clock::now();
        first_due_ = std::min(first_due_, peer->heard + kTimeForHello);
        peers_.emplace(descriptor, std::move(peer));
        ++unknown_;
        watch(events_.get(), descriptor, false, EPOLL_CTL_ADD);
    }
    // As readable as ever, it would be reported over and over: it is looked at again when a peer is let in
    // or dropped.
    ::epoll_ctl(events_.get(), EPOLL_CTL_DEL, listener_.descriptor.get(), nullptr);
}

bool PeerSet::let_in(Peer& peer, const job::Hello& hello, PeerListener& owner) {
    const std::string& token = hello.role == job::Role::runtime ? tokens_.runtime : tokens_.agent;
    const auto seat = static_cast<std::size_t>(hello.rank.value);
    if (!same_token(hello.token, token) || seat >= agents_.size()) {
        return false;
    }
    const bool is_ours = hello.version == job::kProtocolVersion;
    if (hello.role == job::Role::agent && (!is_ours || hello.release != job::release())) {
        owner.agent_refused(hello.rank, hello);
        return false;
    }
    if (!is_ours || (hello.role != job::Role::reach && seats(hello.role)[seat] >= 0)) {
        return false;
    }
    if (hello.role != job::Role::reach) {
        seats(hello.role)[seat] = peer.channel.descriptor();
    }
    peer.is_known = true;
    peer.role = hello.role;
    peer.rank = hello.rank;
    peer.channel.set_largest_payload(job::kLargestFromRank);
    return true;
}

void PeerSet::hear(int descriptor, PeerListener& owner) {
    Peer& peer = *peers_.at(descriptor);
    peer.channel.receive();
    if (peer.is_known) {
        peer.heard = Clock::now();
    }
    while (const auto message = peer.channel.next()) {
        if (peer.is_known) {
            hear_known(peer, *message, owner);
        } else if (const auto* const hello = std::get_if<job::Hello>(&*message);
                   hello != nullptr && let_in(peer, *hello, owner)) {
            if (unknown_-- == kMostUnknown) {
                watch(events_.get(), listener_.descriptor.get(), false, EPOLL_CTL_ADD);
            }
            if (peer.role == job::Role::agent) {
                owner.agent_joined(peer.rank, *hello);
            }
        } else {
            peer.channel.close();
            break;
        }
    }
    if (peer.channel.lost()) {
        drop(descriptor, owner);
    } else {
        watch_room(peer);
    }
}

void PeerSet::hear_known(Peer& peer, const job::Message& message, PeerListener& owner) {
    switch (peer.role) {
        case job::Role::agent:
            return owner.agent_said(peer.rank, message);
        case job::Role::runtime:
            return owner.runtime_said(peer.rank, message);
        case job::Role::reach:
            if (const auto* const report = std::get_if<job::Unreachable>(&message)) {
                owner.host_unreachable(*report);
                peer.channel.close();  // so it knows that it has been heard
            }
    }
}

void PeerSet::drop(int descriptor, PeerListener& owner) {
    const auto found = peers_.find(descriptor);
    const std::unique_ptr<Peer> peer = std::move(found->second);
    peers_.erase(found);
    if (!peer->is_known) {
        if (unknown_-- == kMostUnknown) {
            watch(events_.get(), listener_.descriptor.get(), false, EPOLL_CTL_ADD);
        }
        return;
    }
    if (peer->role == job::Role::reach) {
        return;
    }
    seats(peer->role)[static_cast<std::size_t>(peer->rank.value)] = -1;
    peer->role == job::Role::agent ? owner.agent_lost(peer->rank) : owner.runtime_lost(peer->rank);
}

void PeerSet::drop_silent(Clock::time_point now) {
    if (unknown_ == 0 || now <= first_due_) {
        return;
    }
    first_due_ = Clock::time_point::max();
    std::vector<int> silent;
    for (const auto& [descriptor, peer] : peers_) {
        if (peer->is_known) {
            continue;
        }
        if (now > peer->heard + kTimeForHello) {
            silent.push_back(descriptor);
        } else {
            first_due_ = std::min(first_due_, peer->heard + kTimeForHello);
        }
    }
    for (const int descriptor : silent) {
        peers_.erase(descriptor);
        if (unknown_-- == kMostUnknown) {
            watch(events_.get(), listener_.descriptor.get(), false, EPOLL_CTL_ADD);
        }
    }
}

bool PeerSet::has_agent(job::Rank rank) const {
    return agents_[static_cast<std::size_t>(rank.value)] >= 0;
}

std::optional<PeerSet::Clock::time_point> PeerSet::last_heard(job::Rank rank) const {
    const int descriptor = agents_[static_cast<std::size_t>(rank.value)];
    return descriptor < 0 ? std::nullopt : std::optional(peers_.at(descriptor)->heard);
}

void PeerSet::give_up(job::Rank rank) {
    int& descriptor = agents_[static_cast<std::size_t>(rank.value)];
    if (descriptor >= 0) {
        peers_.erase(descriptor);
        descriptor = -1;
    }
}

void PeerSet::watch_room(Peer& peer) {
    if (!peer.channel.lost() && peer.channel.wants_to_write() != peer.waits_for_room) {
        peer.waits_for_room = peer.channel.wants_to_write();
        watch(events_.get(), peer.channel.descriptor(), peer.waits_for_room, EPOLL_CTL_MOD);
    }
}

void PeerSet::send_to(int descriptor, const job::Message& message) {
    if (descriptor >= 0) {
        Peer& peer = *peers_.at(descriptor);
        peer.channel.send(message);  // a lost channel is noticed when epoll reports it
        watch_room(peer);
    }
}

void PeerSet::send(job::Rank rank, const job::Message& message) {
    send_to(agents_[static_cast<std::size_t>(rank.value)], message);
}

void PeerSet::send_to_runtime(job::Rank rank, const job::Message& message) {
    send_to(runtimes_[static_cast<std::size_t>(rank.value)], message);
}

void PeerSet::send_all(const job::Message& message) {
    for (std::size_t rank = 0; rank < agents_.size(); ++rank) {
        send({static_cast<std::int32_t>(rank)}, message);
    }
}

std::size_t PeerSet::queued(job::Rank rank) const {
    const int descriptor = agents_[static_cast<std::size_t>(rank.value)];
    return descriptor < 0 ? 0 : peers_.at(descriptor)->channel.queued();
}

}  // namespace tt_run::launcher
