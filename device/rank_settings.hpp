#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/host_environment.hpp"

namespace tt_run::device {

/// What a rank's environment says about its devices, each value with its variable as its source text. See
/// docs/environment.md.
struct RankSettings {
    std::optional<support::Spanned<std::int32_t>> mesh_id;
    std::optional<support::Spanned<std::int32_t>> host_rank;
    std::optional<support::Span> mesh_graph_path;
    std::optional<support::Span> visible_devices;  ///< set, perhaps to the empty text
    /// What to emulate: the mock cluster descriptor, or TT_RUN_EMULATE if that is more than `1`.
    std::optional<support::Span> cluster;
    /// Of the machine of TT_RUN_EMULATE: the one that the rank stands for. A mock descriptor is of one host.
    std::optional<support::Span> emulated_host;
    std::optional<support::Span> factory_system;  ///< the wiring that should exist
    std::vector<support::Span> faults;            ///< of links (fabric/link_state.hpp)
    std::optional<std::size_t> chip_dram_bytes;
};

/// Reports every variable that is not what it should be; empty exactly then. TT_METAL_CACHE, where nothing is
/// kept for emulated chips, is only checked.
std::optional<RankSettings> read_rank_settings(const support::HostEnvironment& host,
                                               support::DiagnosticSink& sink);

}  // namespace tt_run::device
