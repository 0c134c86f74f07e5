#include "distributed/mpi_context.hpp"

#include <chrono>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <numeric>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>

#include "distributed/progress.hpp"
#include "distributed/wait_report.hpp"
#include "distributed/wait_until.hpp"
#include "job/variable_names.hpp"
#include "support/call_place.hpp"
#include "support/check.hpp"
#include "support/require.hpp"

namespace tt_run::distributed {

namespace {

// No call here blocks in MPI, where it would burn a processor and could not say what it waits for: each is
// the non-blocking form and a `wait_until`. MPI_Comm_split and MPI_Comm_create_group have none; they run only
// once all their ranks are known to have come.

constexpr int kExitOfLostJob = 70;
/// A rank whose program is over says so if the others take longer than this.
constexpr std::chrono::milliseconds kLeaveAfter{100};

std::string mpi_error_string(int code) {
    char text[MPI_MAX_ERROR_STRING + 1] = {};
    int length = 0;
    MPI_Error_string(code, text, &length);
    return {text, static_cast<std::size_t>(length)};
}

int rank_in(MPI_Comm communicator) {
    int rank = 0;
    MPI_Comm_rank(communicator, &rank);
    return rank;
}

void check_mpi(int code, int rank, const std::string& what) {
    if (code != MPI_SUCCESS) {
        throw DistributedException(Rank(rank), code, what, mpi_error_string(code));
    }
}

MPI_Datatype mpi_type(DType type) {
    const MPI_Datatype types[] = {MPI_INT8_T,          MPI_UINT8_T,         MPI_INT16_T,  MPI_UINT16_T,
                                  MPI_INT32_T,         MPI_UINT32_T,        MPI_INT64_T,  MPI_UINT64_T,
                                  MPI_FLOAT,           MPI_DOUBLE,          MPI_CXX_BOOL, MPI_BYTE,
                                  MPI_C_FLOAT_COMPLEX, MPI_C_DOUBLE_COMPLEX};
    return types[static_cast<std::size_t>(type)];
}

MPI_Op mpi_operation(ReduceOp op) {
    const MPI_Op operations[] = {MPI_SUM, MPI_MAX, MPI_MIN, MPI_PROD, MPI_LAND, MPI_LOR, MPI_BAND, MPI_BOR};
    return operations[static_cast<std::size_t>(op)];
}

int count_of(std::size_t bytes) {
    return static_cast<int>(bytes);
}

/// The ranks of a communicator by their numbers in MPI_COMM_WORLD.
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

/// A communicator, freed with its last user.
class Communicator {
  public:
    explicit Communicator(MPI_Comm handle) : handle_(handle), rank_(rank_in(handle)) {
        MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN);
        MPI_Comm_size(handle_, &size_);
        progress_ = ContextProgress::create(members_of(handle_), static_cast<std::size_t>(rank_));
        const std::lock_guard lock(all_mutex());
        all().insert(this);
    }
    ~Communicator() {
        {
            const std::lock_guard lock(all_mutex());
            all().erase(this);
        }
        int finalized = 0;
        MPI_Finalized(&finalized);
        if (finalized == 0) {
            MPI_Comm_free(&handle_);
        }
    }
    Communicator(const Communicator&) = delete;
    Communicator& operator=(const Communicator&) = delete;

    MPI_Comm handle() const { return handle_; }
    int rank() const { return rank_; }
    int size() const { return size_; }
    ContextProgress& progress() const { return *progress_; }

    /// Takes messages that nobody will receive any more out of MPI's hands, which would complain of them.
    static void discard_messages() {
        const std::lock_guard lock(all_mutex());
        for (const Communicator* communicator : all()) {
            communicator->discard();
        }
    }

  private:
    static std::mutex& all_mutex() {
        static std::mutex mutex;
        return mutex;
    }
    static std::set<const Communicator*>& all() {
        static auto* const all = new std::set<const Communicator*>;
        return *all;
    }

    void discard() const {
        int is_there = 0;
        MPI_Message message = MPI_MESSAGE_NULL;
        MPI_Status status{};
        while (MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, handle_, &is_there, &message, &status) ==
                   MPI_SUCCESS &&
               is_there != 0) {
            int bytes = 0;
            MPI_Get_count(&status, MPI_BYTE, &bytes);
            std::vector<std::byte> space(static_cast<std::size_t>(bytes));
            MPI_Mrecv(space.data(), bytes, MPI_BYTE, &message, MPI_STATUS_IGNORE);
        }
    }

