#pragma once

#include <string>
#include <vector>

#include "support/diagnostic.hpp"

namespace tt_run::launcher {

/// Ranks that one host may be given.
inline constexpr int kMostSlots = 1'000'000;

/// The hosts in `a,b,,c`, as --hosts takes them: blanks trimmed, empty items left out, in the order written,
/// each with its place. Reports names that no host has (blanks inside, a dash in front, as an empty shell
/// variable leaves it), names given twice, and a list of nothing.
std::vector<support::Spanned<std::string>> parse_host_names(const support::Spanned<std::string>& written,
                                                            support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
