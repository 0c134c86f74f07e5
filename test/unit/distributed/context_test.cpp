// Runs under mpiexec with 1, 2, 3 and 5 ranks: every case is called by all of them.

#include <array>
#include <complex>
#include <cstring>
#include <numeric>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tt_run/distributed/distributed_context.hpp"
#include "tt_run/distributed/waits.hpp"

using namespace tt_run::distributed;

namespace {

template <class T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
    return std::as_bytes(std::span(values));
}
template <class T>
std::span<std::byte> writable(std::vector<T>& values) {
    return std::as_writable_bytes(std::span(values));
}

struct World {
    ContextPtr context = DistributedContext::get_current_world();
    int rank = *context->rank();
    int size = *context->size();
    Rank next{(rank + 1) % size};
    Rank previous{(rank + size - 1) % size};
};

}  // namespace

TEST_CASE("before the context is created, asking for it is an error that says what to do") {
    // First of all cases; the others create it.
    CHECK(!DistributedContext::is_initialized());
    CHECK_THROWS_WITH(DistributedContext::initialized_world(),
                      Catch::Contains("Distributed context not initialized"));
    DistributedContext::create();
    DistributedContext::create();
    CHECK(DistributedContext::is_initialized());
    const World w;
    CHECK(DistributedContext::initialized_world() == w.context);
    CHECK(w.rank < w.size);
    const char* announced = std::getenv("PMI_SIZE");
    CHECK(w.size == (announced == nullptr ? 1 : std::atoi(announced)));
    CHECK(!w.context->supports_fault_tolerance());
    CHECK_THROWS_WITH(w.context->revoke_and_shrink(), Catch::Contains("no fault tolerance"));
    CHECK(DistributedContext::subcontext_count() == 1);
    CHECK(DistributedContext::subcontext_sizes() == std::vector{Size(w.size)});
}

TEST_CASE("bytes go round the ring, short and long, synchronous or not") {
    const World w;
    for (const std::size_t length : {std::size_t{0}, std::size_t{10}, std::size_t{3'000'000}}) {
        std::vector<std::uint8_t> out(length, static_cast<std::uint8_t>(w.rank + 1));
        std::vector<std::uint8_t> in(length + 5, 0);
        const RequestPtr sent = w.context->isend(bytes_of(out), w.next, Tag(3));
        const Status status = w.context->recv(writable(in), w.previous, Tag(3));
        sent->wait();
        CHECK(status.bytes == length);
        CHECK(status.source == w.previous);
        CHECK(status.tag == Tag(3));
        CHECK(static_cast<std::size_t>(std::ranges::count(in, *w.previous + 1)) == length);
    }
    if (w.size > 1) {
        std::vector<int> value{w.rank};
        if (w.rank % 2 == 0 && w.rank + 1 < w.size) {
            w.context->ssend(bytes_of(value), w.next, Tag(4));
        } else if (w.rank % 2 == 1) {
            CHECK(w.context->snoop_incoming_msg_size(w.previous, Tag(4)) == sizeof(int));
            w.context->recv(writable(value), w.previous, Tag(4));
            CHECK(value[0] == w.rank - 1);
        }
    }
}

TEST_CASE("a request can be polled, waited for and cancelled") {
    const World w;
    std::vector<int> in{-1};
    const RequestPtr receive = w.context->irecv(writable(in), w.previous, Tag(5));
    CHECK(receive->active());
    CHECK(!receive->test().has_value());
    w.context->barrier();
    const std::vector<int> out{w.rank};
    const RequestPtr send = w.context->isend(bytes_of(out), w.next, Tag(5));
    while (!receive->test()) {
        std::this_thread::yield();
    }
    CHECK(!receive->active());
    CHECK(receive->wait().bytes == sizeof(int));
    CHECK(in[0] == *w.previous);
    send->wait();
    const RequestPtr never = w.context->irecv(writable(in), w.previous, Tag(6));
    never->cancel();
    CHECK(!never->active());
}

