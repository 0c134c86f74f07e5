#include "launcher/run/rank_phases.hpp"

#include <random>
#include <string>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tt_run;
using launcher::PhaseStretch;
using launcher::RankPhases;

namespace {

using job::PhaseKind;
using job::Role;

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kStart = 5'000'000'000;

job::Phase at(PhaseKind kind, std::uint64_t ms_after_start) {
    return {kind, kStart + ms_after_start * kMs};
}

/// `launch 0-100 run 100-300`, in milliseconds.
std::string told(const RankPhases& phases, double start, double end) {
    std::string text;
    for (const PhaseStretch& stretch : phases.stretches(start, end)) {
        text += fmt::format("{}{} {:.0f}-{:.0f}", text.empty() ? "" : " ", stretch.name, stretch.begin * 1e3,
                            stretch.end * 1e3);
    }
    return text;
}

}  // namespace

TEST_CASE("a rank that nobody speaks for launches and runs") {
    const RankPhases silent;
    CHECK(silent.is_unknown());
    CHECK(!silent.is_ready());
    CHECK(told(silent, 0.1, 0.3) == "launch 0-100 run 100-300");
}

TEST_CASE("phases follow one another from the rank's own start, whatever its clock says") {
    RankPhases phases;
    phases.set_start(kStart);
    phases.enter(at(PhaseKind::open, 10), Role::runtime);
    phases.enter(at(PhaseKind::mpi, 12), Role::runtime);
    phases.enter(at(PhaseKind::open, 20), Role::runtime);
    CHECK(!phases.is_ready());
    phases.enter(at(PhaseKind::run, 30), Role::runtime);
    CHECK(phases.is_ready());
    phases.enter(at(PhaseKind::close, 80), Role::runtime);
    CHECK(!phases.is_ready());
    CHECK(told(phases, 0.1, 0.2) ==
          "launch 0-100 run 100-110 open 110-112 MPI 112-120 open 120-130 run 130-180 close 180-200");
    phases.enter(at(PhaseKind::run, 90), Role::runtime);
    CHECK(!phases.is_ready());  // its devices are closed
}

TEST_CASE("what a runtime says replaces what its agent has guessed") {
    RankPhases phases;
    phases.set_start(kStart);
    phases.enter(at(PhaseKind::mpi, 5), Role::agent);
    phases.enter(at(PhaseKind::run, 9), Role::agent);
    CHECK(phases.is_ready());
    CHECK(!phases.is_told_by_runtime());
    phases.enter(at(PhaseKind::open, 4), Role::runtime);
    phases.enter(at(PhaseKind::run, 40), Role::runtime);
    phases.enter(at(PhaseKind::close, 50), Role::agent);
    CHECK(phases.is_told_by_runtime());
    CHECK(told(phases, 0, 0.1) == "launch 0-0 run 0-4 open 4-40 run 40-100");
}

TEST_CASE("many sockets in a row are one stretch") {
    RankPhases phases;
    phases.set_start(kStart);
    for (std::uint64_t k = 0; k < 100; ++k) {
        phases.enter({PhaseKind::sockets, kStart + 10 * kMs + k * 500'000}, Role::runtime);
        phases.enter({PhaseKind::run, kStart + 10 * kMs + k * 500'000 + 400'000}, Role::runtime);
    }
    CHECK(told(phases, 0, 0.1) == "launch 0-0 run 0-10 sockets 10-60 run 60-100");
}

TEST_CASE("whatever is told, stretches have no gaps, never run backwards, and are bounded") {
    const unsigned seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 50; ++round) {
        RankPhases phases;
        phases.set_start(random() % 4 == 0 ? random() : kStart);
        for (int k = 0; k < 3000; ++k) {
            const auto kind = static_cast<PhaseKind>(1 + random() % 5);
            phases.enter({kind, random() % 4 == 0 ? random() : kStart + random() % (900 * kMs)},
                         random() % 2 == 0 ? Role::agent : Role::runtime);
        }
        const auto stretches = phases.stretches(0.25, 1.0);
        REQUIRE(stretches.size() <= 1003);
        CHECK(stretches.front().begin == 0);
        CHECK(stretches.back().end == 1.0);
        for (std::size_t k = 0; k < stretches.size(); ++k) {
            CHECK(stretches[k].begin <= stretches[k].end);
            CHECK((k == 0 || stretches[k].begin == stretches[k - 1].end));
        }
    }
}
