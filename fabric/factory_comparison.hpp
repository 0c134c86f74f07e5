#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fabric/fabric_system.hpp"
#include "fabric/link_state.hpp"
#include "support/diagnostic.hpp"

namespace tt_run::fabric {

/// Links between two chips, or two meshes: what the Mesh Graph Descriptor asks for, what the factory system
/// descriptor says was cabled, what is live; and what follows.
struct LinkTally {
    std::uint32_t asked = 0;
    std::uint32_t cabled = 0;
    std::uint32_t live = 0;

    /// Routing planes that there should be, the least of a row or column deciding.
    std::uint32_t planes() const { return asked < cabled ? asked : cabled; }
    /// Links between meshes that take part in routing.
    std::uint32_t registered() const { return asked < live ? asked : live; }
    /// Wanted, cabled, and not there.
    std::uint32_t downed() const { return planes() > live ? planes() - live : 0; }
    /// Cabled and not there, and nobody wants them.
    std::uint32_t unused() const { return cabled > live ? cabled - live - downed() : 0; }
    /// Asked for and never cabled: fewer links than the descriptor says, but none is broken.
    std::uint32_t never_cabled() const { return asked > cabled ? asked - cabled : 0; }
    bool operator==(const LinkTally&) const = default;
};

/// Two chips of a mesh, or two meshes (chips are -1), that the descriptor joins.
struct TalliedPair {
    FabricNode a;
    FabricNode b;
    LinkTally links;
};

/// A cable of the factory's that no live link matches, by host, tray, location and channel at both ends.
struct MissingCable {
    std::string a;  ///< `host/tray/location/channel`
    std::string b;
    bool used = false;  ///< it joins two chips that the descriptor joins
    bool between_meshes = false;
    auto operator<=>(const MissingCable&) const = default;
};

struct FactoryComparison {
    std::vector<TalliedPair> pairs;     ///< those whose numbers differ anywhere, sorted
    std::vector<MissingCable> missing;  ///< sorted
    std::size_t factory_cables = 0;
    /// Chips that the factory built in and the cluster lacks, and hosts of the cluster that it never heard
    /// of.
    std::vector<std::string> missing_chips;
    bool no_host_in_common = false;
};

/// Compares what should exist with what is live. Live links that the factory does not list are no mistake.
FactoryComparison compare_with_factory(const FabricSystem& system, const LinkStates& states,
                                       const topology::Cluster& factory);

/// Says what follows for opening a fabric. Errors (`fabric-factory-host`, `fabric-factory-cable`): in every
/// mode, hosts with nothing in common and chips that are gone; under STRICT_INIT, any missing cable, used or
/// not. Under RELAXED_INIT missing cables are a warning, unless there are more than `most_missing` percent of
/// all. (Of two upstream texts that contradict each other on STRICT this is the stricter and newer one; the
/// other one has that limit, of 10 percent.)
void report_factory_comparison(const FactoryComparison& found, bool strict, support::DiagnosticSink& sink,
                               std::optional<double> most_missing = std::nullopt);

}  // namespace tt_run::fabric
