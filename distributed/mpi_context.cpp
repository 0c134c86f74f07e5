#include "distributed/mpi_context.hpp"

#include <cstdlib>
#include <functional>
#include <numeric>
#include <vector>

#include <fmt/format.h>
#include <mpi.h>

#include "distributed/mpi_communicator.hpp"
#include "distributed/mpi_end.hpp"
#include "distributed/phase_scope.hpp"
#include "distributed/progress.hpp"
#include "distributed/wait_until.hpp"
#include "support/call_place.hpp"
#include "support/check.hpp"
#include "support/require.hpp"

namespace tt_run::distributed {

namespace {

// No call here blocks in MPI, where it would burn a processor and could not say what it waits for: each is
// the non-blocking form and a `wait_until`. MPI_Comm_split and MPI_Comm_create_group have none; they run only
// once all their ranks are known to have come.

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

}  // namespace

ContextPtr start_mpi() {
    const PhaseScope phase(job::PhaseKind::mpi);
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
