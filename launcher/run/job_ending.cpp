#include "launcher/run/job_ending.hpp"

#include <algorithm>

namespace tt_run::launcher {

namespace {

/// Agents answer a Terminate at once; one that does not, on a host that hangs, is cut off this long after the
/// grace.
constexpr std::chrono::milliseconds kAnswerTime{2000};

}  // namespace

bool JobEnding::begin(EndCause cause) {
    if (has_begun_) {
        return false;
    }
    has_begun_ = true;
    record_.outcome().cause = cause;
    cut_off_at_ = Clock::now() + grace_ + kAnswerTime;
    return true;
}

void JobEnding::end(EndCause cause) {
    if (begin(cause)) {
        peers_.send_all(job::Terminate{static_cast<std::uint32_t>(grace_.count())});
    }
}

void JobEnding::end_without_term(EndCause cause) {
    if (begin(cause)) {
        kill_at_ = Clock::now() + grace_;
    }
}

void JobEnding::kill() {
    kill_at_.reset();
    peers_.send_all(job::Terminate{0});
}

void JobEnding::leave() {
    is_leaving_ = true;
    cut_off_at_.reset();
    peers_.send_all(job::Leave{});
}

bool JobEnding::look(Clock::time_point now) {
    if (kill_at_ && now >= *kill_at_) {
        kill();
    }
    return cut_off_at_ && now >= *cut_off_at_;
}

std::optional<JobEnding::Clock::time_point> JobEnding::next() const {
    if (!kill_at_ || !cut_off_at_) {
        return kill_at_ ? kill_at_ : cut_off_at_;
    }
    return std::min(*kill_at_, *cut_off_at_);
}

}  // namespace tt_run::launcher
