// The one thing in this folder that a process has once: its place in the job.

#include <cstdlib>
#include <mutex>
#include <numeric>
#include <typeinfo>

#include "distributed/job_watch.hpp"
#include "distributed/mpi_context.hpp"
#include "distributed/one_process_context.hpp"
#include "distributed/wait_until.hpp"
#include "job/variable_names.hpp"
#include "support/require.hpp"
#include "support/text.hpp"

namespace tt_run::distributed {

namespace {

struct Job {
    ContextPtr world;
    ContextPtr current;
    std::vector<Size> subcontext_sizes;
    std::optional<std::int32_t> subcontext_id;
};

std::mutex job_mutex;
/// Null until the context is created. Never destroyed: MPI is finalised first, by an exit handler.
Job* job = nullptr;

/// The variable as a number; nothing if it is not set. Throws if it is no number in [least, 2^31).
std::optional<std::int32_t> number_from(const char* variable, std::int64_t least) {
    const char* text = std::getenv(variable);
    if (text == nullptr || *text == '\0') {
        return std::nullopt;
    }
    const auto number = support::parse_integer(text);
    TT_RUN_REQUIRE(number && *number >= least && *number <= 0x7FFFFFFF,
                   "the variable {} is `{}`, but must be a number of at least {}", variable, text, least);
    return static_cast<std::int32_t>(*number);
}

/// How many ranks the process manager started, as far as it says.
std::int32_t started_ranks() {
    if (const auto size = number_from("PMI_SIZE", 1)) {
        return *size;
    }
    // PMIx tells only the rank at once; that it does means that there is a job to ask.
    return std::getenv("PMIX_RANK") != nullptr ? 2 : 1;
}

std::vector<Size> read_subcontext_sizes() {
    std::vector<Size> sizes;
    const char* text = std::getenv(job::kSubcontextSizesVariable);
    if (text != nullptr && *text != '\0') {
        for (const std::string_view piece : support::split(text, ',')) {
            const auto size = support::parse_integer(support::trim(piece));
            TT_RUN_REQUIRE(size && *size > 0, "the variable {} is `{}`, but must be sizes as in `2,3`",
                           job::kSubcontextSizesVariable, text);
            sizes.emplace_back(static_cast<std::int32_t>(*size));
        }
    }
    return sizes;
}

Job* start_job() {
    note_program_thread();
    auto started = std::make_unique<Job>();
    const auto announced = number_from(job::kSizeVariable, 1);
    started->world = started_ranks() > 1 ? start_mpi() : make_one_process_context();
    TT_RUN_REQUIRE(
        !announced || *announced == *started->world->size(),
        "tt-run started {} ranks, but MPI finds {}: the program and mpiexec belong to two different "
        "MPIs (this runtime needs MPICH's mpiexec.hydra)",
        *announced, *started->world->size());
    if (const DeadlockAction action = deadlock_action(); std::getenv(job::kSupervisorVariable) == nullptr) {
        const bool alone = *started->world->size() == 1;
        const ContextPtr context = alone ? nullptr : started->world->duplicate();
        if (action != DeadlockAction::off) {
            WaitReport::get().listen(make_job_watch(context, action));
        }
    }
    started->current = started->world;
    started->subcontext_id = number_from(job::kSubcontextIdVariable, 0);
    started->subcontext_sizes = read_subcontext_sizes();
    if (started->subcontext_id) {
        const auto& sizes = started->subcontext_sizes;
        const std::int32_t sum = std::accumulate(sizes.begin(), sizes.end(), 0,
                                                 [](std::int32_t total, Size size) { return total + *size; });
        TT_RUN_REQUIRE(static_cast<std::size_t>(*started->subcontext_id) < sizes.size() &&
                           sum == *started->world->size(),
                       "the variables {} and {} do not fit a job of {} ranks", job::kSubcontextIdVariable,
                       job::kSubcontextSizesVariable, *started->world->size());
        started->current =
            started->world->split(Color(*started->subcontext_id), Key(*started->world->rank()));
    }
    return started.release();
}

/// The job, started if need be.
Job& the_job() {
    const std::lock_guard lock(job_mutex);
    if (job == nullptr) {
        job = start_job();
    }
    return *job;
}

ContextPtr locked(const ContextPtr& context) {
    const std::lock_guard lock(job_mutex);
    return context;
}

}  // namespace

void DistributedContext::create(int, char**) {
    the_job();
}

ContextPtr DistributedContext::get_current_world() {
    return locked(the_job().current);
}

ContextPtr DistributedContext::get_world_context() {
    return the_job().world;
}

bool DistributedContext::is_initialized() {
    const std::lock_guard lock(job_mutex);
    return job != nullptr;
}

ContextPtr DistributedContext::initialized_world() {
    TT_RUN_REQUIRE(
        is_initialized(),
        "Distributed context not initialized: open a device or call init_distributed_context first");
    return get_current_world();
}

void DistributedContext::set_current_world(const ContextPtr& context) {
    TT_RUN_REQUIRE(context != nullptr, "the current world cannot be null");
    Job& started = the_job();
    const DistributedContext& world = *started.world;
    const DistributedContext& given = *context;
    TT_RUN_REQUIRE(typeid(given) == typeid(world), "the context is of another kind than the current world");
    const std::lock_guard lock(job_mutex);
    started.current = context;
}

std::optional<std::int32_t> DistributedContext::subcontext_id() {
    return the_job().subcontext_id;
}

std::vector<Size> DistributedContext::subcontext_sizes() {
    const Job& started = the_job();
    return started.subcontext_id ? started.subcontext_sizes : std::vector{started.world->size()};
}

std::int32_t DistributedContext::subcontext_count() {
    return static_cast<std::int32_t>(subcontext_sizes().size());
}

Size DistributedContext::subcontext_size(std::int32_t id) {
    const std::vector<Size> sizes = subcontext_sizes();
    TT_RUN_REQUIRE(id >= 0 && static_cast<std::size_t>(id) < sizes.size(),
                   "there is no sub-context {} among {}", id, sizes.size());
    return sizes[static_cast<std::size_t>(id)];
}

Rank DistributedContext::local_to_world_rank(std::int32_t id, Rank rank) {
    const Size own = subcontext_size(id);
    TT_RUN_REQUIRE(*rank >= 0 && *rank < *own, "rank {} is outside sub-context {} of {} ranks", *rank, id,
                   *own);
    std::int32_t before = 0;
    for (std::int32_t k = 0; k < id; ++k) {
        before += *subcontext_size(k);
    }
    return Rank(before + *rank);
}

}  // namespace tt_run::distributed
