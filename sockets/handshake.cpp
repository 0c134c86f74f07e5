#include "sockets/handshake.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <mutex>

#include <fmt/format.h>
#include <unistd.h>

#include "distributed/wait_until.hpp"
#include "sockets/outbox.hpp"
#include "sockets/transfer_plan.hpp"
#include "support/require.hpp"
#include "support/text.hpp"
#include "tt_run/device/warnings.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

namespace tt_run::sockets {

namespace {

using distributed::ContextPtr;
using distributed::Rank;
using distributed::RequestPtr;
using distributed::Tag;
using Clock = std::chrono::steady_clock;

/// Handshakes use the upper half of the tags, programs the rest.
constexpr std::int32_t kFirstTag = 1 << 18;
constexpr std::int32_t kTags = 1 << 17;
constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

/// What this process keeps of each peer that it has met, by context and rank there. Guarded by `mutex`.
struct Acquaintance {
    std::int32_t sockets = 0;
    ContextPtr messages;
    std::int32_t next_tag = 0;
};
struct Acquaintances {
    std::mutex mutex;
    std::map<std::pair<std::int32_t, std::int32_t>, Acquaintance> by_context;
    std::map<std::int32_t, std::weak_ptr<Neighbour>> neighbours;  ///< by world rank
};
Acquaintances& acquaintances() {
    static auto* const one = new Acquaintances;
    return *one;
}

bool messages_are_forced() {
    const char* const transport = std::getenv("TT_RUN_SOCKET_TRANSPORT");
    const std::string_view word = transport == nullptr ? "" : transport;
    TT_RUN_REQUIRE(word.empty() || word == "mpi",
                   "the variable TT_RUN_SOCKET_TRANSPORT is `{}`, but must be mpi or not set", word);
    return word == "mpi";
}

/// One side of a conversation: messages in turn, under one deadline.
class Conversation {
  public:
    Conversation(ContextPtr context, Rank peer, Tag tag, std::string about)
        : context_(std::move(context)),
          peer_(peer),
          tag_(tag),
          about_(std::move(about)),
          said_(context_, peer) {}

    Clock::time_point deadline() const { return deadline_; }

    std::string exchange(const std::string& own) {
        say(own);
        return hear();
    }

    /// Says it, and gives the transport a moment to carry it: this process may be about to end.
    void say_last(const std::string& text) {
        say(text);
        const Clock::time_point end = Clock::now() + std::chrono::milliseconds(500);
        const auto is_over = [&] {
            said_.sweep();
            return said_.under_way() == 0 || Clock::now() >= end;
        };
        distributed::wait_until(is_over, [&] { return fmt::format("rank {} to hear a refusal", *peer_); });
    }

  private:
    void say(const std::string& text) {
        const std::array<std::uint64_t, 1> size{text.size()};
        for (const std::span<const std::byte> bytes :
             {std::span<const std::byte>(std::as_bytes(std::span(size))), std::as_bytes(std::span(text))}) {
            said_.send({bytes.begin(), bytes.end()}, *tag_);
        }
    }

    std::string hear() {
        std::array<std::uint64_t, 1> size{};
        await(context_->irecv(std::as_writable_bytes(std::span(size)), peer_, tag_));
        TT_RUN_REQUIRE(size[0] <= kMostBytes, "rank {} sends {} bytes where a socket descriptor is expected",
                       *peer_, size[0]);
        std::string text(size[0], '\0');
        await(context_->irecv(std::as_writable_bytes(std::span(text)), peer_, tag_));
        return text;
    }

    void await(const RequestPtr& request) {
        bool done = false;
        const auto look = [&] {
            done = request->test().has_value();
            return done || Clock::now() >= deadline_;
        };
        try {
            distributed::wait_until(
                look, [&] { return fmt::format("rank {} to make {}", *peer_, about_); },
                [&] { return needs(); });
        } catch (...) {
            request->cancel();
            throw;
        }
        if (!done) {
            request->cancel();
            TT_RUN_REQUIRE(
                false,
                "rank {} did not make {} within {} ms; a socket must be made by both ranks, and sockets "
                "of the same two ranks in the same order (TT_RUN_SOCKET_TIMEOUT sets the seconds)",
                *peer_, about_, socket_deadline().count());
        }
    }

