#pragma once

#include <optional>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/physical/synthetic_machine.hpp"

namespace tt_run::topology {

/// A synthetic string taken apart; see synthetic_system.hpp for its grammar.
struct SyntheticString {
    enum class Wiring { usual, none, line, ring, mesh, torus, all_to_all };
    struct Fault {
        enum class Kind { link, chip, board, host };
        Kind kind;
        std::vector<support::Span> first;   ///< the parts of its place, by `/`
        std::vector<support::Span> second;  ///< of a pair of chips
        support::Span span;
    };

    support::Span word;
    const SyntheticMachine* machine = nullptr;  ///< the machine or the site's
    const SyntheticSite* site = nullptr;
    std::uint32_t count = 1;
    support::Span count_span;
    Wiring wiring = Wiring::usual;
    support::Span wiring_span;
    std::uint32_t rows = 0;  ///< 0 if not given
    std::uint32_t columns = 0;
    std::optional<std::uint32_t> links;
    std::vector<Fault> faults;
};

std::optional<SyntheticString> parse_synthetic(const support::Span& text, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
