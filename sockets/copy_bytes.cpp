#include "sockets/copy_bytes.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <unistd.h>

#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define TT_RUN_COPIES_ITSELF  // sanitizers see memcpy, but neither of the two ways below
#include <emmintrin.h>
#endif

namespace tt_run::sockets {

#ifdef TT_RUN_COPIES_ITSELF
namespace {

constexpr std::size_t kMoveFrom = std::size_t{16} << 20U;
constexpr std::size_t kLine = 64;
constexpr std::size_t kPage = 4096;
/// Pages copied side by side: the processor fetches ahead within a page only, and so on four at once.
constexpr std::size_t kGroup = 4 * kPage;

/// An eighth of the last cache: source and destination take a quarter, and others use it too. (glibc's memcpy
/// judges each call by itself, and by a threshold of several times that.)
std::size_t stream_from() {
    static const std::size_t bytes = [] {
        constexpr std::size_t kLeast = std::size_t{4} << 20U;
        const long cache = ::sysconf(_SC_LEVEL3_CACHE_SIZE);
        return cache <= 0 ? kMoveFrom : std::max(kLeast, static_cast<std::size_t>(cache) / 8);
    }();
    return bytes;
}

void stream_line(std::byte* to, const std::byte* from) {
    const auto* const source = reinterpret_cast<const __m128i*>(from);
    auto* const target = reinterpret_cast<__m128i*>(to);
    const __m128i a = _mm_loadu_si128(source);
    const __m128i b = _mm_loadu_si128(source + 1);
    const __m128i c = _mm_loadu_si128(source + 2);
    const __m128i d = _mm_loadu_si128(source + 3);
    _mm_stream_si128(target, a);
    _mm_stream_si128(target + 1, b);
    _mm_stream_si128(target + 2, c);
    _mm_stream_si128(target + 3, d);
}

/// With stores that go round the caches, and so need not fetch what they overwrite.
void stream(std::byte* to, const std::byte* from, std::size_t bytes) {
    const std::size_t before = (kLine - reinterpret_cast<std::uintptr_t>(to) % kLine) % kLine;
    const std::size_t head = std::min(bytes, before);
    std::memcpy(to, from, head);
    to += head;
    from += head;
    bytes -= head;
    for (; bytes >= kGroup; bytes -= kGroup, to += kGroup, from += kGroup) {
        for (std::size_t line = 0; line < kPage; line += kLine) {
            for (std::size_t at = line; at < kGroup; at += kPage) {
                // Of the next group; beyond the last one it is harmless.
                _mm_prefetch(reinterpret_cast<const char*>(from) + kGroup + at, _MM_HINT_T0);
                stream_line(to + at, from + at);
            }
        }
    }
    std::memcpy(to, from, bytes);
    // Such stores are ordered by no later store, be it a release: a peer that sees the count move could still
    // miss the bytes. Behind this fence they are as any others.
    _mm_sfence();
}

}  // namespace
#endif

void copy_bytes(std::byte* to, const std::byte* from, std::size_t bytes, [[maybe_unused]] std::size_t total) {
#ifdef TT_RUN_COPIES_ITSELF
    if (total >= stream_from()) {
        stream(to, from, bytes);
        return;
    }
    if (total >= kMoveFrom) {
        asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
        return;
    }
#endif
    std::memcpy(to, from, bytes);
}

}  // namespace tt_run::sockets
