#pragma once

#include <cstddef>

namespace tt_run::sockets {

/// memcpy, but of a part of a transfer of `total` bytes: long ones do not fit the caches, and then the
/// processor's own string move is at least as fast and spares what is in them.
void copy_bytes(std::byte* to, const std::byte* from, std::size_t bytes, std::size_t total);

}  // namespace tt_run::sockets
