#pragma once

#include "support/diagnostic.hpp"

namespace tt_run::support {

inline constexpr DiagnosticKind kYamlSyntax{"yaml-syntax"};
inline constexpr DiagnosticKind kYamlDuplicateKey{"yaml-duplicate-key"};
inline constexpr DiagnosticKind kYamlAliasCycle{"yaml-alias-cycle"};
inline constexpr DiagnosticKind kYamlTooLarge{"yaml-too-large"};

}  // namespace tt_run::support
