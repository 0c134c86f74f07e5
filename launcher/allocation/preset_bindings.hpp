#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/bindings/binding_files.hpp"
#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::launcher {

/// One of the usual ways to split a Galaxy into meshes by whole trays.
struct PresetBindings {
    std::string name;           ///< of its binding file
    std::string configuration;  ///< the folder in configs/ that holds the same split
    GeneratedBindings bindings;
    std::vector<std::vector<std::uint32_t>> trays;  ///< of each rank
};

/// All presets for a Galaxy, Wormhole or Blackhole, in a fixed order. Names, rows and trays are those of the
/// vendor's `generate_rank_bindings.py`; where its versions differ, of the newest that knows the preset. Each
/// chip is named as `numbering_of` says, trays in the order listed, their devices ascending. Reports, at
/// `place`, a cluster that is no single Galaxy with all of its 32 devices; empty exactly then.
std::optional<std::vector<PresetBindings>> build_preset_bindings(const topology::Cluster& cluster,
                                                                 const support::Span& place,
                                                                 support::DiagnosticSink& sink);

/// Whether the links of the cluster contradict a preset: Galaxies have been captured whose trays are joined
/// otherwise. False if links are not known.
bool is_contradicted(const topology::Cluster& cluster, const PresetBindings& preset);

/// Every file of the presets: `tray_to_pcie_device_mapping.yaml` (which device of /dev/tenstorrent is on
/// which tray), the binding files, and each Mesh Graph Descriptor that they name, so that a new directory
/// needs nothing else.
std::vector<OutputFile> render_preset_files(const topology::Cluster& cluster,
                                            const std::vector<PresetBindings>& presets);

/// The Mesh Graph Descriptor of a folder in configs/ that a preset uses, built into the program.
std::string_view preset_descriptor(std::string_view configuration);

}  // namespace tt_run::launcher
