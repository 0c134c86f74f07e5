#include "launcher/run/rank_phases.hpp"

#include <algorithm>

namespace tt_run::launcher {

namespace {

using job::PhaseKind;

constexpr std::size_t kMostPhases = 1000;
constexpr std::uint64_t kPauseNs = 1'000'000;

std::string_view name_of(PhaseKind kind) {
    switch (kind) {
        case PhaseKind::mpi:
            return "MPI";
        case PhaseKind::open:
            return "open";
        case PhaseKind::sockets:
            return "sockets";
        case PhaseKind::run:
            return "run";
        case PhaseKind::close:
            return "close";
    }
    return "run";
}

}  // namespace

void RankPhases::enter(const job::Phase& phase, job::Role by) {
    const bool by_runtime = by == job::Role::runtime;
    if (by_runtime_ && !by_runtime) {
        return;
    }
    if (by_runtime && !by_runtime_) {
        entered_.clear();
        by_runtime_ = true;
    }
    const std::size_t count = entered_.size();
    const auto is_a_pause = [&](std::uint64_t from, std::uint64_t to) {
        return to >= from && to - from < kPauseNs;
    };
    if (count >= 2 && entered_.back().kind == PhaseKind::run && entered_[count - 2].kind == phase.kind &&
        is_a_pause(entered_.back().at_ns, phase.at_ns)) {
        entered_.pop_back();
    } else if (count < kMostPhases && (count == 0 || entered_.back().kind != phase.kind)) {
        entered_.push_back(phase);
    }
}

bool RankPhases::is_ready() const {
    const std::size_t count = entered_.size();
    return count != 0 && entered_.back().kind == PhaseKind::run &&
           (count == 1 || entered_[count - 2].kind != PhaseKind::close);
}

std::vector<PhaseStretch> RankPhases::stretches(double start, double end) const {
    std::vector<PhaseStretch> all{{"launch", 0, start}};
    const auto go_on = [&](std::string_view name, double at) {
        at = std::clamp(at, all.back().begin, std::max(all.back().begin, end));
        all.back().end = at;
        if (all.back().name != name) {
            all.push_back({name, at, at});
        }
    };
    go_on("run", start);
    for (const job::Phase& phase : entered_) {
        const std::uint64_t after_ns = phase.at_ns > start_ns_ ? phase.at_ns - start_ns_ : 0;
        go_on(name_of(phase.kind), start + static_cast<double>(after_ns) * 1e-9);
    }
    all.back().end = std::max(all.back().begin, end);
    return all;
}

}  // namespace tt_run::launcher
