#include "fabric/deadlock_check.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "support/check.hpp"

namespace tt_run::fabric {

namespace {

constexpr std::uint32_t kMostChips = 65'536;
constexpr std::int32_t kMostChipsOfMesh = 4'096;

/// Numbers for channels: those of a mesh by chip, slot and virtual channel; then those between meshes.
class ChannelNumbers {
  public:
    explicit ChannelNumbers(const ControlPlane& plane) : plane_(plane) {
        const std::uint32_t stages = plane.stages();
        between_channels_ = plane.options().one_virtual_channel ? 1 : stages;
        for (std::size_t mesh = 0; mesh < plane.system().mesh_count(); ++mesh) {
            const MeshRouter& router = plane.router(mesh);
            Slot slots = 0;
            for (std::int32_t chip = 0; chip < router.links().chips(); ++chip) {
                slots = std::max(slots, router.links().slots(chip));
            }
            const std::uint32_t channels = plane.options().one_virtual_channel ? 1 : stages * router.lanes();
            meshes_.push_back({count_, slots, channels});
            count_ += static_cast<std::uint32_t>(router.links().chips()) * slots * channels;
        }
        first_between_ = count_;
        count_ += static_cast<std::uint32_t>(plane.exits().ports().size()) * between_channels_;
    }

    std::uint32_t count() const { return count_; }

    std::uint32_t of(const Hop& hop) const {
        if (hop.leaves_mesh()) {
            return first_between_ + hop.port * between_channels_ + hop.virtual_channel;
        }
        const PerMesh& mesh = meshes_[hop.from.mesh];
        return mesh.first +
               (static_cast<std::uint32_t>(hop.from.chip) * mesh.slots + hop.slot) * mesh.channels +
               hop.virtual_channel;
    }

    Hop hop(std::uint32_t number) const {
        Hop hop;
        if (number >= first_between_) {
            hop.port = (number - first_between_) / between_channels_;
            hop.virtual_channel = static_cast<std::uint16_t>((number - first_between_) % between_channels_);
            const ExitPort& port = plane_.exits().ports()[hop.port];
            hop.from = port.from;
            hop.to = port.to;
            hop.direction = port.direction;
            return hop;
        }
        const auto after =
            std::upper_bound(meshes_.begin(), meshes_.end(), number,
                             [](std::uint32_t key, const PerMesh& one) { return key < one.first; });
        const auto mesh = static_cast<std::uint32_t>(after - meshes_.begin() - 1);
        const PerMesh& one = meshes_[mesh];
        const std::uint32_t within = number - one.first;
        hop.virtual_channel = static_cast<std::uint16_t>(within % one.channels);
        hop.slot = static_cast<Slot>(within / one.channels % one.slots);
        hop.from = {mesh, static_cast<std::int32_t>(within / one.channels / one.slots)};
        hop.to = {mesh, plane_.router(mesh).links().neighbour(hop.from.chip, hop.slot)};
        hop.direction = direction_of(hop.slot);
        return hop;
    }

  private:
    struct PerMesh {
        std::uint32_t first;
        Slot slots;
        std::uint32_t channels;
    };
    const ControlPlane& plane_;
    std::vector<PerMesh> meshes_;
    std::uint32_t between_channels_ = 1;
    std::uint32_t first_between_ = 0;
    std::uint32_t count_ = 0;
};

class DependencyGraph {
  public:
    explicit DependencyGraph(const ControlPlane& plane)
        : plane_(plane), numbers_(plane), successors_(numbers_.count()), used_(numbers_.count(), false) {}

    DeadlockReport check() {
        for (std::uint32_t mesh = 0; mesh < plane_.system().mesh_count(); ++mesh) {
            deliver_within(mesh);
        }
        if (is_2d(plane_.options().settings.config)) {
            for (std::uint32_t mesh = 0; mesh < plane_.system().mesh_count(); ++mesh) {
                leave(mesh);
            }
        }
        DeadlockReport report;
        report.channels = static_cast<std::uint64_t>(std::count(used_.begin(), used_.end(), true));
        for (const auto& next : successors_) {
            report.dependencies += next.size();
        }
        for (const std::uint32_t channel : find_cycle()) {
            report.cycle.push_back(numbers_.hop(channel));
        }
        return report;
    }

  private:
    void depend(const std::optional<Hop>& before, const Hop& hop) {
        const std::uint32_t to = numbers_.of(hop);
        used_[to] = true;
        if (before) {
            std::vector<std::uint32_t>& next = successors_[numbers_.of(*before)];
            if (std::find(next.begin(), next.end(), to) == next.end()) {
                next.push_back(to);
            }
        }
    }

    /// Packets for every chip of a mesh, from every chip of it. Two packets for one target that stand on one
    /// chip after the same move go on alike, so each such place is left once.
    void deliver_within(std::uint32_t mesh) {
        const MeshLinks& links = plane_.router(mesh).links();
        Slot most_slots = kFirstExpressSlot;
        for (std::int32_t chip = 0; chip < links.chips(); ++chip) {
            most_slots = std::max(most_slots, links.slots(chip));
        }
        const std::size_t places = static_cast<std::size_t>(links.chips()) * (most_slots + 1U);
        std::vector<std::int32_t> left_for(places, -1);
        for (std::int32_t target = 0; target < links.chips(); ++target) {
            for (std::int32_t start = 0; start < links.chips(); ++start) {
                Packet packet{{mesh, start}, {mesh, target}, Hop::kNoPort, std::nullopt};
                std::optional<Hop> before;
                while (true) {
                    const std::size_t place = static_cast<std::size_t>(packet.at.chip) * (most_slots + 1U) +
                                              (packet.arrived ? *packet.arrived + 1U : 0U);
                    const bool known = left_for[place] == target;
                    left_for[place] = target;
                    const auto hop = plane_.advance(packet);
                    if (!hop) {
                        break;
                    }
                    depend(before, *hop);
                    if (known) {
                        break;  // and what comes behind is known as well
                    }
                    before = hop;
                }
            }
        }
    }

