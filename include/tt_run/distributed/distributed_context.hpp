#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "tt_run/distributed/ids.hpp"
#include "tt_run/export.hpp"

namespace tt_run::distributed {

enum class ReduceOp : std::uint8_t { sum, max, min, prod, land, lor, band, bor };

enum class DType : std::uint8_t {
    int8,
    uint8,
    int16,
    uint16,
    int32,
    uint32,
    int64,
    uint64,
    float32,
    float64,
    boolean,
    byte,
    complex_float,
    complex_double,
};
TT_RUN_API std::size_t size_of(DType type);

/// Something between ranks failed. `what()` names the rank, the operation and the reason.
class TT_RUN_API DistributedException : public std::runtime_error {
  public:
    /// `error` is the transport's own words for `code`.
    DistributedException(Rank rank, int code, const std::string& message, std::string error);
    Rank rank() const { return rank_; }
    int error_code() const { return code_; }
    const std::string& message() const { return message_; }
    const std::string& error_string() const { return error_; }

  private:
    Rank rank_;
    int code_;
    std::string message_;
    std::string error_;
};

/// What `recv`, `wait` and `test` learn of a message.
struct Status {
    Rank source;
    Tag tag;
    std::size_t bytes = 0;
};

/// A transfer under way. The buffer that it was given must live until `wait` returns, `test` says done, or
/// `cancel` returns. One thread at a time.
///   active -> done (wait, test, cancel)
class TT_RUN_API Request {
  public:
    virtual ~Request() = default;
    virtual Status wait() = 0;
    /// The status once it is done, and ever after; nothing before.
    virtual std::optional<Status> test() = 0;
    virtual void cancel() = 0;
    virtual bool active() const = 0;
};
using RequestPtr = std::shared_ptr<Request>;

class DistributedContext;
using ContextPtr = std::shared_ptr<DistributedContext>;

/// Ranks that can talk to each other. All members may be called from any thread; collectives must be called
/// by all ranks of the context in the same order. Every wait is short of processor time (it backs off), can
/// say what it waits for (waits.hpp), and ends with an exception when its deadline passes.
///
/// Messages are bytes; `T` in the templates is an arithmetic or complex type. A buffer of a wrong size
/// throws std::runtime_error before anything is sent. What the transport refuses is a DistributedException.
class TT_RUN_API DistributedContext {
  public:
    virtual ~DistributedContext();
    DistributedContext(const DistributedContext&) = delete;
    DistributedContext& operator=(const DistributedContext&) = delete;

    /// Makes this process part of its job: over MPI if the launcher says that there are more ranks than one
    /// (PMI_SIZE or PMIX_RANK), else alone. Does nothing the second time. Arguments are not touched.
    static void create(int argc = 0, char** argv = nullptr);
    /// The context that programs mean by "the world": all ranks of the job, or of this rank's sub-context if
    /// tt-run merged several into one job. Creates it if need be.
    static ContextPtr get_current_world();
    /// The same, but throws "Distributed context not initialized" rather than creating it.
    static ContextPtr initialized_world();
    /// Throws for null and for a context of another kind than the current one.
    static void set_current_world(const ContextPtr& context);
    /// All ranks of the job. Creates it if need be.
    static ContextPtr get_world_context();
    static bool is_initialized();

    /// tt-run's sub-contexts; nothing, 1 and the whole job without any.
    static std::optional<std::int32_t> subcontext_id();
    static std::int32_t subcontext_count();
    static Size subcontext_size(std::int32_t id);
    static std::vector<Size> subcontext_sizes();
    /// The rank in the whole job of rank `rank` of sub-context `id`.
    static Rank local_to_world_rank(std::int32_t id, Rank rank);

    DistributedContextId id() const { return id_; }
    virtual Rank rank() const = 0;
    virtual Size size() const = 0;
    /// False here: MPICH as packaged cannot go on after a rank died.
    virtual bool supports_fault_tolerance() const { return false; }

    void send(std::span<const std::byte> bytes, Rank to, Tag tag);
    /// Returns only after the receiver has begun to receive.
    void ssend(std::span<const std::byte> bytes, Rank to, Tag tag);
    /// A longer message than `bytes` is an error, a shorter one is not.
    Status recv(std::span<std::byte> bytes, Rank from, Tag tag);
    RequestPtr isend(std::span<const std::byte> bytes, Rank to, Tag tag);
    RequestPtr irecv(std::span<std::byte> bytes, Rank from, Tag tag);
    /// Waits until such a message is there and says how long it is, without receiving it.
    std::size_t snoop_incoming_msg_size(Rank from, Tag tag);

