// A rank's program that attacks its own supervisor: peers without a token, with a broken or a huge message,
// that say nothing, that pass for another rank's agent; and a runtime's connection that talks nonsense.
// Prints the seed and ends with 0: it is the job that must not change.

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <sys/socket.h>

#include "job/release.hpp"
#include "job/socket_address.hpp"
#include "job/supervision_message.hpp"

using namespace tt_run::job;

namespace {

void send_to(const Descriptor& peer, const std::string& bytes) {
    ::send(peer.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string hello(const std::string& token, Role role, int rank) {
    return encode(Hello{kProtocolVersion, token, role, {rank}, 1, "nowhere", std::string(release())});
}

}  // namespace

int main() {
    const std::string address = std::getenv("TT_RUN_SUPERVISOR");
    const std::string token = std::getenv("TT_RUN_TOKEN");
    const int rank = std::atoi(std::getenv("TT_RUN_RANK"));
    const unsigned seed = std::random_device()();
    std::mt19937 random(seed);
    std::printf("seed %u\n", seed);

    const std::string exits = encode(Exited{9, 0, 0}) + encode(Aborted{9}) + encode(Gone{});
    const std::vector<std::string> openings{
        exits,
        hello(std::string(token.size(), 'x'), Role::agent, rank) + exits,
        hello(token, Role::agent, 1 - rank) + exits,  // a program's token makes no agent
        hello(token, Role::runtime, 77) + exits,
        std::string("\xff\xff\xff\xff", 4) + std::string(4096, 'x'),
        "GET / HTTP/1.1\r\n\r\n",
    };
    std::vector<Descriptor> held;
    for (int round = 0; round < 400; ++round) {
        auto peer = connect_to(address);
        if (!peer) {
            continue;  // its queue is full of us
        }
        std::string bytes = openings[random() % openings.size()];
        for (unsigned hits = random() % 8; hits != 0; --hits) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        send_to(*peer, bytes.substr(0, random() % (bytes.size() + 1)));
        if (round % 2 == 0) {
            held.push_back(std::move(*peer));  // and says no more
        }
    }
    if (auto runtime = connect_to(address)) {
        send_to(*runtime,
                hello(token, Role::runtime, rank) + exits +
                    encode(Blocked{1, 0, false, {{"nothing", {{-5}}, 0, 1}, {"much", {{1 << 30}}, 0, 1}}}) +
                    std::string(2U << 20U, '\xff'));
        held.push_back(std::move(*runtime));
    }
    return 0;
}
