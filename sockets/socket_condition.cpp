#include "sockets/socket_condition.hpp"

#include <atomic>

namespace tt_run::sockets {

std::string_view name_of(SocketCondition condition) {
    constexpr std::string_view kNames[] = {"flowing", "backed-up", "starved", "drained"};
    return kNames[static_cast<std::size_t>(condition)];
}

SocketCondition condition_of(std::uint32_t sent, std::uint32_t acked, std::uint32_t fifo, std::uint32_t block,
                             SocketEndpoint waiting) {
    const std::uint32_t inside = bytes_between(acked, sent);
    if (inside == 0) {
        return waiting == SocketEndpoint::receiver ? SocketCondition::starved : SocketCondition::drained;
    }
    return inside > fifo || fifo - inside < block ? SocketCondition::backed_up : SocketCondition::flowing;
}

void record_count(std::uint32_t* word, const FifoCursor& cursor) {
    if (word != nullptr) {
        // Only this end writes it; who reads it orders nothing by it.
        std::atomic_ref(*word).store(cursor.count(), std::memory_order_relaxed);
    }
}

}  // namespace tt_run::sockets