TEST_CASE("collectives move what they should") {
    const World w;
    const auto n = static_cast<std::size_t>(w.size);
    std::vector<int> eight(8);
    if (w.rank == 0) {
        std::iota(eight.begin(), eight.end(), 40);
    }
    w.context->broadcast(writable(eight), Rank(0));
    CHECK(eight == std::vector<int>{40, 41, 42, 43, 44, 45, 46, 47});

    std::vector<int> ranks(n);
    std::iota(ranks.begin(), ranks.end(), 0);
    const Rank last(w.size - 1);
    const std::vector<int> mine{w.rank};
    std::vector<int> gathered(w.rank == *last ? n : 0);
    w.context->gather(bytes_of(mine), writable(gathered), last);
    if (w.rank == *last) {
        CHECK(gathered == ranks);
    }
    std::vector<int> part(1);
    w.context->scatter(w.rank == *last ? bytes_of(ranks) : std::span<const std::byte>(), writable(part),
                       last);
    CHECK(part == mine);
    std::vector<int> everyone(n);
    w.context->all_gather(bytes_of(mine), writable(everyone));
    CHECK(everyone == ranks);
    std::vector<int> in_place(n, -1);
    in_place[static_cast<std::size_t>(w.rank)] = w.rank;
    w.context->all_gather(
        bytes_of(in_place).subspan(static_cast<std::size_t>(w.rank) * sizeof(int), sizeof(int)),
        writable(in_place));
    CHECK(in_place == ranks);

    std::vector<int> out(n);
    for (std::size_t k = 0; k < n; ++k) {
        out[k] = static_cast<int>(k) * 100 + w.rank;
    }
    std::vector<int> in(n);
    w.context->all_to_all(bytes_of(out), writable(in));
    for (std::size_t k = 0; k < n; ++k) {
        CHECK(in[k] == w.rank * 100 + static_cast<int>(k));
    }
}

TEST_CASE("reductions reduce, in place too") {
    const World w;
    const int sum = w.size * (w.size - 1) / 2;
    std::vector<int> value{w.rank, 1};
    std::vector<int> total(2);
    w.context->all_reduce<int>(value, total, ReduceOp::sum);
    CHECK(total == std::vector<int>{sum, w.size});
    w.context->all_reduce<int>(value, value, ReduceOp::max);
    CHECK(value == std::vector<int>{w.size - 1, 1});

    std::vector<double> real{w.rank + 0.5};
    std::vector<double> least(1);
    w.context->reduce<double>(real, least, ReduceOp::min, Rank(0));
    if (w.rank == 0) {
        CHECK(least[0] == 0.5);
    }
    std::vector<std::int64_t> spread(static_cast<std::size_t>(w.size), w.rank);
    std::vector<std::int64_t> own(1);
    w.context->reduce_scatter<std::int64_t>(spread, own, ReduceOp::sum);
    CHECK(own[0] == sum);
    std::vector<std::uint16_t> prefix{static_cast<std::uint16_t>(w.rank + 1)};
    w.context->scan<std::uint16_t>(prefix, prefix, ReduceOp::sum);
    CHECK(prefix[0] == (w.rank + 1) * (w.rank + 2) / 2);

    std::vector<std::uint8_t> bits{static_cast<std::uint8_t>(1U << (w.rank % 8))};
    w.context->all_reduce<std::uint8_t>(bits, bits, ReduceOp::bor);
    CHECK(bits[0] == (1U << std::min(w.size, 8)) - 1);
    std::vector<std::complex<float>> complex{{1.0F, static_cast<float>(w.rank)}};
    w.context->all_reduce<std::complex<float>>(complex, complex, ReduceOp::sum);
    CHECK(complex[0] == std::complex<float>(static_cast<float>(w.size), static_cast<float>(sum)));
    std::vector<std::uint8_t> truth{static_cast<std::uint8_t>(w.rank == 0)};
    w.context->all_reduce(bytes_of(truth), writable(truth), ReduceOp::lor, DType::boolean);
    CHECK(truth[0] == 1);
    w.context->all_reduce(bytes_of(truth), writable(truth), ReduceOp::land, DType::boolean);
    CHECK(truth[0] == 1);
}

