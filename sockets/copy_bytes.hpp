#pragma once

#include <cstddef>

namespace tt_run::sockets {

/// memcpy, but of a part of what moves `total` bytes in all, by whichever way suits those: by memcpy while
/// they fit the caches, then by the processor's own string move, and past the caches if both source and
/// destination could not stay in them anyhow. The parts of one transfer are all copied in the same way. As
/// after memcpy, a release store orders the bytes before what it says of them.
void copy_bytes(std::byte* to, const std::byte* from, std::size_t bytes, std::size_t total);

}  // namespace tt_run::sockets
