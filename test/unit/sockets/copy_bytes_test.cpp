#include "sockets/copy_bytes.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

using tt_run::sockets::copy_bytes;

namespace {

constexpr std::size_t kGuard = 128;
/// Totals for which memcpy, the string move and streaming stores are taken, whatever caches there are.
constexpr std::size_t kTotals[] = {0, std::size_t{16} << 20U, SIZE_MAX};

std::vector<std::byte> random_bytes(std::mt19937& random, std::size_t count) {
    std::vector<std::byte> bytes(count);
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

/// Copies from and to places so far behind a line's begin, and looks at every byte, those around it too.
void check_copy(const std::vector<std::byte>& source, std::vector<std::byte>& target, std::size_t from,
                std::size_t to, std::size_t bytes, std::size_t total) {
    INFO(bytes << " bytes from " << from << " to " << to << ", of " << total);
    std::vector<std::byte> expected = target;
    std::copy_n(source.begin() + static_cast<std::ptrdiff_t>(from), bytes,
                expected.begin() + static_cast<std::ptrdiff_t>(kGuard + to));
    copy_bytes(target.data() + kGuard + to, source.data() + from, bytes, total);
    REQUIRE(target == expected);
}

}  // namespace

TEST_CASE("bytes are copied, and no others, from any place to any place, in any number") {
    std::mt19937 random(std::random_device{}());
    const auto seed = random();
    INFO("seed " << seed);
    random.seed(seed);
    constexpr std::size_t kMost = 70'000;
    const std::vector<std::byte> source = random_bytes(random, kMost + 64);
    std::vector<std::byte> target = random_bytes(random, kMost + 64 + 2 * kGuard);
    for (const std::size_t total : kTotals) {
        for (std::size_t bytes = 0; bytes <= 200; ++bytes) {
            check_copy(source, target, random() % 64, random() % 64, bytes, total);
        }
        // Around one group of pages, and around four.
        for (const std::size_t edge : {std::size_t{16'384}, std::size_t{65'536}}) {
            for (std::size_t to = 0; to < 64; to += 7) {
                for (const std::size_t more :
                     {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{4'096}}) {
                    check_copy(source, target, random() % 64, to, edge - 64 + more, total);
                    check_copy(source, target, random() % 64, to, std::min(kMost, edge + more), total);
                }
            }
        }
    }
}