TEST_CASE("one late rank holds all in a barrier, which can say what it waits for") {
    const World w;
    if (w.size == 1) {
        w.context->barrier();
        return;
    }
    std::vector<int> token(1);
    if (w.rank == 0) {
        // Comes only after rank 1 has seen itself wait.
        w.context->recv(writable(token), Rank(1), Tag(8));
        w.context->barrier();
    } else if (w.rank == 1) {
        std::thread watcher([&] {
            std::vector<Wait> waits;
            while (waits.empty()) {
                waits = current_waits();
            }
            CHECK(waits[0].what == "barrier of " + std::to_string(w.size) + " ranks");
            w.context->send(bytes_of(token), Rank(0), Tag(8));
        });
        w.context->barrier();
        watcher.join();
    } else {
        w.context->barrier();
    }
    CHECK(current_waits().empty());
}

TEST_CASE("a wait past its deadline gives up and says on what") {
    const World w;
    std::vector<int> value(1);
    set_wait_deadline(std::chrono::milliseconds(30));
    CHECK_THROWS_WITH(w.context->recv(writable(value), w.previous, Tag(77)),
                      Catch::Contains("gave up waiting for message from rank") && Catch::Contains("tag 77"));
    set_wait_deadline(std::chrono::milliseconds(0));
    set_interrupt_check([] { throw std::domain_error("interrupted"); });
    CHECK_THROWS_AS(w.context->recv(writable(value), w.previous, Tag(78)), std::domain_error);
    set_interrupt_check(nullptr);
    w.context->barrier();
}

TEST_CASE("duplicates, splits and sub-contexts talk apart from each other") {
    const World w;
    const ContextPtr copy = w.context->duplicate();
    CHECK(*copy->id() > *w.context->id());
    CHECK(copy->rank() == w.context->rank());
    const std::vector<int> a{w.rank * 2};
    const std::vector<int> b{w.rank * 2 + 1};
    const RequestPtr first = w.context->isend(bytes_of(a), w.next, Tag(1));
    const RequestPtr second = copy->isend(bytes_of(b), w.next, Tag(1));
    std::vector<int> in(1);
    copy->recv(writable(in), w.previous, Tag(1));
    CHECK(in[0] == *w.previous * 2 + 1);
    w.context->recv(writable(in), w.previous, Tag(1));
    CHECK(in[0] == *w.previous * 2);
    first->wait();
    second->wait();

    const ContextPtr half = w.context->split(Color(w.rank % 2), Key(-w.rank));
    const int members = w.rank % 2 == 0 ? (w.size + 1) / 2 : w.size / 2;
    CHECK(*half->size() == members);
    CHECK(*half->rank() == members - 1 - w.rank / 2);  // keys descend, so ranks do
    std::vector<int> sum{w.rank};
    half->all_reduce<int>(sum, sum, ReduceOp::sum);
    int expected = 0;
    for (int rank = w.rank % 2; rank < w.size; rank += 2) {
        expected += rank;
    }
    CHECK(sum[0] == expected);

    std::vector<Rank> some;  // every rank but the last, backwards
    for (int rank = std::max(w.size - 2, 0); rank >= 0; --rank) {
        some.emplace_back(rank);
    }
    if (w.rank <= std::max(w.size - 2, 0)) {
        const ContextPtr part = w.context->create_sub_context(some);
        CHECK(*part->size() == static_cast<int>(some.size()));
        CHECK(*part->rank() == static_cast<int>(some.size()) - 1 - w.rank);
        part->barrier();
        std::vector<Rank> all;
        for (int rank = 0; rank < w.size; ++rank) {
            all.emplace_back(rank);
        }
        std::vector<Rank> there(all.size());
        w.context->translate_ranks_to_other_ctx(all, part, there);
        for (int rank = 0; rank < w.size; ++rank) {
            const bool member = rank < static_cast<int>(some.size());
            CHECK(*there[static_cast<std::size_t>(rank)] ==
                  (member ? static_cast<int>(some.size()) - 1 - rank : -1));
        }
    } else {
        CHECK_THROWS_WITH(w.context->create_sub_context(some), Catch::Contains("is not one of the ranks"));
    }
    w.context->barrier();
}

TEST_CASE("the current world can be another context and back") {
    const World w;
    const ContextPtr copy = w.context->duplicate();
    DistributedContext::set_current_world(copy);
    CHECK(DistributedContext::get_current_world() == copy);
    DistributedContext::set_current_world(w.context);
    CHECK(DistributedContext::get_world_context()->size() == w.context->size());
    CHECK_THROWS_WITH(DistributedContext::set_current_world(nullptr), Catch::Contains("cannot be null"));
}

