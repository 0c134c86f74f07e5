// Somebody on the same network without the job's token: can neither join a job, nor read from it, nor end it.

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "job/descriptor.hpp"
#include "job/release.hpp"
#include "job/supervision_message.hpp"
#include "support/file.hpp"
#include "test/hosts/test_hosts.hpp"

using namespace tt_run;
using namespace tt_run::test;

namespace {

std::string state_file(const std::string& name) {
    return support::read_file(std::string(std::getenv("TT_RUN_HOSTS_STATE")) + "/" + name).value_or("");
}

/// The port in an address of tt-run's, `tcp:PORT:ADDRESSES`, that a rank has printed behind "running ".
std::uint16_t supervision_port(const std::string& output) {
    constexpr std::string_view kMark = "running tcp:";
    const std::size_t at = output.find(kMark);
    REQUIRE(at != std::string::npos);
    return static_cast<std::uint16_t>(std::stoul(output.substr(at + kMark.size())));
}

/// A connection from the stranger's network; a socket stays in the namespace it was made in.
job::Descriptor connect_as_stranger(int host, std::uint16_t port) {
    job::Descriptor made;
    std::thread([&] {
        const std::string place = "/proc/" + std::to_string(std::stoi(state_file("tthost4.pid"))) + "/ns/net";
        const job::Descriptor network(::open(place.c_str(), O_RDONLY | O_CLOEXEC));
        REQUIRE(::setns(network.get(), CLONE_NEWNET) == 0);
        made = job::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        ::inet_pton(AF_INET, fmt::format("10.77.0.{}", 10 + host).c_str(), &address.sin_addr);
        if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            made.close();
        }
    }).join();
    return made;
}

/// Where somebody listens on a host, for others than itself.
std::set<std::uint16_t> ports_on(int host) {
    std::istringstream lines(
        shell_on(host, "ss -Hltn | awk '{print $4}' | grep -v '^127\\.' | sed 's/.*://'"));
    std::set<std::uint16_t> ports;
    for (unsigned port = 0; lines >> port;) {
        ports.insert(static_cast<std::uint16_t>(port));
    }
    return ports;
}

/// Says it, and hears what comes until the connection is closed or nothing has come for a while.
std::string heard_after(const job::Descriptor& connection, const std::string& said, int milliseconds = 300) {
    static_cast<void>(!::send(connection.get(), said.data(), said.size(), MSG_NOSIGNAL));
    std::string heard;
    std::array<char, 4096> block{};
    for (pollfd news{connection.get(), POLLIN, 0}; ::poll(&news, 1, milliseconds) == 1;) {
        const ssize_t got = ::recv(connection.get(), block.data(), block.size(), 0);
        if (got <= 0) {
            break;
        }
        heard.append(block.data(), static_cast<std::size_t>(got));
    }
    return heard;
}

std::vector<std::string> intrusions(std::mt19937& random) {
    std::vector<std::string> all{"", "GET / HTTP/1.0\r\n\r\n", std::string(4, '\xff'),
                                 std::string(100000, 'x')};
    for (const std::string& token :
         {std::string(), std::string(32, '0'), std::string(32, 'f'), std::string("agent")}) {
        for (const job::Role role : {job::Role::agent, job::Role::runtime, job::Role::reach}) {
            for (const std::uint32_t version : {job::kProtocolVersion, job::kProtocolVersion + 1}) {
                all.push_back(job::encode(job::Hello{
                                  version, token, role, {0}, 1, "tthost0", std::string(job::release())}) +
                              job::encode(job::Unreachable{"tthost0", "so it is said"}) +
                              job::encode(job::Exited{1, 0, 0}) + job::encode(job::Aborted{3}) +
                              job::encode(job::Gone{}));
            }
        }
    }
    for (const job::Message& message :
         std::vector<job::Message>{job::Exited{1, 0, 0}, job::Aborted{3}, job::Terminate{0}, job::Leave{},
                                   job::Signal{9}, job::TakeStacks{}}) {
        all.push_back(job::encode(message));
    }
    for (int k = 0; k < 20; ++k) {
        std::string bytes(random() % 600, '\0');
        std::ranges::generate(bytes, [&] { return static_cast<char>(random()); });
        all.push_back(bytes);
    }
    return all;
}

}  // namespace

