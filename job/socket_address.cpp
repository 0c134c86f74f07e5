#include "job/socket_address.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace tt_run::job {

namespace {

using support::Error;
using support::Result;

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kTcp = "tcp:";
constexpr int kBacklog = 4096;
constexpr int kConnectMilliseconds = 5000;

struct UnixName {
    sockaddr_un address{};
    socklen_t size = 0;
};

/// A zero byte in front makes the name abstract.
UnixName unix_name(std::string_view name) {
    UnixName made;
    made.address.sun_family = AF_UNIX;
    const std::size_t length = std::min(name.size(), sizeof made.address.sun_path - 1);
    std::memcpy(made.address.sun_path + 1, name.data(), length);
    made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
    return made;
}

/// `ADDRESS` numbers of the interfaces that are up: those of `wanted` alone if it has any.
std::vector<std::string> local_addresses(const std::string& wanted) {
    std::vector<std::string> chosen;
    std::vector<std::string> outer;
    std::vector<std::string> loopback;
    ifaddrs* all = nullptr;
    if (::getifaddrs(&all) != 0) {
        return {"127.0.0.1"};
    }
    for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET ||
            (one->ifa_flags & IFF_UP) == 0) {
            continue;
        }
        std::array<char, INET_ADDRSTRLEN> text{};
        sockaddr_in address{};
        std::memcpy(&address, one->ifa_addr, sizeof address);
        ::inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
        auto& list = one->ifa_name == wanted                ? chosen
                     : (one->ifa_flags & IFF_LOOPBACK) != 0 ? loopback
                                                            : outer;
        list.emplace_back(text.data());
    }
    ::freeifaddrs(all);
    if (!chosen.empty()) {
        return chosen;
    }
    outer.insert(outer.end(), loopback.begin(), loopback.end());
    return outer;
}

Error refused(std::string_view attempt) {
    return Error::from_errno(errno).while_doing(std::string(attempt));
}

/// Connects within the time; errno says why not.
Descriptor connect_socket(int family, const sockaddr* address, socklen_t size) {
    Descriptor made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!made) {
        return {};
    }
    int failure = 0;
    if (::connect(made.get(), address, size) != 0) {
        // A full backlog of a Unix socket is EAGAIN, and does not become writable later.
        for (int tries = 0; errno == EAGAIN && tries < kConnectMilliseconds; ++tries) {
            ::poll(nullptr, 0, 1);
            if (::connect(made.get(), address, size) == 0) {
                return made;
            }
        }
        if (errno != EINPROGRESS) {
            return {};
        }
        pollfd wait{made.get(), POLLOUT, 0};
        socklen_t length = sizeof failure;
        if (::poll(&wait, 1, kConnectMilliseconds) != 1) {
            errno = ETIMEDOUT;
            return {};
        }
        ::getsockopt(made.get(), SOL_SOCKET, SO_ERROR, &failure, &length);
    }
    errno = failure;
    return failure == 0 ? std::move(made) : Descriptor();
}

Descriptor connect_tcp(std::string_view rest) {
    const std::size_t colon = rest.find(':');
    std::uint16_t port = 0;
    errno = EINVAL;
    if (colon == std::string_view::npos ||
        std::from_chars(rest.data(), rest.data() + colon, port).ptr != rest.data() + colon) {
        return {};
    }
    Descriptor made;
    for (std::size_t at = colon + 1; !made && at < rest.size();) {
        const std::size_t end = std::min(rest.find(',', at), rest.size());
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        if (::inet_pton(AF_INET, std::string(rest.substr(at, end - at)).c_str(), &address.sin_addr) == 1) {
            made = connect_socket(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        }
        at = end + 1;
    }
    if (made) {
        // A peer's host may vanish without a word; the kernel notices within half a minute.
        const int on = 1;
        const int idle = 10;
        const int interval = 5;
        ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(made.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        ::setsockopt(made.get(), IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
        ::setsockopt(made.get(), IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    }
    return made;
}

}  // namespace

Result<Listener> listen_on_unix(const std::string& name) {
    Listener listener{Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
                      std::string(kUnix) + name};
    const UnixName at = unix_name(name);
    if (!listener.descriptor ||
        ::bind(listener.descriptor.get(), reinterpret_cast<const sockaddr*>(&at.address), at.size) != 0 ||
        ::listen(listener.descriptor.get(), kBacklog) != 0) {
        return std::unexpected(refused("making a socket for the ranks"));
    }
    return listener;
}

Result<Listener> listen_on_tcp(const std::string& interface) {
    Listener listener{Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), {}};
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_ANY);
    socklen_t size = sizeof at;
    if (!listener.descriptor ||
        ::bind(listener.descriptor.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener.descriptor.get(), kBacklog) != 0 ||
        ::getsockname(listener.descriptor.get(), reinterpret_cast<sockaddr*>(&at), &size) != 0) {
        return std::unexpected(refused("making a TCP port for the ranks"));
    }
    listener.address = std::string(kTcp) + std::to_string(ntohs(at.sin_port));
    char separator = ':';
    for (const std::string& address : local_addresses(interface)) {
        listener.address += separator + address;
        separator = ',';
    }
    return listener;
}

Result<Descriptor> connect_to(std::string_view address) {
    Descriptor made;
    errno = EINVAL;
    if (address.starts_with(kUnix)) {
        const UnixName to = unix_name(address.substr(kUnix.size()));
        made = connect_socket(AF_UNIX, reinterpret_cast<const sockaddr*>(&to.address), to.size);
    } else if (address.starts_with(kTcp)) {
        made = connect_tcp(address.substr(kTcp.size()));
    }
    if (!made) {
        return std::unexpected(refused("connecting to tt-run at `" + std::string(address) + "`"));
    }
    return made;
}

}  // namespace tt_run::job
