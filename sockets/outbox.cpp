#include "sockets/outbox.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace tt_run::sockets {

namespace {

/// Whose outbox has gone. All of them are looked at when they have become twice as many.
struct LeftBehind {
    std::mutex mutex;
    std::deque<Outbox::Sent> messages;
    std::size_t look_at = 64;
};

/// Never destroyed: MPI may still read them while the process ends.
LeftBehind& left_behind() {
    static auto* const all = new LeftBehind;
    return *all;
}

}  // namespace

Outbox::Outbox(distributed::ContextPtr context, distributed::Rank peer)
    : context_(std::move(context)), peer_(peer) {}

Outbox::~Outbox() {
    sweep();
    if (sent_.empty()) {
        return;
    }
    LeftBehind& left = left_behind();
    const std::lock_guard lock(left.mutex);
    std::ranges::move(sent_, std::back_inserter(left.messages));
    if (left.messages.size() >= left.look_at) {
        std::erase_if(left.messages, [](const Sent& sent) { return sent.request->test().has_value(); });
        left.look_at = std::max<std::size_t>(64, 2 * left.messages.size());
    }
}

void Outbox::send(std::vector<std::byte> bytes, std::int32_t tag) {
    sweep();
    sent_.push_back({std::move(bytes), nullptr});
    sent_.back().request = context_->isend(sent_.back().bytes, peer_, distributed::Tag{tag});
}

void Outbox::sweep() {
    while (!sent_.empty() && sent_.front().request->test()) {
        sent_.pop_front();
    }
}

}  // namespace tt_run::sockets
