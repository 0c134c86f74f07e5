#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "distributed/wait_until.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::distributed {

/// How far a rank has come in one context: which collective it is at, and how many messages it has sent to
/// each other rank and received. What a wait needs is put in these counts, and so is what it has brought, so
/// that a wait whose end is only still on its way is not taken for a deadlock. Safe from any thread.
class ContextProgress {
  public:
    /// `members` are the ranks of the context by their numbers in the whole job. All of them must make
    /// contexts of the same members in one order.
    static std::shared_ptr<ContextProgress> create(std::vector<job::Rank> members, std::size_t own);

    /// The next collective begins; `operation` is what it is called.
    struct Collective {
        std::string operation;
        std::uint64_t number = 0;
    };
    Collective enter(const std::string& operation);
    /// What it needs: these members, by their numbers here, to come to it too.
    Needs needs_of(const Collective& collective, const std::vector<std::size_t>& members,
                   const std::string& where) const;
    std::vector<std::size_t> all_others() const;

    void count_sent(std::size_t to) { ++sent_[to]; }
    void count_received(std::size_t from) { ++received_[from]; }
    /// What a receive of one more message needs.
    Needs needs_message(const std::string& what, std::size_t from) const;

    void append_brought(std::vector<job::Brought>& brought) const;

  private:
    ContextProgress(std::vector<job::Rank> members, std::size_t own, std::string name);
    std::uint64_t message_key(std::size_t from, std::size_t to) const;

    std::vector<job::Rank> members_;
    std::size_t own_;
    std::string name_;
    std::atomic<std::uint64_t> entered_{0};
    std::atomic<std::uint64_t> kind_{0};
    std::vector<std::atomic<std::uint64_t>> sent_;
    std::vector<std::atomic<std::uint64_t>> received_;
};

/// Of all contexts that live.
std::vector<job::Brought> what_was_brought();

}  // namespace tt_run::distributed
