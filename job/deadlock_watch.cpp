#include "job/deadlock_watch.hpp"

namespace tt_run::job {

void DeadlockWatch::hear(Rank rank, const Blocked& report) {
    graph_.block(rank, report);
    if (report.probe != 0 && report.probe == probe_) {
        answered_.insert(rank);
    }
}

DeadlockWatch::Step DeadlockWatch::ask(const std::vector<Rank>& suspects) {
    answered_.clear();
    ++rounds_;
    return {suspects, {++probe_}, std::nullopt};
}

DeadlockWatch::Step DeadlockWatch::advance() {
    const auto found = graph_.find_deadlock();
    const bool is_same =
        found && suspected_ && found->ranks == suspected_->ranks && found->epochs == suspected_->epochs;
    suspected_ = found;
    if (!found) {
        return {};
    }
    if (!is_same) {
        rounds_ = 0;
        return ask(found->ranks);
    }
    if (answered_.size() < found->ranks.size()) {
        return {};
    }
    if (rounds_ < kRounds) {
        return ask(found->ranks);
    }
    return {{}, {}, graph_.render(*found)};
}

}  // namespace tt_run::job
