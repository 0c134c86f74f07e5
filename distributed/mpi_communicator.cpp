#include "distributed/mpi_communicator.hpp"

#include <mutex>
#include <numeric>
#include <set>

namespace tt_run::distributed {

namespace {

std::string mpi_error_string(int code) {
    char text[MPI_MAX_ERROR_STRING + 1] = {};
    int length = 0;
    MPI_Error_string(code, text, &length);
    return {text, static_cast<std::size_t>(length)};
}

std::mutex& all_mutex() {
    static std::mutex mutex;
    return mutex;
}

std::set<const Communicator*>& all() {
    static auto* const all = new std::set<const Communicator*>;
    return *all;
}

bool is_finalized() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    return finalized != 0;
}

}  // namespace

int rank_in(MPI_Comm communicator) {
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    return rank;
}

std::vector<job::Rank> members_of(MPI_Comm communicator) {
    MPI_Group mine = MPI_GROUP_NULL;
    MPI_Group world = MPI_GROUP_NULL;
    MPI_Comm_group(communicator, &mine);
    MPI_Comm_group(MPI_COMM_WORLD, &world);
    int size = 0;
    MPI_Group_size(mine, &size);
    std::vector<int> local(static_cast<std::size_t>(size));
    std::iota(local.begin(), local.end(), 0);
    std::vector<int> global(local.size());
    MPI_Group_translate_ranks(mine, size, local.data(), world, global.data());
    MPI_Group_free(&mine);
    MPI_Group_free(&world);
    std::vector<job::Rank> members;
    for (const int rank : global) {
        members.push_back({rank});
    }
    return members;
}

void check_mpi(int code, int rank, const std::string& what) {
    if (code != MPI_SUCCESS) {
        throw DistributedException(Rank(rank), code, what, mpi_error_string(code));
    }
}

Communicator::Communicator(MPI_Comm handle) : handle_(handle), rank_(rank_in(handle)) {
    MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN);
    MPI_Comm_size(handle_, &size_);
    progress_ = ContextProgress::create(members_of(handle_), static_cast<std::size_t>(rank_));
    const std::lock_guard lock(all_mutex());
    all().insert(this);
}

Communicator::~Communicator() {
    {
        const std::lock_guard lock(all_mutex());
        all().erase(this);
    }
    if (!is_finalized()) {
        MPI_Comm_free(&handle_);
    }
}

void Communicator::discard_messages() {
    const std::lock_guard lock(all_mutex());
    for (const Communicator* communicator : all()) {
        communicator->discard();
    }
}

void Communicator::discard() const {
    int is_there = 0;
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status{};
    while (MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, handle_, &is_there, &message, &status) == MPI_SUCCESS &&
           is_there != 0) {
        int bytes = 0;
        MPI_Get_count(&status, MPI_BYTE, &bytes);
        std::vector<std::byte> space(static_cast<std::size_t>(bytes));
        MPI_Mrecv(space.data(), bytes, MPI_BYTE, &message, MPI_STATUS_IGNORE);
    }
}

MpiRequest::MpiRequest(CommunicatorPtr communicator, MPI_Request handle, std::string what,
                       std::function<Needs()> needs, Kind kind)
    : communicator_(std::move(communicator)),
      handle_(handle),
      what_(std::move(what)),
      needs_(std::move(needs)),
      kind_(kind) {}

MpiRequest::~MpiRequest() {
    if (handle_ == MPI_REQUEST_NULL || is_finalized()) {
        return;
    }
    if (kind_ == Kind::receive) {
        // Given up: nothing may be written to its buffer from here on.
        MPI_Cancel(&handle_);
        MPI_Wait(&handle_, MPI_STATUS_IGNORE);  // returns at once: cancelling a receive is local
    } else {
        MPI_Request_free(&handle_);
    }
}

Status MpiRequest::wait() {
    wait_until([&] { return test().has_value(); }, [&] { return what_; }, needs_);
    return status_;
}

std::optional<Status> MpiRequest::test() {
    if (handle_ != MPI_REQUEST_NULL) {
        int done = 0;
        MPI_Status status{};
        check_mpi(MPI_Test(&handle_, &done, &status), communicator_->rank(), what_);
        if (done == 0) {
            return std::nullopt;
        }
        take(status);
    }
    return status_;
}

void MpiRequest::cancel() {
    if (handle_ != MPI_REQUEST_NULL) {
        MPI_Cancel(&handle_);
        wait();
    }
}

void MpiRequest::take(const MPI_Status& status) {
    int bytes = 0;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    status_ = {Rank(status.MPI_SOURCE), Tag(status.MPI_TAG), bytes < 0 ? 0 : static_cast<std::size_t>(bytes)};
    int cancelled = 0;
    MPI_Test_cancelled(&status, &cancelled);
    if (kind_ == Kind::receive && cancelled == 0) {
        communicator_->progress().count_received(static_cast<std::size_t>(status.MPI_SOURCE));
    }
}

}  // namespace tt_run::distributed
