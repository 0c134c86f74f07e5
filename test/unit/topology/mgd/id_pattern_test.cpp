#include "topology/mgd/id_pattern.hpp"

#include <chrono>
#include <numeric>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using tt_run::topology::expand_pattern;
using Ids = std::vector<std::uint32_t>;

namespace {

Ids below(std::uint32_t end) {
    Ids ids(end);
    std::iota(ids.begin(), ids.end(), 0U);
    return ids;
}

}  // namespace

TEST_CASE("a list selects its ids and ranges in the order written, each once") {
    CHECK(*expand_pattern("0,2,4-6", below(16)) == Ids{0, 2, 4, 5, 6});
    CHECK(*expand_pattern(" 7 , 1 - 3, 2", below(16)) == Ids{7, 1, 2, 3});
    CHECK(*expand_pattern("15", below(16)) == Ids{15});
}

TEST_CASE("ids outside the domain disappear") {
    CHECK(*expand_pattern("2-4000000000", below(4)) == Ids{2, 3});
    CHECK(expand_pattern("8", below(8))->empty());
    CHECK(expand_pattern("0-9", {})->empty());
}

TEST_CASE("anything but a list is an expression for the whole id") {
    CHECK(*expand_pattern("[0-9]*[02468]", below(13)) == Ids{0, 2, 4, 6, 8, 10, 12});
    CHECK(*expand_pattern("1.", below(13)) == Ids{10, 11, 12});
    CHECK(*expand_pattern("3|5", below(56)) == Ids{3, 5});
    CHECK(expand_pattern("mesh", below(13))->empty());
}

TEST_CASE("a broken pattern says why") {
    for (const char* pattern : {"", "  ", "0,,2", "1-", "-3", "6-4", "4294967296", "1-2-3", "1 2", ",", "[0-",
                                "(", "*", "(1)\\1", "\\44444422299444422994", "1{50}{50}{50}"}) {
        INFO(pattern);
        const auto ids = expand_pattern(pattern, below(16));
        REQUIRE_FALSE(ids);
        CHECK_FALSE(ids.error().empty());
    }
    CHECK_FALSE(expand_pattern(std::string(201, '1'), below(16)));
}

TEST_CASE("expressions that make backtracking explode are matched at once") {
    const auto start = std::chrono::steady_clock::now();
    CHECK(expand_pattern("((1|1|1|1|1|1|1|1|1|1)*)*2", below(4096)));
    CHECK(expand_pattern("(((.*)*)*)*x", below(4096)));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
}

TEST_CASE("any text gives an answer") {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::string letters = "0123456789,- []()*+?{}|^$.\\d";
    const Ids domain = below(64);
    for (int k = 0; k < 2000; ++k) {
        std::string pattern(random() % 12, ' ');
        for (char& c : pattern) {
            c = letters[random() % letters.size()];
        }
        INFO(pattern);
        if (const auto ids = expand_pattern(pattern, domain)) {
            CHECK(ids->size() <= domain.size());
        }
    }
}
