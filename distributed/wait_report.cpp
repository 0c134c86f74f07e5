#include "distributed/wait_report.hpp"

#include <cstdlib>
#include <utility>

#include "distributed/progress.hpp"
#include "distributed/wait_until.hpp"
#include "job/supervision_client.hpp"
#include "job/variable_names.hpp"
#include "support/require.hpp"

namespace tt_run::distributed {

namespace {

using Clock = std::chrono::steady_clock;

/// Waits that are over sooner are nobody's business.
constexpr std::chrono::milliseconds kWorthTelling{100};

class Supervisor final : public WaitListener {
  public:
    explicit Supervisor(job::SupervisionClient client) : client_(std::move(client)) {}
    void tell(const job::Message& message) override { client_.tell(message); }
    std::optional<std::uint64_t> take_probe() override { return client_.take_probe(); }
    void leave() override { client_.tell(job::Gone{}); }
    job::SupervisionClient& client() { return client_; }

  private:
    job::SupervisionClient client_;
};

}  // namespace

DeadlockAction deadlock_action() {
    const char* const text = std::getenv(job::kDeadlockVariable);
    const std::string_view word = text == nullptr ? "" : text;
    TT_RUN_REQUIRE(word.empty() || word == "abort" || word == "report" || word == "off",
                   "the variable {} is `{}`, but must be abort, report or off", job::kDeadlockVariable, word);
    return word == "report" ? DeadlockAction::report
           : word == "off"  ? DeadlockAction::off
                            : DeadlockAction::abort;
}

WaitReport& WaitReport::get() {
    // Never destroyed: threads may still work while the process ends.
    static WaitReport* const report = new WaitReport;
    return *report;
}

WaitReport::WaitReport() : action_(deadlock_action()) {
    if (auto client = job::SupervisionClient::connect_from_environment()) {
        listener_ = std::make_unique<Supervisor>(*std::move(client));
    }
}

void WaitReport::listen(std::unique_ptr<WaitListener> listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void WaitReport::look() {
    auto standing = standing_needs();
    if (told_ || (standing && standing->waited >= kWorthTelling)) {
        get().tell(std::move(standing));
    }
}

void WaitReport::tell(std::optional<StandingNeeds> standing) {
    const std::lock_guard lock(mutex_);
    if (!listener_ || action_ == DeadlockAction::off) {
        return;
    }
    if (const auto probe = listener_->take_probe()) {
        probe_ = *probe;
        asked_ = Clock::now();
    }
    if (!standing) {
        if (told_.exchange(false)) {
            listener_->tell(job::Unblocked{epoch_});
            last_told_.clear();
        }
        return;
    }
    job::Blocked blocked{told_ ? epoch_ : ++epoch_,      0,  true,
                         std::move(standing->needs.any), {}, standing->needs.ends_itself};
    const bool answers = probe_ != 0 && standing->last_look > asked_;
    const std::string text = job::encode(blocked);
    if (!told_ || answers || text != last_told_) {
        last_told_ = text;
        blocked.brought = what_was_brought();
        blocked.probe = answers ? std::exchange(probe_, 0) : 0;
        listener_->tell(blocked);
        told_ = true;
    }
}

void WaitReport::leave() {
    const std::lock_guard lock(mutex_);
    if (listener_ && !is_working()) {
        listener_->leave();
    }
}

void WaitReport::close() {
    const std::lock_guard lock(mutex_);
    listener_.reset();
}

void WaitReport::enter(const job::Phase& phase) {
    const std::lock_guard lock(mutex_);
    if (auto* const supervisor = dynamic_cast<Supervisor*>(listener_.get())) {
        supervisor->tell(phase);
    }
}

bool WaitReport::hand_over(std::string_view report) {
    const std::lock_guard lock(mutex_);
    auto* const supervisor = dynamic_cast<Supervisor*>(listener_.get());
    return supervisor != nullptr && supervisor->client().hand_over(report);
}

}  // namespace tt_run::distributed
