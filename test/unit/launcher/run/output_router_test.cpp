// What ranks print, in pieces, and what a reader gets of it.

#include "launcher/run/output_router.hpp"

#include <array>

#include <catch2/catch.hpp>
#include <unistd.h>

using namespace tt_run;
using job::Stream;
using launcher::OutputOptions;
using launcher::OutputRouter;

namespace {

/// A router of so many ranks with one pipe as both of its streams, as `2>&1` makes it.
class RouterFixture {
  public:
    explicit RouterFixture(const OutputOptions& options, std::size_t ranks = 4)
        : pipe_(job::make_pipe()),
          router(*OutputRouter::open(options, std::vector<launcher::RankTags>(ranks), pipe_.second.get(),
                                     pipe_.second.get())) {
        job::set_non_blocking(pipe_.first.get());
    }

    std::string read() const {
        std::array<char, 65536> block{};
        const ssize_t got = ::read(pipe_.first.get(), block.data(), block.size());
        return {block.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
    }

  private:
    job::DescriptorPair pipe_;

  public:
    OutputRouter router;
};

OutputOptions folded() {
    OutputOptions options;
    options.fold = true;
    return options;
}

}  // namespace

TEST_CASE("identical lines are shown once, with their ranks, errors first") {
    RouterFixture f(folded(), 6);
    for (int rank = 0; rank < 6; ++rank) {
        f.router.take({rank}, Stream::output, "same\nsame\n");
        if (rank != 3) {
            f.router.take({rank}, Stream::output, "most\n");
        }
        f.router.take({rank}, Stream::error, "bad\n");
    }
    f.router.take({3}, Stream::output, "own 3\n");
    CHECK(f.router.next());
    CHECK(f.read().empty());
    f.router.flush_fully();
    CHECK(f.read() == "[0-5] bad\n[0-5] same (x2)\n[0-2,4,5] most\n[3] own 3\n");
    CHECK(!f.router.next());
}

TEST_CASE("lines are handed on whole, whatever pieces they come in") {
    RouterFixture f({});
    f.router.take({0}, Stream::output, "a");
    f.router.take({1}, Stream::output, "x\ny");
    f.router.take({0}, Stream::output, "b\nc\nd");
    f.router.take({1}, Stream::output, "\n");
    f.router.flush();
    CHECK(f.read() == "x\nab\nc\ny\n");
    f.router.finish({0});
    f.router.flush();
    CHECK(f.read() == "d");
}

TEST_CASE("a line without an end waits for it, but not for ever") {
    RouterFixture f({});
    const std::string most(OutputRouter::kLongestLine, '.');
    f.router.take({0}, Stream::output, most);
    CHECK(f.router.backlog() == 0);
    f.router.take({0}, Stream::output, "!");
    CHECK(f.router.backlog() == most.size() + 2);
}
