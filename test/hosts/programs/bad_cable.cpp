// A cable between a test host and the network that delays, loses and reorders frames, for kernels without
// netem: one TAP interface here, one called eth0 in the network namespace of another process, and this
// program between them.
//   bad_cable PID INTERFACE DELAY_MS LOSS_PERMILLE REORDER_PERMILLE
// The delay is of frames that leave the host. A reordered frame is 20 ms late. Says "ready" when both ends
// are there.

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using Frame = std::vector<char>;

constexpr std::size_t kLargestFrame = 65536;
constexpr milliseconds kLate{20};

struct Ills {
    milliseconds delay;
    unsigned lost_permille;
    unsigned reordered_permille;
};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

int make_tap(const std::string& name) {
    const int tap = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    if (tap < 0 || ::ioctl(tap, TUNSETIFF, &request) != 0) {
        fail("making the interface " + name);
    }
    return tap;
}

/// One direction: frames on their way, by the time at which they arrive.
class Wire {
  public:
    Wire(int from, int to, const Ills& ills, unsigned seed)
        : from_(from), to_(to), ills_(ills), random_(seed) {}

    int from() const { return from_; }

    void take() {
        Frame frame(kLargestFrame);
        const ssize_t got = ::read(from_, frame.data(), frame.size());
        if (got <= 0) {
            return;
        }
        if (happens(ills_.lost_permille)) {
            return say("lost");
        }
        frame.resize(static_cast<std::size_t>(got));
        const bool is_reordered = happens(ills_.reordered_permille);
        if (is_reordered) {
            say("reordered");
        }
        if (ills_.delay > milliseconds(0)) {
            say("delayed");
        }
        const milliseconds late = is_reordered ? kLate : milliseconds(0);
        under_way_.emplace(Clock::now() + ills_.delay + late, std::move(frame));
    }

    void deliver(Clock::time_point now) {
        while (!under_way_.empty() && under_way_.begin()->first <= now) {
            const Frame& frame = under_way_.begin()->second;
            static_cast<void>(!::write(to_, frame.data(), frame.size()));  // a full or absent end loses it
            under_way_.erase(under_way_.begin());
        }
    }

    Clock::time_point next() const {
        return under_way_.empty() ? Clock::time_point::max() : under_way_.begin()->first;
    }

  private:
    /// Once: that it did so at all.
    static void say(const std::string& ill) {
        static std::set<std::string> said;
        if (said.insert(ill).second) {
            std::puts(ill.c_str());
            std::fflush(stdout);
        }
    }

    bool happens(unsigned permille) { return random_() % 1000 < permille; }

    int from_;
    int to_;
    Ills ills_;
    std::mt19937 random_;
    std::multimap<Clock::time_point, Frame> under_way_;
};

void run(const std::vector<std::string>& words) {
    const Ills ills{milliseconds(std::stoi(words[2])), static_cast<unsigned>(std::stoi(words[3])),
                    static_cast<unsigned>(std::stoi(words[4]))};
    const int here = make_tap(words[1]);
    const int host = ::open(("/proc/" + words[0] + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC);
    if (host < 0 || ::setns(host, CLONE_NEWNET) != 0) {
        fail("entering the host's network");
    }
    const int there = make_tap("eth0");
    std::puts("ready");
    std::fflush(stdout);
    Ills inwards = ills;
    inwards.delay = milliseconds(0);
    std::array<Wire, 2> wires{Wire(there, here, ills, 1), Wire(here, there, inwards, 2)};
    for (;;) {
        const Clock::time_point next = std::min(wires[0].next(), wires[1].next());
        const auto wait =
            next == Clock::time_point::max()
                ? -1
                : std::max<std::int64_t>(0, std::chrono::ceil<milliseconds>(next - Clock::now()).count());
        std::array<pollfd, 2> news{{{wires[0].from(), POLLIN, 0}, {wires[1].from(), POLLIN, 0}}};
        ::poll(news.data(), news.size(), static_cast<int>(wait));
        for (std::size_t k = 0; k < wires.size(); ++k) {
            if ((news[k].revents & POLLIN) != 0) {
                wires[k].take();
            }
            wires[k].deliver(Clock::now());
        }
    }
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 6) {
        throw std::runtime_error("bad_cable PID INTERFACE DELAY_MS LOSS_PERMILLE REORDER_PERMILLE");
    }
    run({argv + 1, argv + argc});
} catch (const std::exception& error) {
    std::fprintf(stderr, "bad_cable: %s\n", error.what());
    return 1;
}
