#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "job/descriptor.hpp"
#include "job/rank.hpp"
#include "support/error.hpp"

namespace tt_run::sockets {

/// Another process of the job on this host, and the memory of its chips as seen from here. One for each peer,
/// made with the first socket between the two, kept as long as one of their sockets lives. This process may
/// be its own neighbour.
class Neighbour {
  public:
    /// This process.
    static std::shared_ptr<Neighbour> self(job::Rank rank, std::byte* memory, std::size_t bytes);
    /// The process at the other end of a Unix socket; the two exchange the files of their memories.
    static support::Result<std::shared_ptr<Neighbour>> greet(job::Rank rank, job::Descriptor connection,
                                                             int own_memory,
                                                             std::chrono::steady_clock::time_point deadline);
    ~Neighbour();
    Neighbour(const Neighbour&) = delete;
    Neighbour& operator=(const Neighbour&) = delete;

    job::Rank rank() const { return rank_; }
    /// A place in its memory. `offset` + `bytes` must lie inside.
    support::Result<std::byte*> at(std::uint64_t offset, std::size_t bytes) const;

    /// Lends a file to it, and takes one from it, in order.
    support::Result<void> send_file(int file);
    support::Result<job::Descriptor> receive_file(std::chrono::steady_clock::time_point deadline);

    /// False half a second after the process has ended.
    bool lives() const;

  private:
    explicit Neighbour(job::Rank rank) : rank_(rank) {}

    job::Rank rank_;
    job::Descriptor connection_;  ///< none: this process
    std::byte* memory_ = nullptr;
    std::size_t bytes_ = 0;
    mutable std::atomic<std::int64_t> gone_since_{0};  ///< by the steady clock; 0: it lives
};

/// A name in this host's abstract Unix namespace at which one peer may call.
class NeighbourDoor {
  public:
    static support::Result<NeighbourDoor> open();
    const std::string& name() const { return name_; }
    support::Result<job::Descriptor> accept(std::chrono::steady_clock::time_point deadline) const;

  private:
    NeighbourDoor(std::string name, job::Descriptor listener)
        : name_(std::move(name)), listener_(std::move(listener)) {}
    std::string name_;
    job::Descriptor listener_;
};

support::Result<job::Descriptor> knock(const std::string& name);

/// Equal for processes that can lend each other memory: the same running kernel and network namespace. Empty
/// if that cannot be said.
std::string host_identity();

}  // namespace tt_run::sockets
