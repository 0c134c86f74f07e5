#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <mpi.h>

#include "distributed/progress.hpp"
#include "distributed/wait_until.hpp"
#include "job/rank.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::distributed {

int rank_in(MPI_Comm communicator);
/// The ranks of a communicator by their numbers in MPI_COMM_WORLD.
std::vector<job::Rank> members_of(MPI_Comm communicator);
/// Throws DistributedException unless `code` is success. `rank`: this process's; `what` was attempted.
void check_mpi(int code, int rank, const std::string& what);

/// A communicator, freed with its last user, and what this rank has brought to it.
class Communicator {
  public:
    /// Takes over `handle`, whose errors come back as codes from here on.
    explicit Communicator(MPI_Comm handle);
    ~Communicator();
    Communicator(const Communicator&) = delete;
    Communicator& operator=(const Communicator&) = delete;

    MPI_Comm handle() const { return handle_; }
    int rank() const { return rank_; }
    int size() const { return size_; }
    ContextProgress& progress() const { return *progress_; }

    /// Takes messages that nobody will receive any more out of MPI's hands, which would complain of them.
    static void discard_messages();

  private:
    void discard() const;

    MPI_Comm handle_;
    int rank_;
    int size_ = 0;
    std::shared_ptr<ContextProgress> progress_;
};
using CommunicatorPtr = std::shared_ptr<const Communicator>;

/// An operation under way. One that is dropped before it is done is cancelled if it receives, and left to
/// itself otherwise.
class MpiRequest : public Request {
  public:
    enum class Kind { receive, other };

    /// `needs`: whom `wait` needs; empty if nobody can say.
    MpiRequest(CommunicatorPtr communicator, MPI_Request handle, std::string what,
               std::function<Needs()> needs = nullptr, Kind kind = Kind::other);
    ~MpiRequest() override;
    MpiRequest(const MpiRequest&) = delete;
    MpiRequest& operator=(const MpiRequest&) = delete;

    Status wait() override;
    std::optional<Status> test() override;
    void cancel() override;
    bool active() const override { return handle_ != MPI_REQUEST_NULL; }

  private:
    void take(const MPI_Status& status);

    CommunicatorPtr communicator_;
    MPI_Request handle_;
    std::string what_;
    std::function<Needs()> needs_;
    Kind kind_;
    Status status_;
};

}  // namespace tt_run::distributed
