#include "sockets/copy_bytes.hpp"

#include <cstring>

namespace tt_run::sockets {

void copy_bytes(std::byte* to, const std::byte* from, std::size_t bytes, std::size_t total) {
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    constexpr std::size_t kLong = std::size_t{16} << 20U;
    if (total >= kLong) {
        asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
        return;
    }
#else
    static_cast<void>(total);
#endif
    std::memcpy(to, from, bytes);
}

}  // namespace tt_run::sockets
