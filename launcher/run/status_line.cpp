#include "launcher/run/status_line.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tt_run::launcher {

std::string render_status(const JobOutcome& outcome, std::size_t blocked, double seconds, std::size_t width) {
    using State = RankOutcome::State;
    std::size_t started = 0;
    std::size_t exited = 0;
    double launch = 0;
    for (const RankOutcome& rank : outcome.ranks) {
        const bool has_started = rank.state != State::waiting && rank.state != State::not_started;
        started += has_started ? 1 : 0;
        exited += rank.state == State::ended || rank.state == State::lost ? 1 : 0;
        launch = std::max(launch, has_started ? rank.started_after_seconds : seconds);
    }
    return fmt::format("{:.1f} s  started {}/{}  blocked {}  exited {}  launch {:.1f} s  run {:.1f} s",
                       seconds, started, outcome.ranks.size(), blocked, exited, launch, seconds - launch)
        .substr(0, width);
}

void StatusLine::draw(const std::string& line, Clock::time_point now) {
    write("\r\x1b[2m" + line + "\x1b[0m\x1b[K");
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
