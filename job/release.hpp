#pragma once

#include <string_view>

namespace tt_run::job {

/// The version of tt-run that this program is part of. Supervisor and agents must be of one release; a
/// library that a program was linked with need not be.
std::string_view release();

}  // namespace tt_run::job
