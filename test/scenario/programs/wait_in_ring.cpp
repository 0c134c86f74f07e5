// A stand-in for a runtime: each rank reports that it waits for the next one, and answers when it is asked to
// look again. With the argument `alive`, rank 0 finds what it waited for at every look, and after a second
// all of them do; each then waits for the others' word before it ends, for a rank that has ended frees
// nobody.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <poll.h>

#include "job/supervision_client.hpp"

int main(int argc, char** argv) {
    using namespace tt_run::job;
    using Clock = std::chrono::steady_clock;
    const bool is_alive = argc > 1 && std::string_view(argv[1]) == "alive";
    const int rank = std::atoi(std::getenv("TT_RUN_RANK"));
    const int size = std::atoi(std::getenv("TT_RUN_SIZE"));
    auto client = SupervisionClient::connect_from_environment();
    if (!client) {
        return 3;
    }
    Blocked wait{1, 0, false, {{"socket receive", {{(rank + 1) % size}}, 2, 3}}};
    client->tell(wait);
    const auto end = Clock::now() + std::chrono::seconds(is_alive ? 1 : 600);
    while (Clock::now() < end) {
        pollfd news{client->descriptor(), POLLIN, 0};
        ::poll(&news, 1, 50);
        if (const auto probe = client->take_probe()) {
            if (is_alive && rank == 0) {
                client->tell(Unblocked{wait.epoch++});
            }
            wait.probe = *probe;
            client->tell(wait);
        }
    }
    client->tell(Unblocked{wait.epoch});
    std::ofstream("free." + std::to_string(rank)).close();
    for (int other = 0; other < size; ++other) {
        while (!std::filesystem::exists("free." + std::to_string(other))) {
            ::poll(nullptr, 0, 10);
        }
    }
    return 0;
}
