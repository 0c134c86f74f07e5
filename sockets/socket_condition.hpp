#pragma once

#include <cstdint>
#include <string_view>

#include "sockets/fifo_cursor.hpp"
#include "tt_run/sockets/socket_config.hpp"

namespace tt_run::sockets {

/// How a connection stands, by its two counts alone: the four words of tt-exalens.
enum class SocketCondition : std::uint8_t {
    flowing,    ///< something is in the FIFO, and there is room
    backed_up,  ///< no room for another block: the receiver does not take any
    starved,    ///< nothing is in the FIFO, and the receiver waits
    drained,    ///< nothing is in the FIFO, and the receiver does not wait
};
std::string_view name_of(SocketCondition condition);

/// Of a connection one of whose ends waits, with blocks of `block` bytes.
SocketCondition condition_of(std::uint32_t sent, std::uint32_t acked, std::uint32_t fifo, std::uint32_t block,
                             SocketEndpoint waiting);

/// Puts an end's count where programs and tools look for it, as on silicon: its word in L1, if it has one.
void record_count(std::uint32_t* word, const FifoCursor& cursor);

}  // namespace tt_run::sockets
