// Allocation and chip memory, without a device.

#include <algorithm>
#include <fstream>
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "device/chip_facts.hpp"
#include "device/chip_memory.hpp"
#include "device/lockstep_allocator.hpp"

using namespace tt_run;
using namespace tt_run::device;

namespace {

/// Kilobytes of this process that are in memory.
std::size_t resident_kilobytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) {
            return std::stoul(line.substr(6));
        }
    }
    return 0;
}

}  // namespace

TEST_CASE("the architecture table agrees with itself") {
    const ChipFacts& wormhole = facts_of(topology::Architecture::wormhole_b0);
    CHECK(compute_grid(wormhole, 0) == CoreGrid{.y = 9, .x = 8});
    CHECK(compute_grid(wormhole, 1) == CoreGrid{.y = 8, .x = 8});
    CHECK(compute_grid(wormhole, 2) == CoreGrid{.y = 7, .x = 8});
    CHECK(wormhole.dram_banks * wormhole.dram_bank_bytes == std::size_t{12} << 30U);
    const ChipFacts& blackhole = facts_of(topology::Architecture::blackhole);
    CHECK(compute_grid(blackhole, 0) == CoreGrid{.y = 10, .x = 13});
    CHECK(compute_grid(blackhole, 2) == CoreGrid{.y = 10, .x = 11});
    CHECK(alignment_of(blackhole, BufferType::dram) == 64);
    CHECK(alignment_of(blackhole, BufferType::l1) == 16);
}

TEST_CASE("32 chips of 12 GiB cost only what is touched, and give it back") {
    const ChipMemoryLayout layout{12, std::size_t{1} << 30U, 72, 1'499'136};
    const std::size_t before = resident_kilobytes();
    auto memory = ChipMemory::create(32, layout);
    REQUIRE(memory);
    CHECK((*memory)->size() > std::size_t{32} * 12 << 30U);
    for (std::size_t chip = 0; chip < 32; ++chip) {
        (*memory)->dram(chip).back() = std::byte{1};
        (*memory)->l1(chip).front() = std::byte{2};
    }
    CHECK(resident_kilobytes() - before < 4096);
    const std::span<std::byte> some = (*memory)->dram(3).subspan(100, 16U << 20U);
    std::ranges::fill(some, std::byte{7});
    CHECK(resident_kilobytes() - before > 15'000);
    (*memory)->discard(some);
    CHECK(resident_kilobytes() - before < 8192);
    CHECK(some[100'000] == std::byte{0});
    CHECK(some.front() == std::byte{7});  // its page is shared with what lies in front
}

TEST_CASE("stretches do not overlap on any chip, and the lowest fitting place is taken") {
    const std::uint32_t seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    LockstepAllocator allocator(1000, 100'000, 32);
    struct Live {
        std::size_t begin;
        std::size_t end;
        ChipSet chips;
    };
    std::vector<Live> live;
    for (int step = 0; step < 3000; ++step) {
        if (!live.empty() && random() % 5 < 2) {
            const std::size_t index = random() % live.size();
            allocator.release(live[index].begin, live[index].chips);
            live.erase(live.begin() + static_cast<std::ptrdiff_t>(index));
            continue;
        }
        ChipSet chips(4);
        do {
            for (std::size_t k = 0; k < chips.size(); ++k) {
                chips[k] = random() % 2 == 0;
            }
        } while (std::ranges::find(chips, true) == chips.end());
        const std::size_t bytes = 1 + random() % 9000;
        const auto from = random() % 2 == 0 ? LockstepAllocator::From::bottom : LockstepAllocator::From::top;
        const LockstepAllocator::Free free = allocator.free_on(chips);
        const auto address = allocator.allocate(bytes, chips, from);
        const std::size_t rounded = (bytes + 31) / 32 * 32;
        REQUIRE(address.has_value() == (free.largest >= rounded));
        if (!address) {
            continue;
        }
        REQUIRE(*address % 32 == 0);
        REQUIRE(*address >= 1000);
        REQUIRE(*address + rounded <= 100'000);
        for (const Live& other : live) {
            const bool together =
                std::ranges::equal(other.chips, chips, [](bool a, bool b) { return !(a && b); });
            REQUIRE((together || other.end <= *address || *address + rounded <= other.begin));
        }
        live.push_back({*address, *address + rounded, chips});
    }
}

TEST_CASE("a place can be asked for") {
    LockstepAllocator allocator(0, 1024, 16);
    const ChipSet chips{true, true};
    CHECK(allocator.allocate_at(256, 100, chips));
    CHECK(!allocator.allocate_at(304, 16, chips));
    CHECK(!allocator.allocate_at(8, 16, chips));
    CHECK(!allocator.allocate_at(1008, 32, chips));
    CHECK(allocator.allocate_at(304, 16, ChipSet{true, true}) == false);
    allocator.release(256, chips);
    CHECK(allocator.free_on(chips).largest == 1024);
    CHECK(allocator.live() == 0);
}