    /// For people: the deadline ends it.
    distributed::Needs needs() const {
        const std::int32_t peer = *context_->world_ranks()[static_cast<std::size_t>(*peer_)];
        return {{{fmt::format("making {}", about_), {{peer}}, 0, 1}}, true};
    }

    ContextPtr context_;
    Rank peer_;
    Tag tag_;
    std::string about_;
    Outbox said_;
    Clock::time_point deadline_ = Clock::now() + socket_deadline();
};

std::string about(const SocketDescriptor& own) {
    return fmt::format("its end of the socket from rank {} to rank {}", own.sender_rank, own.receiver_rank);
}

Conversation begin(const ContextPtr& context, Rank peer, const SocketDescriptor& own) {
    Acquaintances& known = acquaintances();
    const std::lock_guard lock(known.mutex);
    const std::int32_t number = known.by_context[{*context->id(), *peer}].sockets++;
    return {context, peer, Tag{kFirstTag + number % kTags}, about(own)};
}

std::int32_t world_rank(const ContextPtr& context, Rank rank) {
    return *context->world_ranks()[static_cast<std::size_t>(*rank)];
}

std::shared_ptr<Neighbour> known_neighbour(std::int32_t rank) {
    Acquaintances& known = acquaintances();
    const std::lock_guard lock(known.mutex);
    const auto found = known.neighbours.find(rank);
    return found == known.neighbours.end() ? nullptr : found->second.lock();
}

/// The connections whose two devices are these two ranks'.
std::size_t count_lanes(const SocketDescriptor& own, const SocketDescriptor& peer) {
    std::size_t lanes = 0;
    for (std::size_t k = 0; k < own.places.size(); ++k) {
        lanes += own.places[k].is_local && peer.places[k].is_local ? 1 : 0;
    }
    return lanes;
}

/// Shared memory with a process of this host.
class SharedMeeting {
  public:
    SharedMeeting(const SocketDescriptor& own, const OwnMemory& memory, Meeting& meeting, std::int32_t peer,
                  Clock::time_point deadline)
        : own_(own), memory_(memory), meeting_(meeting), peer_(peer), deadline_(deadline) {}

    support::Result<void> arrange(const NeighbourDoor* door, std::shared_ptr<Neighbour> known) {
        meeting_.neighbour = std::move(known);
        if (!meeting_.neighbour) {
            auto greeted = greet(door);
            if (!greeted) {
                return std::unexpected(greeted.error());
            }
            meeting_.neighbour = *std::move(greeted);
        }
        const std::size_t heads = LinkRegion::heads_for(own_.memory.fifo_size, own_.payload);
        auto region = own_.endpoint == SocketEndpoint::receiver ? lend_region(heads) : borrow_region(heads);
        if (!region) {
            return std::unexpected(region.error());
        }
        meeting_.region = *std::move(region);
        return {};
    }

  private:
    support::Result<std::shared_ptr<Neighbour>> greet(const NeighbourDoor* door) {
        auto connection = door != nullptr ? door->accept(deadline_) : knock(meeting_.peer.door);
        if (!connection) {
            return std::unexpected(connection.error());
        }
        auto neighbour = Neighbour::greet(job::Rank{peer_}, *std::move(connection), memory_.file, deadline_);
        if (neighbour) {
            Acquaintances& known = acquaintances();
            const std::lock_guard lock(known.mutex);
            known.neighbours[peer_] = *neighbour;
        }
        return neighbour;
    }

    support::Result<std::shared_ptr<LinkRegion>> lend_region(std::size_t heads) {
        auto region = LinkRegion::create(meeting_.lanes, heads);
        if (region) {
            if (const auto lent = meeting_.neighbour->send_file((*region)->descriptor()); !lent) {
                return std::unexpected(lent.error());
            }
        }
        return region;
    }

    support::Result<std::shared_ptr<LinkRegion>> borrow_region(std::size_t heads) {
        auto file = meeting_.neighbour->receive_file(deadline_);
        if (!file) {
            return std::unexpected(file.error());
        }
        return LinkRegion::open(*std::move(file), meeting_.lanes, heads);
    }

