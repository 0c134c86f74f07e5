#pragma once

#include <optional>
#include <vector>

#include "device/local_system.hpp"
#include "fabric/control_plane.hpp"

namespace tt_run::device {

/// Which chips of the machine a rank sees, and for which part of which mesh.
struct RankChips {
    topology::MeshId mesh;
    topology::MeshHostRank part;
    std::vector<topology::AsicIndex> chips;  ///< sorted; empty if the ranks do not share one machine
};

/// The chips of the whole job and the network between them. Worked out when first asked for, the same in
/// every rank. Not thread-safe.
class JobFabric {
  public:
    /// `ranks` by rank. `system` must outlive this.
    JobFabric(const LocalSystem& system, std::vector<RankChips> ranks);

    /// Every mesh on chips of the machine that all ranks name, those of each part among what its rank sees;
    /// without such a machine on one made to measure (topology/mapping/ideal_cluster.hpp). Without an MGD,
    /// one mesh of all visible chips. Throws std::runtime_error if the job does not fit, with the reason.
    const fabric::FabricSystemPtr& system();

    /// The control plane for these settings, opened if it is not open with them already; null for DISABLED.
    /// Throws with every missing cable, also by a factory system descriptor; warns of what is lost. The
    /// pointer is good until the next call.
    const fabric::ControlPlane* open(const fabric::FabricSettings& settings);

  private:
    fabric::FabricSystemPtr map_onto_machine() const;
    fabric::FabricSystemPtr make_to_measure() const;
    bool compare_with_factory(const fabric::LinkStates& states, fabric::FabricReliability reliability,
                              support::DiagnosticSink& sink);

    const LocalSystem& local_;
    std::vector<RankChips> ranks_;
    fabric::FabricSystemPtr system_;
    bool on_machine_ = false;  ///< `system_` stands on chips that somebody named
    std::optional<fabric::FabricSettings> opened_;
    std::optional<fabric::ControlPlane> plane_;
};

}  // namespace tt_run::device
