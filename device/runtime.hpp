#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "device/chip_facts.hpp"
#include "device/chip_memory.hpp"
#include "device/job_fabric.hpp"
#include "device/local_system.hpp"
#include "tt_run/device/fabric.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::device {

/// The process's one runtime: what it drives, the memory of its chips, and the ranks that drive the rest of
/// its mesh. Made when the first device opens, never before, and kept to the end of the process. Apart from
/// `claim` and `release` immutable; safe from any thread.
class Runtime {
  public:
    /// Starts it if need be: collective over all ranks of the world. Throws std::runtime_error whose text
    /// names every variable that is wrong; the next call tries again.
    static Runtime& get();
    static bool is_started();

    const LocalSystem& system() const { return system_; }
    const ChipFacts& facts() const { return facts_of(system_.architecture); }
    CoreGrid grid() const { return compute_grid(facts(), system_.harvested); }
    const ChipMemory& memory() const { return *memory_; }

    /// Between the ranks that drive one mesh, in order of their host ranks; null if this rank drives it
    /// alone. One for queued work, the other for the program's own thread: their calls do not meet.
    const distributed::ContextPtr& mesh_context_of_queues() const { return queue_context_; }
    const distributed::ContextPtr& mesh_context_of_callers() const { return caller_context_; }
    /// The rank in the world that drives a part of a mesh, by mesh id and host rank; -1 if none does.
    distributed::Rank rank_of(topology::MeshId mesh, topology::MeshHostRank part) const;

    /// By rank of the world.
    const std::vector<RankBinding>& bindings() const { return bindings_; }

    /// Opens the fabric as it is set now (tt_run/device/fabric.hpp). Throws what keeps it from opening.
    void open_fabric();
    /// The control plane that the devices opened with; null if the fabric was DISABLED. Good while a device
    /// is open.
    const fabric::ControlPlane* control_plane() const;
    bool has_open_device();

    /// A device may be part of one open mesh device only (submeshes aside). Throws if one of them is taken.
    void claim(const std::vector<std::size_t>& local_chips);
    void release(const std::vector<std::size_t>& local_chips);

    /// Warns, once, if TT_VISIBLE_DEVICES is no longer what it was when the runtime started.
    void warn_of_changed_environment();

  private:
    Runtime();
    std::vector<RankChips> exchange_bindings(const distributed::ContextPtr& world);
    void join_mesh(const distributed::ContextPtr& world);

    LocalSystem system_;
    std::shared_ptr<ChipMemory> memory_;
    std::vector<RankBinding> bindings_;
    distributed::ContextPtr queue_context_;
    distributed::ContextPtr caller_context_;
    std::string visible_devices_;
    std::optional<JobFabric> fabric_;
    const fabric::ControlPlane* control_plane_ = nullptr;
    mutable std::mutex mutex_;
    std::vector<bool> claimed_;
    bool warned_ = false;
};

}  // namespace tt_run::device
