#include "launcher/run/status_line.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tt_run::launcher {

std::string render_status(const JobOutcome& outcome, std::size_t blocked, double seconds, std::size_t width) {
    using State = RankOutcome::State;
    std::size_t started = 0;
    std::size_t ready = 0;
    std::size_t exited = 0;
    bool phases_are_told = false;
    std::map<std::string_view, double> longest;
    for (const RankOutcome& rank : outcome.ranks) {
        const bool has_started = rank.state != State::waiting && rank.state != State::not_started;
        const bool is_over = rank.state == State::ended || rank.state == State::lost;
        started += has_started ? 1 : 0;
        exited += is_over ? 1 : 0;
        ready += rank.state == State::running && rank.phases.is_ready() ? 1 : 0;
        phases_are_told = phases_are_told || !rank.phases.is_unknown();
        if (!has_started) {
            longest["launch"] = seconds;
            continue;
        }
        std::map<std::string_view, double> sums;
        for (const PhaseStretch& stretch : rank.phases.stretches(
                 rank.started_after_seconds, is_over ? rank.ended_after_seconds : seconds)) {
            sums[stretch.name] += stretch.end - stretch.begin;
        }
        for (const auto& [name, sum] : sums) {
            longest[name] = std::max(longest[name], sum);
        }
    }
    std::string line = fmt::format("{:.1f} s  started {}/{}", seconds, started, outcome.ranks.size());
    if (phases_are_told) {
        line += fmt::format("  ready {}", ready);
    }
    line += fmt::format("  blocked {}  exited {} ", blocked, exited);
    for (const std::string_view name : kPhaseNames) {
        if (longest[name] >= 0.05) {
            line += fmt::format(" {} {:.1f}", name, longest[name]);
        }
    }
    return line.substr(0, width);
}

void StatusLine::draw(const std::string& line, Clock::time_point now) {
    write("\r" + (colour_ == support::Colour::on ? "\x1b[2m" + line + "\x1b[0m" : line) + "\x1b[K");
    is_shown_ = true;
    next_ = now + kEvery;
}

void StatusLine::erase() {
    if (is_shown_) {
        write("\r\x1b[K");
        is_shown_ = false;
    }
}

std::size_t StatusLine::width() const {
    winsize size{};
    return ::ioctl(terminal_, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79U;
}

void StatusLine::write(const std::string& bytes) {
    // A terminal that takes no more now misses one drawing; nothing is kept for it.
    if (::write(terminal_, bytes.data(), bytes.size()) < 0) {
        is_shown_ = false;
    }
}

}  // namespace tt_run::launcher
