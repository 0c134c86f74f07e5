#pragma once

#include "topology/physical/umd_chips.hpp"

namespace tt_run::topology {

/// Reads `boards` and puts each chip on its board. A chip that is on none gets a board of its own, with a
/// warning. Reports boards that lack something and chips on two.
void read_umd_boards(const support::YamlNode& root, const UmdChips& chips, UmdDescriptor& found,
                     support::DiagnosticSink& sink);

}  // namespace tt_run::topology
