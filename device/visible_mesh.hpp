#pragma once

#include "device/local_system.hpp"
#include "fabric/fabric_system.hpp"

namespace tt_run::device {

/// The network of a process that sees chips of a cluster and has no MGD: one mesh, of the shape that its
/// devices stand in, on those chips. Neighbours ask for as many links as every two of them have; a dimension
/// is a RING if all its rows or columns close. Throws std::runtime_error if the chips' links form no such
/// mesh, with the reason.
fabric::FabricSystemPtr build_visible_mesh(const LocalSystem& system);

}  // namespace tt_run::device
