// Programs that go on for long, and fail if they take more of anything than they did at first: scripts/soak.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include <unistd.h>

#include "test/runtime/socket_program.hpp"

namespace tt_run::test {

using namespace tt_run::device;
using namespace tt_run::sockets;
using distributed::Rank;
using Clock = std::chrono::steady_clock;

namespace {

/// What has been taken by now may still grow so much: allocators keep what they had, threads come and go.
constexpr long kMoreKibibytes = 4096;
constexpr long kMoreDescriptors = 2;
constexpr long kMoreMappings = 16;

/// What this process holds.
struct Holdings {
    long resident_kib = 0;
    long descriptors = 0;
    long mappings = 0;
};

Holdings holdings() {
    long pages = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    std::ifstream maps("/proc/self/maps");
    const auto lines = std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
    return {resident * (::sysconf(_SC_PAGESIZE) / 1024),
            std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}), lines};
}

void tell(const char* what, long done, const Holdings& held) {
    std::printf("rank %d: %ld %s, %ld KiB, %ld descriptors, %ld mappings\n", own_rank(), done, what,
                held.resident_kib, held.descriptors, held.mappings);
    std::fflush(stdout);
}

void require_no_more(const Holdings& now, const Holdings& before) {
    require(now.resident_kib <= before.resident_kib + kMoreKibibytes, "memory has grown");
    require(now.descriptors <= before.descriptors + kMoreDescriptors, "descriptors have been left open");
    require(now.mappings <= before.mappings + kMoreMappings, "memory has been left mapped");
}

long number(const char* variable) {
    const char* const text = std::getenv(variable);
    require(text != nullptr, "SOAK_CYCLES or SOAK_SECONDS is not set");
    return std::atol(text);
}

/// One socket each way, made, used once in a hundred times, and closed.
void cycle_once(const std::shared_ptr<MeshDevice>& device, long cycle, std::uint32_t seed) {
    const Geometry geometry{1024, 64, 2048};
    const MeshSocket forward(device, between(0, 1, geometry.fifo, device->shape()));
    const MeshSocket backward(device, between(1, 0, geometry.fifo, device->shape()));
    if (cycle % 100 == 0) {
        own_rank() == 0 ? send_bytes(seed, geometry, device, forward)
                        : receive_on(seed, geometry, device, forward);
        own_rank() == 1 ? send_bytes(seed, geometry, device, backward)
                        : receive_on(seed, geometry, device, backward);
        device->synchronize();
    }
}

void cycles() {
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    const long all = number("SOAK_CYCLES") / 2;
    Holdings before;
    for (long cycle = 0; cycle < all; ++cycle) {
        cycle_once(device, cycle, seed + static_cast<std::uint32_t>(cycle));
        if (cycle == all / 10) {
            before = holdings();
            tell("sockets", 2 * cycle, before);
        }
    }
    world()->barrier();
    const Holdings now = holdings();
    tell("sockets", 2 * all, now);
    require_no_more(now, before);
}

/// Whether to go on, as rank 0 sees it.
bool goes_on(Clock::time_point end) {
    std::array<char, 1> more{Clock::now() < end};
    world()->broadcast(std::as_writable_bytes(std::span(more)), Rank{0});
    return more[0] != 0;
}

/// Random tensors both ways over sockets of random geometry, each compared, until the time is over.
void transfers() {
    constexpr std::array<Geometry, 5> kGeometries{{{1024, 64, 2048},
                                                   {2048, 256, 4096},
                                                   {4096, 1088, 78336},
                                                   {512, 128, 16384},
                                                   {65536, 4096, 1 << 20}}};
    const auto device = open();
    const std::uint32_t seed = shared_seed();
    std::mt19937 random(seed);
    const auto begin = Clock::now();
    const auto seconds = std::chrono::seconds(number("SOAK_SECONDS"));
    auto look_again = begin + seconds / 10;
    Holdings before;
    long done = 0;
    while (goes_on(begin + seconds)) {
        const Geometry geometry = kGeometries[random() % kGeometries.size()];
        const BufferType type = random() % 2 == 0 ? BufferType::l1 : BufferType::dram;
        const MeshSocket forward(device, between(0, 1, geometry.fifo, device->shape(), type));
        const MeshSocket backward(device, between(1, 0, geometry.fifo, device->shape(), type));
        for (int round = 0; round < 50; ++round, done += 2) {
            const auto own_seed = static_cast<std::uint32_t>(random());
            own_rank() == 0 ? send_bytes(own_seed, geometry, device, forward)
                            : receive_on(own_seed, geometry, device, forward);
            own_rank() == 1 ? send_bytes(own_seed, geometry, device, backward)
                            : receive_on(own_seed, geometry, device, backward);
        }
        device->synchronize();
        if (Clock::now() >= look_again) {
            const Holdings now = holdings();
            tell("transfers", done, now);
            if (before.descriptors == 0) {
                before = now;
            }
            look_again += seconds / 10;
        }
    }
    const Holdings now = holdings();
    tell("transfers", done, now);
    require(before.descriptors != 0, "the time was too short to compare");
    require_no_more(now, before);
}

}  // namespace

void add_endurance(Programs& programs) {
    programs["soak-cycles"] = cycles;
    programs["soak-transfers"] = transfers;
}

}  // namespace tt_run::test
