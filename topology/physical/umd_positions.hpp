#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/umd_descriptor.hpp"

namespace tt_run::topology {

/// Where each chip of a descriptor sits, in the order of its `chips`. Rules, strongest first:
/// - Galaxy trays: tray and location from the PCI bus. Without a bus: a Wormhole unique id tells location and
///   which chips share a tray, and its links which trays lie beside each other; failing that the listed
///   locations. The trays' order is a guess then, and said.
/// - Other boards: the tray from the motherboard's slots, if `motherboard` is known or all buses are those of
///   one known machine; else boards rank by their id. The location of an N300's chip is 0 for the one with
///   PCIe and 1 for the one behind it (files that list otherwise are warned of); of others as listed, else by
///   number.
/// - `tt_run_tray_ids`, which only our own exports have, is taken for what it says.
std::vector<TrayPosition> derive_positions(const UmdDescriptor& descriptor, std::string_view motherboard,
                                           support::DiagnosticSink& sink);

}  // namespace tt_run::topology
