#include "launcher/agent/proxy_relay.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/agent/byte_pump.hpp"

namespace tt_run::launcher {

namespace {

constexpr const char* kControlPort = "--control-port";
constexpr int kNeverRan = 127;
/// How often a proxy that has not connected yet is looked at.
constexpr int kLookMilliseconds = 100;

sockaddr_in loopback_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

job::Descriptor tcp_socket() {
    return job::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

void send_at_once(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

job::Descriptor connect_here(std::uint16_t port) {
    job::Descriptor made = tcp_socket();
    const sockaddr_in address = loopback_address(port);
    if (!made || ::connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return {};
    }
    send_at_once(made.get());
    return made;
}

/// The value behind `--control-port`, to be changed; null if there is none.
std::string* control_port(std::vector<std::string>& words) {
    const auto found = std::ranges::find(words, kControlPort);
    return found == words.end() || found + 1 == words.end() ? nullptr : &*(found + 1);
}

/// 0 if it has none.
std::uint16_t port_in(const std::string& host_and_port) {
    std::uint16_t port = 0;
    const std::size_t colon = host_and_port.rfind(':');
    if (colon != std::string::npos) {
        std::from_chars(host_and_port.data() + colon + 1, host_and_port.data() + host_and_port.size(), port);
    }
    return port;
}

struct Door {
    job::Descriptor listener;
    std::uint16_t port = 0;
};

Door open_door() {
    Door door{tcp_socket(), 0};
    sockaddr_in address = loopback_address(0);
    socklen_t size = sizeof address;
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    if (!door.listener || ::bind(door.listener.get(), general, size) != 0 ||
        ::listen(door.listener.get(), 1) != 0 || ::getsockname(door.listener.get(), general, &size) != 0) {
        return {};
    }
    door.port = ntohs(address.sin_port);
    return door;
}

pid_t start(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() == parent) {
            // The relay has the other two to itself.
            if (const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC); nothing >= 0) {
                ::dup2(nothing, STDIN_FILENO);
            }
            ::dup2(STDERR_FILENO, STDOUT_FILENO);
            ::execvp(pointers[0], pointers.data());
        }
        ::_exit(kNeverRan);
    }
    return child;
}

/// The proxy's connection; none if it ended without one.
job::Descriptor await_connection(int listener, pid_t proxy) {
    for (pollfd news{listener, POLLIN, 0}; ::poll(&news, 1, kLookMilliseconds) <= 0;) {
        siginfo_t ended{};
        if (::waitid(P_PID, static_cast<id_t>(proxy), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            ended.si_pid != 0) {
            return {};
        }
    }
    job::Descriptor made(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
    send_at_once(made.get());
    return made;
}

/// Until the proxy closes its end.
void join_to_ssh(int proxy) {
    BytePump inwards(STDIN_FILENO, proxy);
    BytePump outwards(proxy, STDOUT_FILENO);
    for (bool was_open = true; !outwards.has_ended();) {
        std::array<pollfd, 2> wishes{inwards.wish(), outwards.wish()};
        ::poll(wishes.data(), wishes.size(), -1);
        inwards.move();
        outwards.move();
        if (was_open && inwards.has_ended()) {
            was_open = false;
            ::shutdown(proxy, SHUT_WR);  // mpiexec has gone
        }
    }
}

}  // namespace

job::Descriptor connect_to_launcher(std::vector<std::string> words) {
    const std::string* const control = control_port(words);
    return control == nullptr ? job::Descriptor() : connect_here(port_in(*control));
}

int run_proxy(std::vector<std::string> words) {
    std::string* const control = control_port(words);
    Door door = open_door();
    if (control == nullptr || door.port == 0) {
        return kNeverRan;
    }
    *control = "127.0.0.1:" + std::to_string(door.port);
    const pid_t proxy = start(words);
    if (const job::Descriptor connection = await_connection(door.listener.get(), proxy)) {
        door.listener.close();
        join_to_ssh(connection.get());
    }
    ::close(STDOUT_FILENO);
    int status = 0;
    while (::waitpid(proxy, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tt_run::launcher