    const SocketDescriptor& own_;
    const OwnMemory& memory_;
    Meeting& meeting_;
    std::int32_t peer_;
    Clock::time_point deadline_;
};

void arrange_messages(const ContextPtr& context, Rank peer, Meeting& meeting) {
    Acquaintances& known = acquaintances();
    const std::lock_guard lock(known.mutex);
    Acquaintance& acquaintance = known.by_context[{*context->id(), *peer}];
    if (!acquaintance.messages) {
        std::array<Rank, 2> both{std::min(peer, context->rank()), std::max(peer, context->rank())};
        acquaintance.messages = context->create_sub_context(both);
    }
    meeting.messages = acquaintance.messages;
    meeting.peer_in_messages = Rank{1 - *meeting.messages->rank()};
    meeting.first_tag = acquaintance.next_tag;
    acquaintance.next_tag =
        (acquaintance.next_tag + 2 * static_cast<std::int32_t>(meeting.lanes)) % kFirstTag;
}

/// Says how it went here, and throws if it did not go well on both sides.
void agree(Conversation& talk, const std::string& failure, std::int32_t peer) {
    const std::string theirs = talk.exchange(failure);
    TT_RUN_REQUIRE(failure.empty(), "{}", failure);
    TT_RUN_REQUIRE(theirs.empty(), "rank {} cannot make its end of the socket: {}", peer, theirs);
}

}  // namespace

Meeting meet(const ContextPtr& context, Rank peer, SocketDescriptor own, const OwnMemory& memory,
             const std::function<void(const SocketDescriptor&)>& check) {
    Conversation talk = begin(context, peer, own);
    const std::int32_t peer_in_world = world_rank(context, peer);
    const std::shared_ptr<Neighbour> known = known_neighbour(peer_in_world);
    own.process = ::getpid();
    own.host = messages_are_forced() ? "" : host_identity();
    own.knows_neighbour = known != nullptr;
    std::optional<NeighbourDoor> door;
    if (!own.host.empty() && *context->rank() < *peer) {
        if (auto opened = NeighbourDoor::open()) {
            door = *std::move(opened);
            own.door = door->name();
        }
    }
    auto heard = decode_descriptor(talk.exchange(encode_descriptor(own)));
    TT_RUN_REQUIRE(heard.has_value(), "rank {}: {}", *peer, heard.error().message());
    Meeting meeting;
    meeting.peer = *std::move(heard);
    TT_RUN_REQUIRE(meeting.peer.failure.empty(), "rank {} cannot make its end of the socket: {}", *peer,
                   meeting.peer.failure);
    const std::vector<std::string> mismatches = find_mismatches(own, *context->rank(), meeting.peer, *peer);
    TT_RUN_REQUIRE(mismatches.empty(), "the two ends of a socket differ: {}",
                   support::join(mismatches, "; "));
    std::string failure;
    try {
        check(meeting.peer);
    } catch (const std::exception& error) {
        failure = error.what();
    }
    agree(talk, failure, *peer);

    meeting.lanes = count_lanes(own, meeting.peer);
    const bool has_door = !own.door.empty() || !meeting.peer.door.empty();
    const bool both_know = own.knows_neighbour && meeting.peer.knows_neighbour;
    bool shares =
        !own.host.empty() && own.host == meeting.peer.host && (both_know || has_door) && meeting.lanes > 0;
    if (shares) {
        const auto arranged = SharedMeeting(own, memory, meeting, peer_in_world, talk.deadline())
                                  .arrange(door ? &*door : nullptr, both_know ? known : nullptr);
        const std::string theirs = talk.exchange(arranged ? "" : arranged.error().message());
        shares = arranged.has_value() && theirs.empty();
        if (!shares) {
            device::warn(fmt::format("no memory is shared with rank {} ({}); messages are used instead",
                                     *peer, arranged ? theirs : arranged.error().message()));
        }
    }
    if (!shares) {
        meeting.neighbour.reset();
        meeting.region.reset();
        if (meeting.lanes > 0) {
            arrange_messages(context, peer, meeting);
        }
    }
    return meeting;
}

void decline(const ContextPtr& context, Rank peer, SocketDescriptor own, const std::string& reason) {
    Conversation talk = begin(context, peer, own);
    own.failure = reason;
    talk.say_last(encode_descriptor(own));
}

}  // namespace tt_run::sockets
