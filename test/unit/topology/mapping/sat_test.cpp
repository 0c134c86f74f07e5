#include "topology/mapping/sat.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

using namespace tt_run::topology;

TEST_CASE("a count of literals is the number of those that hold") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const std::size_t size : {1, 2, 3, 7, 64, 513, 700, 1300}) {  // of 512 on, merged by a network
        for (const std::size_t most : {std::size_t{1}, size / 2 + 1, size, size + 5}) {
            SatProblem sat;
            std::vector<int> literals;
            std::size_t held = 0;
            const unsigned share = std::uniform_int_distribution<unsigned>(0, 10)(random);
            for (std::size_t k = 0; k < size; ++k) {
                literals.push_back(sat.new_variable());
                const bool holds = std::uniform_int_distribution<unsigned>(0, 9)(random) < share;
                sat.add({holds ? literals.back() : -literals.back()});
                held += holds ? 1 : 0;
            }
            const std::vector<int> count = sat.count(literals, most);
            INFO(size << " literals, " << held << " hold, at most " << most << " told apart");
            REQUIRE(count.size() == std::min(size, most));
            REQUIRE(sat.solve({}) == SatAnswer::satisfied);
            for (std::size_t k = 0; k < count.size(); ++k) {
                CHECK(sat.holds(count[k]) == (k < held));
            }
        }
    }
}

TEST_CASE("a count can be asked for") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (const std::size_t size : {5, 1100}) {
        const auto wanted = std::uniform_int_distribution<std::size_t>(1, size - 1)(random);
        SatProblem sat;
        std::vector<int> literals;
        for (std::size_t k = 0; k < size; ++k) {
            literals.push_back(sat.new_variable());
        }
        const std::vector<int> count = sat.count(literals, size);
        sat.add({count[wanted - 1]});
        sat.add({-count[wanted]});
        REQUIRE(sat.solve({}) == SatAnswer::satisfied);
        CHECK(static_cast<std::size_t>(std::count_if(literals.begin(), literals.end(), [&](int literal) {
                  return sat.holds(literal);
              })) == wanted);
    }
}
