#include "sockets/wait_report.hpp"

#include <fmt/format.h>

#include "device/work_queue.hpp"
#include "tt_run/distributed/waits.hpp"

namespace tt_run::sockets {

WaitReport& WaitReport::get() {
    // Never destroyed: queues may still work while the process ends.
    static WaitReport* const report = new WaitReport;
    return *report;
}

WaitReport::WaitReport() : client_(job::SupervisionClient::connect_from_environment()) {}

void WaitReport::stands(const void* key, std::vector<job::Wait> waits, bool by_caller) {
    const std::lock_guard lock(mutex_);
    standing_[key] = {std::move(waits), by_caller};
    tell();
}

void WaitReport::moves(const void* key) {
    const std::lock_guard lock(mutex_);
    if (standing_.erase(key) != 0) {
        tell();
    }
}

bool WaitReport::is_blocked() const {
    bool program_waits = !distributed::current_waits().empty();
    for (const auto& [key, standing] : standing_) {
        program_waits = program_waits || standing.by_caller;
    }
    return program_waits && !standing_.empty() && device::WorkQueue::running() == standing_.size();
}

void WaitReport::tell() {
    if (!client_) {
        return;
    }
    const auto probe = client_->take_probe();
    if (!is_blocked()) {
        if (told_) {
            client_->report(job::Unblocked{epoch_});
            told_ = false;
            last_told_.clear();
        }
        return;
    }
    job::Blocked blocked{told_ ? epoch_ : ++epoch_, probe.value_or(0), true, {}};
    std::string text;
    for (const auto& [key, standing] : standing_) {
        for (const job::Wait& wait : standing.waits) {
            blocked.waits.push_back(wait);
            text += fmt::format("{}|{}|{}\n", wait.object, wait.have, wait.need);
        }
    }
    if (!told_ || probe || text != last_told_) {
        client_->report(blocked);
        told_ = true;
        last_told_ = text;
    }
}

}  // namespace tt_run::sockets
