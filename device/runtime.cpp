#include "device/runtime.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <unistd.h>

#include "distributed/wait_until.hpp"
#include "job/variable_names.hpp"
#include "support/diagnostic_render.hpp"
#include "support/hash.hpp"
#include "support/require.hpp"
#include "tt_run/device/warnings.hpp"

namespace tt_run::device {

namespace {

std::mutex runtime_mutex;
/// Null until the first device opens. Never destroyed: buffers in static storage may outlive everything else.
Runtime* runtime = nullptr;

std::string visible_devices_now() {
    const char* value = std::getenv(job::kVisibleDevicesVariable);
    return value == nullptr ? "(unset)" : value;
}

LocalSystem read_system(const RankInJob& rank) {
    const auto host = support::HostEnvironment::current(environ);
    support::DiagnosticSink sink;
    const auto settings = read_rank_settings(host, sink);
    auto system = settings ? build_local_system(*settings, rank, host, sink) : std::nullopt;
    TT_RUN_REQUIRE(system.has_value(), "no device can be opened here\n{}",
                   support::render_text(sink, support::Colour::off));
    return *std::move(system);
}

ChipMemoryLayout memory_layout(const LocalSystem& system) {
    const ChipFacts& facts = facts_of(system.architecture);
    const std::size_t bank_bytes = system.chip_dram_bytes.value_or(facts.dram_banks * facts.dram_bank_bytes) /
                                   facts.dram_banks / facts.dram_alignment * facts.dram_alignment;
    return {facts.dram_banks, bank_bytes, compute_grid(facts, system.harvested).num_cores(), facts.l1_bytes};
}

}  // namespace

Runtime& Runtime::get() {
    const std::lock_guard lock(runtime_mutex);
    if (runtime == nullptr) {
        runtime = new Runtime;
    }
    return *runtime;
}

bool Runtime::is_started() {
    const std::lock_guard lock(runtime_mutex);
    return runtime != nullptr;
}

Runtime::Runtime() : visible_devices_(visible_devices_now()) {
    const distributed::PurposeScope purpose("opening a mesh device");
    const distributed::ContextPtr world = distributed::DistributedContext::get_current_world();
    system_ = read_system({*world->rank(), *world->size()});
    auto memory = ChipMemory::create(system_.local_chips(), memory_layout(system_));
    TT_RUN_REQUIRE(memory.has_value(), "{}", memory.error().message());
    memory_ = *std::move(memory);
    claimed_.resize(system_.local_chips());
    fabric_.emplace(system_, exchange_bindings(world));
    join_mesh(world);
    world->barrier();
}

std::vector<RankChips> Runtime::exchange_bindings(const distributed::ContextPtr& world) {
    struct Introduction {
        std::int32_t mesh;
        std::int32_t part;
        std::uint64_t machine;  // a digest of its name; 0 for none
        std::uint64_t chips;
    };
    const std::uint64_t machine = system_.machine.empty() ? 0 : support::fnv1a(system_.machine);
    const Introduction mine{system_.mesh.value, system_.host_rank.value, machine, system_.visible.size()};
    std::vector<Introduction> all(static_cast<std::size_t>(*world->size()));
    world->all_gather(std::as_bytes(std::span(&mine, 1)), std::as_writable_bytes(std::span(all)));
    std::vector<RankChips> ranks;
    for (const Introduction& rank : all) {
        const RankBinding binding{rank.mesh, rank.part};
        const auto twin = std::ranges::find(bindings_, binding);
        TT_RUN_REQUIRE(twin == bindings_.end(), "ranks {} and {} both drive host rank {} of mesh {}",
                       twin - bindings_.begin(), bindings_.size(), rank.part, rank.mesh);
        bindings_.push_back(binding);
        ranks.push_back({topology::MeshId{rank.mesh}, topology::MeshHostRank{rank.part}, {}});
    }
    const bool one_machine = mine.machine != 0 && std::ranges::all_of(all, [&](const Introduction& rank) {
                                 return rank.machine == mine.machine;
                             });
    if (one_machine) {
        const std::size_t most = std::ranges::max_element(all, {}, &Introduction::chips)->chips;
        std::vector<std::uint32_t> own(most);
        std::ranges::transform(system_.visible, own.begin(), &topology::AsicIndex::value);
        std::vector<std::uint32_t> chips(most * all.size());
        world->all_gather(std::as_bytes(std::span(own)), std::as_writable_bytes(std::span(chips)));
        for (std::size_t rank = 0; rank < all.size(); ++rank) {
            for (std::size_t k = 0; k < all[rank].chips; ++k) {
                ranks[rank].chips.push_back(topology::AsicIndex{chips[rank * most + k]});
            }
        }
    }
    return ranks;
}

void Runtime::open_fabric() {
    const std::lock_guard lock(mutex_);
    control_plane_ = fabric_->open(get_fabric_settings());
}

const fabric::ControlPlane* Runtime::control_plane() const {
    const std::lock_guard lock(mutex_);
    return control_plane_;
}

bool Runtime::has_open_device() {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(claimed_, true) != claimed_.end();
}

void Runtime::join_mesh(const distributed::ContextPtr& world) {
    if (system_.host_rank_count == 1) {
        return;
    }
    std::vector<distributed::Rank> ranks;
    for (std::int32_t part = 0; part < system_.host_rank_count; ++part) {
        ranks.push_back(rank_of(system_.mesh, topology::MeshHostRank{part}));
        TT_RUN_REQUIRE(*ranks.back() >= 0, "no rank of this job drives host rank {} of mesh {}", part,
                       system_.mesh.value);
    }
    queue_context_ = world->create_sub_context(ranks);
    caller_context_ = queue_context_->duplicate();
}

distributed::Rank Runtime::rank_of(topology::MeshId mesh, topology::MeshHostRank part) const {
    const auto found = std::ranges::find(bindings_, RankBinding{mesh.value, part.value});
    return distributed::Rank(found == bindings_.end() ? -1
                                                      : static_cast<std::int32_t>(found - bindings_.begin()));
}

void Runtime::claim(const std::vector<std::size_t>& local_chips) {
    const std::lock_guard lock(mutex_);
    for (const std::size_t chip : local_chips) {
        TT_RUN_REQUIRE(!claimed_[chip], "device {} is already open as part of another mesh device", chip);
    }
    for (const std::size_t chip : local_chips) {
        claimed_[chip] = true;
    }
}

void Runtime::release(const std::vector<std::size_t>& local_chips) {
    const std::lock_guard lock(mutex_);
    for (const std::size_t chip : local_chips) {
        claimed_[chip] = false;
    }
}

void Runtime::warn_of_changed_environment() {
    const std::lock_guard lock(mutex_);
    if (!warned_ && visible_devices_now() != visible_devices_) {
        warned_ = true;
        warn(fmt::format(
            "{} changed from {} to {} after the first device was opened; the change has no effect",
            job::kVisibleDevicesVariable, visible_devices_, visible_devices_now()));
    }
}

}  // namespace tt_run::device
