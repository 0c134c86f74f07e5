#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "launcher/report/run_report.hpp"

namespace tt_run::launcher {

/// How a phase is drawn: its letter in a text, its hue of the pictures' palette.
struct PhaseMark {
    std::string_view name;
    char letter;
    std::int32_t hue;
};

/// In the order of their coming.
inline constexpr std::array<PhaseMark, 6> kPhaseMarks{{{"launch", 'l', 6},
                                                       {"MPI", 'm', 4},
                                                       {"open", 'o', 0},
                                                       {"sockets", 's', 5},
                                                       {"run", '=', 2},
                                                       {"close", 'c', 3}}};

/// Of a name that it does not know, as a newer tt-run may write, `run`'s.
inline const PhaseMark& mark_of(std::string_view phase) {
    const auto* const found = std::ranges::find(kPhaseMarks, phase, &PhaseMark::name);
    return found == kPhaseMarks.end() ? kPhaseMarks[4] : *found;
}

/// By phase, all its stretches together, in seconds.
inline std::map<std::string_view, double> seconds_by_phase(const ReportedRank& rank) {
    std::map<std::string_view, double> seconds;
    for (const ReportedPhase& phase : rank.phases) {
        seconds[mark_of(phase.name).name] += phase.end - phase.begin;
    }
    return seconds;
}

/// The same of the rank in which each took longest.
inline std::map<std::string_view, double> longest_by_phase(const RunReport& report) {
    std::map<std::string_view, double> longest;
    for (const ReportedRank& rank : report.ranks) {
        for (const auto& [name, seconds] : seconds_by_phase(rank)) {
            longest[name] = std::max(longest[name], seconds);
        }
    }
    return longest;
}

}  // namespace tt_run::launcher
