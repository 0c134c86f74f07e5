// PMI passes through the agent untouched, except for a request to end the job.

#include "launcher/agent/pmi_relay.hpp"

#include <array>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <unistd.h>

using namespace tt_run;
using launcher::abort_code;
using launcher::PmiRelay;

namespace {

/// A relay between a launcher and a program, both of which are this test.
class Fixture {
  public:
    Fixture()
        : launcher_(job::make_socket_pair(SOCK_STREAM)),
          program_(job::make_socket_pair(SOCK_STREAM)),
          relay(launcher_.second.release(), std::move(program_.second)) {
        job::set_non_blocking(launcher_.first.get());
        job::set_non_blocking(program_.first.get());
    }

    void program_says(const std::string& text) const { write(program_.first, text); }
    void launcher_says(const std::string& text) const { write(launcher_.first, text); }
    std::string program_hears() const { return read(program_.first); }
    std::string launcher_hears() const { return read(launcher_.first); }
    void program_ends() { program_.first.close(); }

  private:
    static void write(const job::Descriptor& to, const std::string& text) {
        REQUIRE(::write(to.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    static std::string read(const job::Descriptor& from) {
        std::array<char, 4096> block{};
        const ssize_t got = ::read(from.get(), block.data(), block.size());
        return got < 0    ? "(nothing)"
               : got == 0 ? "(end)"
                          : std::string(block.data(), static_cast<std::size_t>(got));
    }

    job::DescriptorPair launcher_;
    job::DescriptorPair program_;

  public:
    PmiRelay relay;
};

}  // namespace

TEST_CASE("PMI shows when a program's MPI starts, has started, and ends") {
    using job::PhaseKind;
    Fixture one;
    const auto after_program = [&](const std::string& text) {
        one.program_says(text);
        CHECK(!one.relay.take_from_program());
        CHECK(one.launcher_hears() == text);
        return one.relay.take_phase();
    };
    const auto after_launcher = [&](const std::string& text) {
        one.launcher_says(text);
        one.relay.take_from_launcher();
        CHECK(one.program_hears() == text);
        return one.relay.take_phase();
    };
    CHECK(after_program("cmd=init pmi_version=1 pmi_subversion=1\n") == PhaseKind::mpi);
    CHECK(!after_launcher("cmd=response_to_init pmi_version=1 pmi_subversion=1 rc=0\n"));
    CHECK(!after_program("cmd=put kvsname=k key=cmd=finalize value=x\n"));
    CHECK(!after_program("cmd=barr"));
    CHECK(after_program("ier_in\n") == PhaseKind::mpi);
    CHECK(!after_launcher("cmd=barrier_o"));
    CHECK(after_launcher("ut\n") == PhaseKind::run);
    CHECK(after_program("cmd=finalize\n") == PhaseKind::close);
    CHECK(!one.relay.take_phase());
}

TEST_CASE("a request for the job's end is known in PMI's both versions") {
    CHECK(abort_code("cmd=abort exitcode=3\n") == 3U);
    CHECK(abort_code("cmd=abort\n") == 1U);
    CHECK(abort_code("    34cmd=abort;isworld=TRUE;exitcode=7;") == 7U);
    CHECK(abort_code("cmd=abort exitcode=-1\n") == 0xffffffffU);
    CHECK(!abort_code("cmd=barrier_in\n"));
    CHECK(!abort_code("cmd=put kvsname=a key=cmd=abort value=1\n"));
    CHECK(!abort_code(""));
}

TEST_CASE("what program and launcher say reaches the other unchanged") {
    Fixture f;
    f.program_says("cmd=init pmi_version=1 pmi_subversion=1\n");
    CHECK(!f.relay.take_from_program());
    CHECK(f.launcher_hears() == "cmd=init pmi_version=1 pmi_subversion=1\n");
    f.launcher_says("cmd=response_to_init rc=0\n");
    f.relay.take_from_launcher();
    CHECK(f.program_hears() == "cmd=response_to_init rc=0\n");
}

TEST_CASE("a request for the job's end is kept, whole or in pieces") {
    Fixture f;
    f.program_says("cmd=get_maxes\n");
    CHECK(!f.relay.take_from_program());
    CHECK(f.launcher_hears() == "cmd=get_maxes\n");
    f.program_says("cmd=abort exitcode=9\n");
    CHECK(f.relay.take_from_program() == 9U);
    CHECK(f.launcher_hears() == "(nothing)");
}

TEST_CASE("the launcher does not see that a program has ended without a word") {
    Fixture f;
    f.program_ends();
    CHECK(!f.relay.take_from_program());
    CHECK(f.relay.program() == -1);
    CHECK(f.launcher_hears() == "(nothing)");
}