    /// Packets for other meshes, from every chip of this one to its exit and one move beyond. Where they
    /// enter the next mesh they go on as packets do that start there.
    void leave(std::uint32_t mesh) {
        using Way = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;
        std::set<Way> known;
        const std::size_t meshes = plane_.system().mesh_count();
        for (std::uint32_t target = 0; target < meshes; ++target) {
            const MeshPaths::Row& row = plane_.paths().to(target);
            if (target == mesh || row.ways[mesh].next == MeshPaths::kNoWay) {
                continue;
            }
            const std::uint32_t next = plane_.exits().neighbours(mesh)[row.ways[mesh].next].mesh;
            // Ways with the same next two meshes and stages differ in nothing that is looked at here.
            const Way way{row.ways[mesh].next, row.ways[mesh].stage, row.ways[next].next,
                          next == target ? 0U : row.ways[next].stage};
            if (!known.insert(way).second) {
                continue;
            }
            for (std::int32_t start = 0; start < plane_.router(mesh).links().chips(); ++start) {
                follow_out({mesh, start}, target, next == target);
            }
        }
    }

    void follow_out(NodeAt start, std::uint32_t target, bool home_next) {
        Packet packet{start, {target, 0}, Hop::kNoPort, std::nullopt};
        std::optional<Hop> before;
        while (packet.at.mesh == start.mesh) {
            const auto hop = plane_.advance(packet);
            if (!hop) {
                return;
            }
            depend(before, *hop);
            before = hop;
        }
        if (!home_next) {
            const auto hop = plane_.advance(packet);
            if (hop) {
                depend(before, *hop);
            }
            return;
        }
        if (!arrived_.insert(numbers_.of(*before)).second) {
            return;
        }
        for (std::int32_t chip = 0; chip < plane_.router(target).links().chips(); ++chip) {
            Packet last{packet.at, {target, chip}, Hop::kNoPort, std::nullopt};
            const auto hop = plane_.advance(last);
            if (hop) {
                depend(before, *hop);
            }
        }
    }

    /// Depth first without recursion; a channel that is met again while it is still on the way closes one.
    std::vector<std::uint32_t> find_cycle() const {
        enum : std::uint8_t { kNew, kOnWay, kDone };
        struct Visit {
            std::uint32_t channel;
            std::size_t next;
        };
        std::vector<std::uint8_t> state(successors_.size(), kNew);
        std::vector<Visit> way;
        for (std::uint32_t root = 0; root < successors_.size(); ++root) {
            if (state[root] != kNew) {
                continue;
            }
            way.push_back({root, 0});
            state[root] = kOnWay;
            while (!way.empty()) {
                Visit& top = way.back();
                if (top.next == successors_[top.channel].size()) {
                    state[top.channel] = kDone;
                    way.pop_back();
                    continue;
                }
                const std::uint32_t channel = successors_[top.channel][top.next++];
                if (state[channel] == kOnWay) {
                    return cycle_from(channel, way);
                }
                if (state[channel] == kNew) {
                    state[channel] = kOnWay;
                    way.push_back({channel, 0});
                }
            }
        }
        return {};
    }

    template <class Way>
    static std::vector<std::uint32_t> cycle_from(std::uint32_t channel, const Way& way) {
        std::vector<std::uint32_t> cycle;
        for (auto visit = way.rbegin(); visit != way.rend(); ++visit) {
            cycle.push_back(visit->channel);
            if (visit->channel == channel) {
                break;
            }
        }
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
    }

    const ControlPlane& plane_;
    ChannelNumbers numbers_;
    std::vector<std::vector<std::uint32_t>> successors_;
    std::vector<bool> used_;
    std::set<std::uint32_t> arrived_;  ///< channels into meshes whose packets' next moves are known
};

}  // namespace

support::Result<DeadlockReport> check_deadlock(const ControlPlane& plane) {
    const FabricSystem& system = plane.system();
    if (system.node_count() > kMostChips) {
        return std::unexpected(
            support::Error(fmt::format("{} chips are too many to follow every packet; at most {} are",
                                       system.node_count(), kMostChips)));
    }
    for (const Mesh& mesh : system.graph().meshes) {
        if (mesh.chip_count() > kMostChipsOfMesh) {
            return std::unexpected(support::Error(
                fmt::format("mesh {} has {} chips, too many to follow every packet; at most {} are",
                            mesh.id.value, mesh.chip_count(), kMostChipsOfMesh)));
        }
    }
    return DependencyGraph(plane).check();
}

std::vector<std::string> render_cycle(const ControlPlane& plane, const DeadlockReport& report) {
    std::vector<std::string> lines;
    for (const Hop& hop : report.cycle) {
        lines.push_back(fmt::format("{} -{}-> {}, channel {}", name_of(plane.system().node(hop.from)),
                                    name_of(hop.direction), name_of(plane.system().node(hop.to)),
                                    hop.virtual_channel));
    }
    return lines;
}

}  // namespace tt_run::fabric
