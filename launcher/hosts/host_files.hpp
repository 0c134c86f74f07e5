#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "job/rank.hpp"
#include "support/diagnostic.hpp"

namespace tt_run::launcher {

/// A host, and how many ranks it takes before the next one's turn.
struct HostSlots {
    support::Spanned<std::string> host;
    int slots = 1;
};

/// `name` or `name:slots`, as --host takes it. Reports a name that no host can have.
std::optional<HostSlots> parse_host(const support::Spanned<std::string>& written,
                                    support::DiagnosticSink& sink);

/// A hostfile in Open MPI's form (`name slots=2 max_slots=4`) or MPICH's (`name:2`), mixed as you like; `#`
/// starts a comment. A host named twice takes its turn twice. Empty exactly when it reported an error.
std::optional<std::vector<HostSlots>> parse_hostfile(const support::SourceTextPtr& source,
                                                     support::DiagnosticSink& sink);

/// Where a rankfile puts each rank. Slots are read and left unused: tt-run pins no rank to a core.
using RankPlaces = std::map<job::Rank, support::Spanned<std::string>>;

/// `rank 0=host slot=0` lines; blanks round `=`, upper case, `slots`, and relative hosts (`+n1`) are
/// accepted.
std::optional<RankPlaces> parse_rankfile(const support::SourceTextPtr& source, support::DiagnosticSink& sink);

}  // namespace tt_run::launcher
