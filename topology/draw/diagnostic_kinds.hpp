#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::topology::draw {

inline constexpr support::DiagnosticKind kPictureTooLarge{"picture-too-large"};

}  // namespace tt_run::topology::draw
