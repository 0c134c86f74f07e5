#include "distributed/mpi_end.hpp"

#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

#include <mpi.h>

#include "distributed/mpi_communicator.hpp"
#include "distributed/phase_scope.hpp"
#include "distributed/wait_report.hpp"
#include "distributed/wait_until.hpp"
#include "job/variable_names.hpp"

namespace tt_run::distributed {

namespace {

constexpr int kExitOfLostJob = 70;
/// A rank whose program is over says so if the others take longer than this.
constexpr std::chrono::milliseconds kLeaveAfter{100};

/// Whether ranks run on several hosts, below agents of tt-run's, which do not mind how MPI is left.
bool is_between_hosts() {
    const auto number = [](const char* name) {
        const char* const value = std::getenv(name);
        return value == nullptr ? 0 : std::atoi(value);
    };
    return std::getenv(job::kSupervisorVariable) != nullptr &&
           number("OMPI_COMM_WORLD_LOCAL_SIZE") < number(job::kSizeVariable);
}

/// Tests the requests until all are done, or the time is over.
void test_for(std::vector<MPI_Request>& requests, std::chrono::seconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    wait_until(
        [&] {
            int done = 0;
            MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
            return done != 0 || std::chrono::steady_clock::now() >= end;
        },
        [] { return std::string("the other ranks to leave"); });
    requests.clear();
}

/// After this no rank needs anything of another. MPI_Finalize of MPICH 4.0 cannot be trusted with that over
/// TCP: closing a connection takes both ends, but a rank that has closed its own waits for the others without
/// looking at them. Each rank tells rank 0 that it is done, and leaves when it is let go; only rank 0 waits
/// to hear that this has arrived.
void leave_together() {
    constexpr int kTag = 1;
    constexpr std::chrono::seconds kLongest{10};
    int size = 0;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const int rank = rank_in(MPI_COMM_WORLD);
    char word = 0;
    std::vector<char> words(static_cast<std::size_t>(size));
    std::vector<MPI_Request> requests;
    for (int peer = 1; rank == 0 && peer < size; ++peer) {
        MPI_Irecv(&words[static_cast<std::size_t>(peer)], 1, MPI_CHAR, peer, kTag, MPI_COMM_WORLD,
                  &requests.emplace_back());
    }
    if (rank != 0) {
        MPI_Irecv(&words[0], 1, MPI_CHAR, 0, kTag, MPI_COMM_WORLD, &requests.emplace_back());
        MPI_Isend(&word, 1, MPI_CHAR, 0, kTag, MPI_COMM_WORLD, &requests.emplace_back());
    }
    test_for(requests, kLongest);
    for (int peer = 1; rank == 0 && peer < size; ++peer) {
        MPI_Issend(&word, 1, MPI_CHAR, peer, kTag, MPI_COMM_WORLD, &requests.emplace_back());
    }
    if (rank == 0) {
        test_for(requests, kLongest);
    }
}

}  // namespace

void finish_mpi(int exit_code, void*) {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (exit_code != 0 || finalized != 0) {
        return;
    }
    const PhaseScope phase(job::PhaseKind::close);
    try {
        // MPI_Finalize would wait for the others too, at full load and without a word.
        MPI_Request request = MPI_REQUEST_NULL;
        check_mpi(MPI_Ibarrier(MPI_COMM_WORLD, &request), 0, "finishing");
        const auto begin = std::chrono::steady_clock::now();
        bool has_left = false;
        wait_until(
            [&] {
                int done = 0;
                check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), 0, "finishing");
                if (done == 0 && !has_left && std::chrono::steady_clock::now() - begin > kLeaveAfter) {
                    WaitReport::get().leave();  // nobody need wait for this rank any more
                    has_left = true;
                }
                return done != 0;
            },
            [] { return std::string("the other ranks to finish"); });
        WaitReport::get().close();
        Communicator::discard_messages();
        if (is_between_hosts()) {
            return leave_together();
        }
    } catch (const std::exception&) {
        MPI_Abort(MPI_COMM_WORLD, kExitOfLostJob);
    }
    MPI_Finalize();
}

}  // namespace tt_run::distributed