TEST_CASE("a stranger on the network can neither join, read, nor end a job", "[fault][fault-stranger]") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Job running({"--rank-binding", config("split-galaxy-4x2") + "/rank_bindings.yaml", "--hosts",
                 "tthost0,tthost1,tthost2,tthost3", "/bin/bash", "-c",
                 "echo running $TT_RUN_SUPERVISOR; until [ -e /tmp/go ]; do sleep 0.1; done; echo \"rank "
                 "$TT_RUN_RANK is done\""});
    REQUIRE(running.prints("running"));
    const std::uint16_t port = supervision_port(running.output());

    std::size_t tried = 0;
    for (const std::string& said : intrusions(random)) {
        const job::Descriptor connection = connect_as_stranger(0, port);
        REQUIRE(connection);
        CHECK(heard_after(connection, said).empty());
        ++tried;
    }
    CHECK(tried > 40);
    // Many that connect and say nothing keep nobody out; the ranks are still heard.
    std::vector<job::Descriptor> silent;
    for (int k = 0; k < 600; ++k) {
        silent.push_back(connect_as_stranger(0, port));
    }
    for (int host = 0; host < kHosts; ++host) {
        shell_on(host, "touch /tmp/go");
    }
    const ChildOutcome outcome = running.wait();
    for (int host = 0; host < kHosts; ++host) {
        shell_on(host, "rm /tmp/go");
    }
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    for (int rank = 0; rank < 4; ++rank) {
        CHECK(outcome.standard_output.find(fmt::format("rank {} is done\n", rank)) != std::string::npos);
    }
    CHECK(outcome.standard_error.find("stranger") == std::string::npos);
    CHECK(leftovers() == "");
}

TEST_CASE("nonsense from a stranger at any port of a job, MPI's own too, does not disturb it",
          "[fault][fault-stranger-nonsense]") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::array<std::set<std::uint16_t>, kHosts> before;
    for (int host = 0; host < kHosts; ++host) {
        before.at(static_cast<std::size_t>(host)) = ports_on(host);
    }
    Job running({"--emulate", "--rank-binding", config("split-galaxy-4x2") + "/rank_bindings.yaml", "--hosts",
                 "tthost0,tthost1,tthost2,tthost3", program("hosts_program"), "5", "0", "65536"});
    REQUIRE(running.prints("running"));
    std::size_t open = 0;
    std::size_t closed = 0;
    for (int host = 0; host < kHosts; ++host) {
        for (const std::uint16_t port : ports_on(host)) {
            if (before.at(static_cast<std::size_t>(host)).contains(port)) {
                continue;
            }
            for (const std::string& said : intrusions(random)) {
                const job::Descriptor connection = connect_as_stranger(host, port);
                ++(connection ? open : closed);
                if (!connection) {
                    break;
                }
                heard_after(connection, said, 20);
            }
        }
    }
    CHECK(open > 4);     // tt-run's, and one of MPI's for each rank
    CHECK(closed >= 1);  // mpiexec's
    const ChildOutcome outcome = running.interrupt();
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 130);
    CHECK(outcome.standard_error.starts_with("tt-run: ended by SIGINT\n"));
    CHECK(leftovers() == "");
}

TEST_CASE("the token of a job stands on no command line, and no other user can read it") {
    Job running({"--rank-binding", config("split-galaxy-4x2") + "/rank_bindings.yaml", "--hosts",
                 "tthost0:2,tthost1:2", "/bin/bash", "-c",
                 "echo running; until [ -e /tmp/go ]; do sleep 0.1; done; echo $TT_RUN_TOKEN"});
    REQUIRE(running.prints("running"));
    std::string lines;
    for (const int host : {0, 1}) {
        for (const pid_t pid : processes_on(host)) {
            lines += support::read_file(fmt::format("/proc/{}/cmdline", pid)).value_or("") + "\n";
        }
        shell_on(host, "touch /tmp/go");
    }
    const ChildOutcome outcome = running.wait();
    for (const int host : {0, 1}) {
        shell_on(host, "rm /tmp/go");
    }
    std::istringstream words(outcome.standard_output);
    std::string word;
    std::string token;
    while (words >> word) {
        token = word == "running" ? token : word;
    }
    REQUIRE(token.size() == 32);
    CHECK(lines.find(token) == std::string::npos);
    CHECK(leftovers() == "");
}