TEST_CASE("buffers of a wrong size are refused before anything is sent") {
    const World w;
    const auto n = static_cast<std::size_t>(w.size);
    std::vector<int> one(1);
    std::vector<int> two(2);
    std::vector<int> odd(n * 2 + 1);
    CHECK_THROWS_WITH(w.context->all_reduce(bytes_of(one), writable(two), ReduceOp::sum, DType::int32),
                      Catch::Contains("same size, got 4 and 8 bytes"));
    CHECK_THROWS_WITH(
        w.context->all_reduce(bytes_of(one).first(3), writable(one).first(3), ReduceOp::sum, DType::int32),
        Catch::Contains("no whole number of elements"));
    CHECK_THROWS_WITH(w.context->all_gather(bytes_of(one), writable(odd)),
                      Catch::Contains("one part for each"));
    CHECK_THROWS_WITH(w.context->reduce_scatter<int>(odd, one, ReduceOp::sum),
                      Catch::Contains("one part for each"));
    CHECK_THROWS_WITH(w.context->scan<int>(one, two, ReduceOp::sum), Catch::Contains("same size"));
    if (w.size > 1) {
        CHECK_THROWS_WITH(w.context->all_to_all(bytes_of(one).first(1), writable(one).first(1)),
                          Catch::Contains("cannot be divided"));
    }
    if (w.rank == 0) {
        CHECK_THROWS_WITH(w.context->gather(bytes_of(one), writable(odd), Rank(0)),
                          Catch::Contains("the root's receive buffer"));
        CHECK_THROWS_WITH(w.context->reduce<int>(one, two, ReduceOp::sum, Rank(0)),
                          Catch::Contains("same size"));
    }
    CHECK_THROWS_WITH(w.context->send(bytes_of(one), Rank(w.size), Tag(0)),
                      Catch::Contains("destination rank " + std::to_string(w.size) + " is outside"));
    CHECK_THROWS_WITH(w.context->split(Color(-1), Key(0)), Catch::Contains("must not be negative"));
    const std::array twice{Rank(0), Rank(0)};
    CHECK_THROWS_WITH(w.context->create_sub_context(twice), Catch::Contains("named twice"));
    const std::span<const std::byte> huge(bytes_of(one).data(), std::size_t{1} << 31U);
    CHECK_THROWS_WITH(w.context->isend(huge, Rank(0), Tag(0)), Catch::Contains("too long"));
}

TEST_CASE("what the transport refuses names rank, operation and code") {
    const World w;
    std::vector<int> two{1, 2};
    std::vector<int> one(1);
    if (w.size > 1) {
        const RequestPtr sent = w.context->isend(bytes_of(two), w.next, Tag(9));
        try {
            w.context->recv(writable(one), w.previous, Tag(9));
            FAIL("a message longer than its buffer was received");
        } catch (const DistributedException& error) {
            CHECK(error.rank() == w.context->rank());
            CHECK(error.error_code() != 0);
            CHECK(!error.error_string().empty());
            CHECK(error.message() == "message from rank " + std::to_string(*w.previous) + " with tag 9");
        }
        sent->wait();
    } else {
        w.context->send(bytes_of(two), Rank(0), Tag(9));
        CHECK_THROWS_WITH(w.context->recv(writable(one), Rank(0), Tag(9)),
                          Catch::Contains("8 bytes does not fit 4"));
    }
    w.context->barrier();
}

TEST_CASE("threads of one rank may each use a context of their own") {
    const World w;
    std::vector<ContextPtr> contexts;
    for (int k = 0; k < 3; ++k) {
        contexts.push_back(w.context->duplicate());
    }
    std::array<int, 3> sums{};
    std::vector<std::thread> threads;
    for (std::size_t k = 0; k < 3; ++k) {
        threads.emplace_back([&, k] {
            for (int round = 0; round < 50; ++round) {
                const int own = w.rank + static_cast<int>(k);
                int sum = 0;
                contexts[k]->all_reduce<int>({&own, 1}, {&sum, 1}, ReduceOp::sum);
                sums[k] += sum;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (int k = 0; k < 3; ++k) {
        CHECK(sums[static_cast<std::size_t>(k)] == 50 * (w.size * (w.size - 1) / 2 + k * w.size));
    }
}