    MPI_Comm handle_;
    int rank_;
    int size_ = 0;
    std::shared_ptr<ContextProgress> progress_;
};
using CommunicatorPtr = std::shared_ptr<const Communicator>;

class MpiRequest : public Request {
  public:
    enum class Kind { receive, other };

    /// `needs`: whom `wait` needs; empty if nobody can say.
    MpiRequest(CommunicatorPtr communicator, MPI_Request handle, std::string what,
               std::function<Needs()> needs = nullptr, Kind kind = Kind::other)
        : communicator_(std::move(communicator)),
          handle_(handle),
          what_(std::move(what)),
          needs_(std::move(needs)),
          kind_(kind) {}

    ~MpiRequest() override {
        int finalized = 0;
        MPI_Finalized(&finalized);
        if (handle_ == MPI_REQUEST_NULL || finalized != 0) {
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

    Status wait() override {
        wait_until([&] { return test().has_value(); }, [&] { return what_; }, needs_);
        return status_;
    }

    std::optional<Status> test() override {
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

    void cancel() override {
        if (handle_ != MPI_REQUEST_NULL) {
            MPI_Cancel(&handle_);
            wait();
        }
    }

    bool active() const override { return handle_ != MPI_REQUEST_NULL; }

  private:
    void take(const MPI_Status& status) {
        int bytes = 0;
        MPI_Get_count(&status, MPI_BYTE, &bytes);
        status_ = {Rank(status.MPI_SOURCE), Tag(status.MPI_TAG),
                   bytes < 0 ? 0 : static_cast<std::size_t>(bytes)};
        int cancelled = 0;
        MPI_Test_cancelled(&status, &cancelled);
        if (kind_ == Kind::receive && cancelled == 0) {
            communicator_->progress().count_received(static_cast<std::size_t>(status.MPI_SOURCE));
        }
    }

    CommunicatorPtr communicator_;
    MPI_Request handle_;
    std::string what_;
    std::function<Needs()> needs_;
    Kind kind_;
    Status status_;
};

class MpiContext : public DistributedContext {
  public:
    explicit MpiContext(CommunicatorPtr communicator) : communicator_(std::move(communicator)) {}

    Rank rank() const override { return Rank(communicator_->rank()); }
    Size size() const override { return Size(communicator_->size()); }

    [[noreturn]] void abort(int code) override {
        MPI_Abort(handle(), code);
        std::_Exit(code);
    }

    std::vector<Rank> world_ranks() const override {
        std::vector<Rank> ranks;
        for (const job::Rank member : members_of(handle())) {
            ranks.emplace_back(member.value);
        }
        return ranks;
    }

  private:
    MPI_Comm handle() const { return communicator_->handle(); }

    void check(int code, const std::string& what) const { check_mpi(code, communicator_->rank(), what); }

    /// Runs one collective to its end: `start` gets the request to fill. `needed` are the ranks without which
    /// it cannot end here; `where` is shown, and need not be the same everywhere.
    template <class Start>
    void complete(const std::string& what, const std::vector<std::size_t>& needed, Start&& start,
                  const std::string& where = "") const {
        const ContextProgress::Collective collective = progress().enter(what);
        const std::string name = fmt::format("{} of {} ranks", what, *size());
        MPI_Request request = MPI_REQUEST_NULL;
        check(start(&request), name);
        MpiRequest(communicator_, request, name, [&] {
            return progress().needs_of(collective, needed, where);
        }).wait();
    }

    ContextProgress& progress() const { return communicator_->progress(); }
    std::vector<std::size_t> all_others() const { return progress().all_others(); }
    std::vector<std::size_t> lower_ranks() const {
        std::vector<std::size_t> lower(static_cast<std::size_t>(*rank()));
        std::iota(lower.begin(), lower.end(), std::size_t{0});
        return lower;
    }
    /// Of an operation in which the root sends to all, or hears of all.
    std::vector<std::size_t> the_root(Rank root) const {
        return root == rank() ? std::vector<std::size_t>{} : std::vector{static_cast<std::size_t>(*root)};
    }
    std::vector<std::size_t> all_at_root(Rank root) const {
        return root == rank() ? all_others() : std::vector<std::size_t>{};
    }

    RequestPtr start_send(std::span<const std::byte> bytes, Rank to, Tag tag, bool synchronous) override {
        const std::string name =
            fmt::format("sending {} bytes to rank {} with tag {}", bytes.size(), *to, *tag);
        const auto start = synchronous ? &MPI_Issend : &MPI_Isend;
        MPI_Request request = MPI_REQUEST_NULL;
        check(start(bytes.data(), count_of(bytes.size()), MPI_BYTE, *to, *tag, handle(), &request), name);
        progress().count_sent(static_cast<std::size_t>(*to));
        return std::make_shared<MpiRequest>(communicator_, request, name);
    }

    RequestPtr start_receive(std::span<std::byte> bytes, Rank from, Tag tag) override {
        const std::string name = fmt::format("message from rank {} with tag {}", *from, *tag);
        MPI_Request request = MPI_REQUEST_NULL;
        check(MPI_Irecv(bytes.data(), count_of(bytes.size()), MPI_BYTE, *from, *tag, handle(), &request),
              name);
        return std::make_shared<MpiRequest>(communicator_, request, name, needs_message(name, from),
                                            MpiRequest::Kind::receive);
    }

    std::function<Needs()> needs_message(const std::string& name, Rank from) const {
        return [communicator = communicator_, name, from] {
            return communicator->progress().needs_message(name, static_cast<std::size_t>(*from));
        };
    }

    std::size_t do_snoop(Rank from, Tag tag) override {
        const auto name = [&] { return fmt::format("message from rank {} with tag {}", *from, *tag); };
        MPI_Status status{};
        wait_until(
            [&] {
                int there = 0;
                check(MPI_Iprobe(*from, *tag, handle(), &there, &status), name());
                return there != 0;
            },
            name, needs_message(name(), from));
        int bytes = 0;
        MPI_Get_count(&status, MPI_BYTE, &bytes);
        return static_cast<std::size_t>(bytes);
    }

    void do_barrier(const std::source_location& where) override {
        complete(
            "barrier", all_others(), [&](MPI_Request* request) { return MPI_Ibarrier(handle(), request); },
            " at " + support::place_of(where));
    }

    void do_broadcast(std::span<std::byte> bytes, Rank root) override {
        complete("broadcast", the_root(root), [&](MPI_Request* request) {
            return MPI_Ibcast(bytes.data(), count_of(bytes.size()), MPI_BYTE, *root, handle(), request);
        });
    }

    void do_gather(std::span<const std::byte> send, std::span<std::byte> receive, Rank root) override {
        const int count = count_of(send.size());
        complete("gather", all_at_root(root), [&](MPI_Request* request) {
            return MPI_Igather(send.data(), count, MPI_BYTE, receive.data(), count, MPI_BYTE, *root, handle(),
                               request);
        });
    }

    void do_scatter(std::span<const std::byte> send, std::span<std::byte> receive, Rank root) override {
        const int count = count_of(receive.size());
        complete("scatter", the_root(root), [&](MPI_Request* request) {
            return MPI_Iscatter(send.data(), count, MPI_BYTE, receive.data(), count, MPI_BYTE, *root,
                                handle(), request);
        });
    }

    void do_all_gather(std::span<const std::byte> send, std::span<std::byte> receive) override {
        const int count = count_of(send.size());
        const bool in_place = send.data() == receive.data() + send.size() * static_cast<std::size_t>(*rank());
        complete("all_gather", all_others(), [&](MPI_Request* request) {
            return MPI_Iallgather(in_place ? MPI_IN_PLACE : send.data(), count, MPI_BYTE, receive.data(),
                                  count, MPI_BYTE, handle(), request);
        });
    }

    void do_all_to_all(std::span<const std::byte> send, std::span<std::byte> receive) override {
        const int count = count_of(send.size()) / *size();
        complete("all_to_all", all_others(), [&](MPI_Request* request) {
            return MPI_Ialltoall(source(send, receive), count, MPI_BYTE, receive.data(), count, MPI_BYTE,
                                 handle(), request);
        });
    }

    void do_all_reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                       DType type) override {
        const int count = count_of(send.size() / size_of(type));
        complete("all_reduce", all_others(), [&](MPI_Request* request) {
            return MPI_Iallreduce(source(send, receive), receive.data(), count, mpi_type(type),
                                  mpi_operation(op), handle(), request);
        });
    }

    void do_reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op, DType type,
                   Rank root) override {
        const int count = count_of(send.size() / size_of(type));
        const void* from = rank() == root ? source(send, receive) : send.data();
        complete("reduce", all_at_root(root), [&](MPI_Request* request) {
            return MPI_Ireduce(from, receive.data(), count, mpi_type(type), mpi_operation(op), *root,
                               handle(), request);
        });
    }

    void do_reduce_scatter(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                           DType type) override {
        const int count = count_of(receive.size() / size_of(type));
        complete("reduce_scatter", all_others(), [&](MPI_Request* request) {
            return MPI_Ireduce_scatter_block(source(send, receive), receive.data(), count, mpi_type(type),
                                             mpi_operation(op), handle(), request);
        });
    }

    void do_scan(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                 DType type) override {
        const int count = count_of(send.size() / size_of(type));
        complete("scan", lower_ranks(), [&](MPI_Request* request) {
            return MPI_Iscan(source(send, receive), receive.data(), count, mpi_type(type), mpi_operation(op),
                             handle(), request);
        });
    }

    ContextPtr do_duplicate() override {
        MPI_Comm copy = MPI_COMM_NULL;
        complete("duplicate", all_others(),
                 [&](MPI_Request* request) { return MPI_Comm_idup(handle(), &copy, request); });
        return wrap(copy);
    }

    ContextPtr do_split(Color color, Key key) override {
        complete("split", all_others(),
                 [&](MPI_Request* request) { return MPI_Ibarrier(handle(), request); });
        MPI_Comm part = MPI_COMM_NULL;
        check(MPI_Comm_split(handle(), *color, *key, &part), "split");
        return wrap(part);
    }

    ContextPtr do_create_sub_context(std::span<const Rank> ranks) override {
        await_all(ranks);
        std::vector<int> members;
        for (const Rank member : ranks) {
            members.push_back(*member);
        }
        MPI_Group all = MPI_GROUP_NULL;
        MPI_Group some = MPI_GROUP_NULL;
        MPI_Comm_group(handle(), &all);
        MPI_Group_incl(all, static_cast<int>(members.size()), members.data(), &some);
        MPI_Comm part = MPI_COMM_NULL;
        const int code = MPI_Comm_create_group(handle(), some, highest_tag(), &part);
        MPI_Group_free(&some);
        MPI_Group_free(&all);
        check(code, "create_sub_context");
        return wrap(part);
    }

    /// Returns once all these ranks have called it: each tells the first, which then tells each.
    void await_all(std::span<const Rank> ranks) {
        const Tag tag(highest_tag());
        std::byte token{};
        if (ranks.front() != rank()) {
            start_send({&token, 1}, ranks.front(), tag, false)->wait();
            start_receive({&token, 1}, ranks.front(), tag)->wait();
            return;
        }
        for (const Rank member : ranks.subspan(1)) {
            start_receive({&token, 1}, member, tag)->wait();
        }
        for (const Rank member : ranks.subspan(1)) {
            start_send({&token, 1}, member, tag, false)->wait();
        }
    }

    /// Above every tag that programs may use.
    int highest_tag() const {
        int* value = nullptr;
        int found = 0;
        MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, static_cast<void*>(&value), &found);
        TT_RUN_CHECK(found != 0);
        return *value;
    }

    static const void* source(std::span<const std::byte> send, std::span<std::byte> receive) {
        return send.data() == receive.data() ? MPI_IN_PLACE : send.data();
    }

    static ContextPtr wrap(MPI_Comm communicator) {
        return std::make_shared<MpiContext>(std::make_shared<Communicator>(communicator));
    }

    CommunicatorPtr communicator_;
};

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

/// At the end of the process, whose exit code is `code`.
void finish_mpi(int code, void*) {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (code != 0 || finalized != 0) {
        return;
    }
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

}  // namespace

ContextPtr start_mpi() {
    int initialized = 0;
    MPI_Initialized(&initialized);
    if (initialized == 0) {
        int provided = 0;
        check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided), 0, "starting MPI");
        TT_RUN_REQUIRE(provided == MPI_THREAD_MULTIPLE, "this MPI does not support several threads");
        TT_RUN_CHECK(::on_exit(&finish_mpi, nullptr) == 0);
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm copy = MPI_COMM_NULL;
    check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &copy), rank_in(MPI_COMM_WORLD), "starting MPI");
    return std::make_shared<MpiContext>(std::make_shared<Communicator>(copy));
}

}  // namespace tt_run::distributed
