#pragma once

#include <string>
#include <string_view>

#include "support/error.hpp"
#include "tt_run/fabric/fabric_config.hpp"

namespace tt_run::fabric {

bool is_1d(FabricConfig config);
bool is_2d(FabricConfig config);
/// Whether the config uses the wrap links of a dimension (0 down the columns, 1 along the rows).
bool uses_wraps(FabricConfig config, std::size_t dimension);

/// How packets see the network: Linear, Ring, NeighborExchange, Mesh or Torus. DISABLED and CUSTOM have no
/// topology: an error.
support::Result<std::string_view> topology_name(FabricConfig config);

/// The process's one fabric config, and the rules for changing it:
///   DISABLED -> any other -> DISABLED -> ...; the same config again only changes its settings.
/// Not thread-safe: set before devices open, as the rules demand.
class FabricSwitch {
  public:
    /// Refuses, and keeps what was: any change while a device is open; one config over another without
    /// DISABLED between; CUSTOM; DYNAMIC_RECONFIG; no planes at all; UDM without a 2D config. The texts are
    /// stable. What is returned otherwise is something to warn of, or empty.
    support::Result<std::string> set(const FabricSettings& settings, bool device_open);

    const FabricSettings& settings() const { return settings_; }

  private:
    FabricSettings settings_;
};

}  // namespace tt_run::fabric