    /// `where` is told when the job hangs in it.
    void barrier(std::source_location where = std::source_location::current());
    void broadcast(std::span<std::byte> bytes, Rank root);
    /// At the root, `receive` is as long as all ranks' `send` together; elsewhere it is ignored.
    void gather(std::span<const std::byte> send, std::span<std::byte> receive, Rank root);
    /// At the root, `send` is as long as all ranks' `receive` together; elsewhere it is ignored.
    void scatter(std::span<const std::byte> send, std::span<std::byte> receive, Rank root);
    /// `send` may lie in `receive`, in this rank's place.
    void all_gather(std::span<const std::byte> send, std::span<std::byte> receive);
    void all_to_all(std::span<const std::byte> send, std::span<std::byte> receive);
    /// In all reductions `send` and `receive` may be the same memory.
    void all_reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op, DType type);
    void reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op, DType type,
                Rank root);
    void reduce_scatter(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                        DType type);
    /// Inclusive: rank r gets the reduction over ranks 0 to r.
    void scan(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op, DType type);

    template <class T>
    void all_reduce(std::span<const T> send, std::span<T> receive, ReduceOp op);
    template <class T>
    void reduce(std::span<const T> send, std::span<T> receive, ReduceOp op, Rank root);
    template <class T>
    void reduce_scatter(std::span<const T> send, std::span<T> receive, ReduceOp op);
    template <class T>
    void scan(std::span<const T> send, std::span<T> receive, ReduceOp op);

    /// The same ranks, messages apart from this context's. Collective.
    ContextPtr duplicate();
    /// Ranks of one colour, ordered by key, then rank. Collective.
    ContextPtr split(Color color, Key key);
    /// These ranks, numbered in the order given. Collective over them; throws on a rank that is not one of
    /// them and for a rank named twice.
    ContextPtr create_sub_context(std::span<const Rank> ranks);
    /// For every rank of this context its number in `other`, or a negative one if it has none.
    void translate_ranks_to_other_ctx(std::span<const Rank> ranks, const ContextPtr& other,
                                      std::span<Rank> translated) const;

    /// Ends the whole job with this exit code. Does not return.
    [[noreturn]] virtual void abort(int code) = 0;
    /// Throws: there is no fault tolerance to build on.
    void revoke_and_shrink();
    bool is_revoked() const { return false; }

    /// The rank that each rank of this context has in the whole job, in order.
    virtual std::vector<Rank> world_ranks() const = 0;

  protected:
    DistributedContext();

  private:
    virtual RequestPtr start_send(std::span<const std::byte> bytes, Rank to, Tag tag, bool synchronous) = 0;
    virtual RequestPtr start_receive(std::span<std::byte> bytes, Rank from, Tag tag) = 0;
    virtual std::size_t do_snoop(Rank from, Tag tag) = 0;
    virtual void do_barrier(const std::source_location& where) = 0;
    virtual void do_broadcast(std::span<std::byte> bytes, Rank root) = 0;
    virtual void do_gather(std::span<const std::byte> send, std::span<std::byte> receive, Rank root) = 0;
    virtual void do_scatter(std::span<const std::byte> send, std::span<std::byte> receive, Rank root) = 0;
    virtual void do_all_gather(std::span<const std::byte> send, std::span<std::byte> receive) = 0;
    virtual void do_all_to_all(std::span<const std::byte> send, std::span<std::byte> receive) = 0;
    virtual void do_all_reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                               DType type) = 0;
    virtual void do_reduce(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                           DType type, Rank root) = 0;
    virtual void do_reduce_scatter(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                                   DType type) = 0;
    virtual void do_scan(std::span<const std::byte> send, std::span<std::byte> receive, ReduceOp op,
                         DType type) = 0;
    virtual ContextPtr do_duplicate() = 0;
    virtual ContextPtr do_split(Color color, Key key) = 0;
    virtual ContextPtr do_create_sub_context(std::span<const Rank> ranks) = 0;

    void require_rank(Rank rank, const char* role) const;

    DistributedContextId id_;
};

namespace detail {
template <class T>
inline constexpr DType kDTypeOf = DType::byte;
// clang-format off
template <> inline constexpr DType kDTypeOf<std::int8_t> = DType::int8;
template <> inline constexpr DType kDTypeOf<std::uint8_t> = DType::uint8;
template <> inline constexpr DType kDTypeOf<std::int16_t> = DType::int16;
template <> inline constexpr DType kDTypeOf<std::uint16_t> = DType::uint16;
template <> inline constexpr DType kDTypeOf<std::int32_t> = DType::int32;
template <> inline constexpr DType kDTypeOf<std::uint32_t> = DType::uint32;
template <> inline constexpr DType kDTypeOf<std::int64_t> = DType::int64;
template <> inline constexpr DType kDTypeOf<std::uint64_t> = DType::uint64;
template <> inline constexpr DType kDTypeOf<float> = DType::float32;
template <> inline constexpr DType kDTypeOf<double> = DType::float64;
template <> inline constexpr DType kDTypeOf<bool> = DType::boolean;
template <> inline constexpr DType kDTypeOf<std::complex<float>> = DType::complex_float;
template <> inline constexpr DType kDTypeOf<std::complex<double>> = DType::complex_double;
// clang-format on
}  // namespace detail

template <class T>
void DistributedContext::all_reduce(std::span<const T> send, std::span<T> receive, ReduceOp op) {
    all_reduce(std::as_bytes(send), std::as_writable_bytes(receive), op, detail::kDTypeOf<T>);
}
template <class T>
void DistributedContext::reduce(std::span<const T> send, std::span<T> receive, ReduceOp op, Rank root) {
    reduce(std::as_bytes(send), std::as_writable_bytes(receive), op, detail::kDTypeOf<T>, root);
}
template <class T>
void DistributedContext::reduce_scatter(std::span<const T> send, std::span<T> receive, ReduceOp op) {
    reduce_scatter(std::as_bytes(send), std::as_writable_bytes(receive), op, detail::kDTypeOf<T>);
}
template <class T>
void DistributedContext::scan(std::span<const T> send, std::span<T> receive, ReduceOp op) {
    scan(std::as_bytes(send), std::as_writable_bytes(receive), op, detail::kDTypeOf<T>);
}

}  // namespace tt_run::distributed
