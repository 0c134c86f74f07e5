#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// Systems imagined from a short string. The grammar (docs/formats/synthetic.md has examples):
///
///   system  = word [ "*" count ] [ "@" wiring ] { fault }
///   word    = one of `synthetic_words()`
///   wiring  = ( "none" | "line" | "ring" | "mesh" [RxC] | "torus" [RxC] | "all-to-all" ) [ ":" links ]
///   fault   = "-link:" end | "-link:" chip "~" chip | "-chip:" chip | "-board:" board | "-host:" host
///   host    = number | name          chip = host "/" tray "/" location
///   board   = host "/" tray          end  = chip "/" channel
///
/// `*` means so many cards in one host for a card (`n300*4` is a T3K: known counts are cabled as in the
/// field, others not at all), and so many hosts for a machine, named `host-0`, `host-1`, ... Without a
/// wiring, machines with cabling edges (Galaxies, T3K) stand in a line, others alone.
///
/// line, ring, mesh and torus join the edges of Galaxies chip by chip into one grid of hosts (R rows of C
/// hosts; the squarest if not given); a T3K has north and south edges only, so a line or a ring. With
/// `:links` every pair of neighbours gets so many links through the next free ports instead. `all-to-all`
/// does that for every pair, by default one cable each.
///
/// Everything is deterministic: the same string is the same cluster, ids included.
struct SyntheticWord {
    std::string_view word;
    std::string_view description;
    std::uint32_t hosts;
    std::uint32_t chips;
};
/// Every word, for `tt-run show --list`.
std::vector<SyntheticWord> synthetic_words();

/// True if `text` begins with one of the words as a whole: it is meant as a synthetic system, right or wrong.
bool looks_synthetic(std::string_view text);

/// More chips than this are refused.
inline constexpr std::uint64_t kMostSyntheticChips = 2'000'000;

/// The system, or diagnostics with a caret into `text`. Empty exactly when it reported an error.
std::optional<Cluster> build_synthetic(const support::Span& text, support::DiagnosticSink& sink);
std::optional<Cluster> build_synthetic(std::string_view text, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
