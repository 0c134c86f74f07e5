#include "distributed/progress.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <mutex>
#include <string_view>

#include <fmt/format.h>

#include "support/hash.hpp"

namespace tt_run::distributed {

namespace {

/// The same in every process, and never 0, which means no key.
std::uint64_t hash_of(std::string_view text) {
    return std::max<std::uint64_t>(support::fnv1a(text), 1);
}

struct Contexts {
    std::mutex mutex;
    std::map<std::vector<job::Rank>, int> made;  ///< of the same members
    std::list<std::weak_ptr<const ContextProgress>> alive;
};
/// Never destroyed: threads may still wait while the process ends.
Contexts& contexts() {
    static auto* const all = new Contexts;
    return *all;
}

std::string with_purpose(const std::string& what) {
    const std::string& purpose = PurposeScope::current();
    return purpose.empty() ? what : fmt::format("{}, {}", purpose, what);
}

}  // namespace

ContextProgress::ContextProgress(std::vector<job::Rank> members, std::size_t own, std::string name)
    : members_(std::move(members)),
      own_(own),
      name_(std::move(name)),
      sent_(members_.size()),
      received_(members_.size()) {}

std::shared_ptr<ContextProgress> ContextProgress::create(std::vector<job::Rank> members, std::size_t own) {
    Contexts& all = contexts();
    const std::lock_guard lock(all.mutex);
    std::string name = fmt::format("#{}:", all.made[members]++);
    for (const job::Rank member : members) {
        name += fmt::format("{},", member.value);
    }
    const std::shared_ptr<ContextProgress> made(new ContextProgress(std::move(members), own, name));
    std::erase_if(all.alive, [](const auto& one) { return one.expired(); });
    all.alive.push_back(made);
    return made;
}

ContextProgress::Collective ContextProgress::enter(const std::string& operation) {
    kind_ = hash_of(operation);
    return {operation, ++entered_};
}

std::vector<std::size_t> ContextProgress::all_others() const {
    std::vector<std::size_t> others;
    for (std::size_t k = 0; k < members_.size(); ++k) {
        if (k != own_) {
            others.push_back(k);
        }
    }
    return others;
}

Needs ContextProgress::needs_of(const Collective& collective, const std::vector<std::size_t>& members,
                                const std::string& where) const {
    job::Wait wait;
    wait.object = with_purpose(fmt::format("{} of {} ranks{} (the context's collective {})",
                                           collective.operation, members_.size(), where, collective.number));
    for (const std::size_t member : members) {
        wait.peers.push_back(members_[member]);
    }
    wait.need = collective.number;
    wait.key = hash_of(name_);
    wait.kind = hash_of(collective.operation);
    return wait.peers.empty() ? Needs{} : Needs{{std::move(wait)}, false};
}

std::uint64_t ContextProgress::message_key(std::size_t from, std::size_t to) const {
    return hash_of(fmt::format("{}{}>{}", name_, from, to));
}

Needs ContextProgress::needs_message(const std::string& what, std::size_t from) const {
    job::Wait wait{with_purpose(what), {members_[from]}, 0, received_[from] + 1, message_key(from, own_), 0};
    return {{std::move(wait)}, false};
}

void ContextProgress::append_brought(std::vector<job::Brought>& brought) const {
    if (entered_ != 0) {
        brought.push_back({hash_of(name_), entered_, kind_});
    }
    for (std::size_t to = 0; to < members_.size(); ++to) {
        if (sent_[to] != 0) {
            brought.push_back({message_key(own_, to), sent_[to], 0});
        }
    }
}

std::vector<job::Brought> what_was_brought() {
    std::vector<job::Brought> brought;
    const std::lock_guard lock(contexts().mutex);
    for (const auto& one : contexts().alive) {
        if (const auto context = one.lock()) {
            context->append_brought(brought);
        }
    }
    return brought;
}

}  // namespace tt_run::distributed
