#include "sockets/neighbour.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace tt_run::sockets {

namespace {

using job::Descriptor;
using support::Error;
using support::Result;
using Clock = std::chrono::steady_clock;

/// A peer that has ended counts as living for so long: whoever ends the job is to hear of that end first, and
/// not of the failures that follow from it.
constexpr std::chrono::milliseconds kMournTime{500};

struct Address {
    sockaddr_un words{};
    socklen_t size = 0;
};

/// Abstract: no file, gone with its socket.
Address address_of(const std::string& name) {
    Address address;
    address.words.sun_family = AF_UNIX;
    const std::size_t length = std::min(name.size(), sizeof address.words.sun_path - 1);
    std::memcpy(address.words.sun_path + 1, name.data(), length);
    address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
    return address;
}

Result<void> await_readable(int descriptor, Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd wait{descriptor, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(0, left))) <= 0) {
        return std::unexpected(Error("the process at the other end does not answer"));
    }
    return {};
}

/// Only a process of the same user may lend memory to this one.
bool is_same_user(int connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::getuid();
}

}  // namespace

std::shared_ptr<Neighbour> Neighbour::self(job::Rank rank, std::byte* memory, std::size_t bytes) {
    std::shared_ptr<Neighbour> neighbour(new Neighbour(rank));
    neighbour->memory_ = memory;
    neighbour->bytes_ = bytes;
    return neighbour;
}

Result<std::shared_ptr<Neighbour>> Neighbour::greet(job::Rank rank, Descriptor connection, int own_memory,
                                                    Clock::time_point deadline) {
    std::shared_ptr<Neighbour> neighbour(new Neighbour(rank));
    neighbour->connection_ = std::move(connection);
    if (!is_same_user(neighbour->connection_.get())) {
        return std::unexpected(Error("a process of another user answers"));
    }
    if (auto sent = neighbour->send_file(own_memory); !sent) {
        return std::unexpected(sent.error());
    }
    const Result<Descriptor> file = neighbour->receive_file(deadline);
    if (!file) {
        return std::unexpected(file.error());
    }
    struct stat facts {};
    if (::fstat(file->get(), &facts) != 0) {
        return std::unexpected(Error::from_errno(errno));
    }
    neighbour->bytes_ = static_cast<std::size_t>(facts.st_size);
    void* const base = ::mmap(nullptr, neighbour->bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                              file->get(), 0);
    if (base == MAP_FAILED) {
        return std::unexpected(Error::from_errno(errno).while_doing("mapping a neighbour's memory"));
    }
    neighbour->memory_ = static_cast<std::byte*>(base);
    return neighbour;
}

Neighbour::~Neighbour() {
    if (connection_ && memory_ != nullptr) {
        ::munmap(memory_, bytes_);
    }
}

Result<std::byte*> Neighbour::at(std::uint64_t offset, std::size_t bytes) const {
    if (offset > bytes_ || bytes > bytes_ - offset) {
        return std::unexpected(Error(fmt::format("rank {} names memory that it does not have", rank_.value)));
    }
    return memory_ + offset;
}

Result<void> Neighbour::send_file(int file) {
    char nothing = 'f';
    iovec bytes{&nothing, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    cmsghdr* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &file, sizeof file);
    if (::sendmsg(connection_.get(), &message, MSG_NOSIGNAL) != 1) {
        return std::unexpected(Error::from_errno(errno).while_doing("lending memory to a neighbour"));
    }
    return {};
}

Result<Descriptor> Neighbour::receive_file(Clock::time_point deadline) {
    if (auto ready = await_readable(connection_.get(), deadline); !ready) {
        return std::unexpected(ready.error());
    }
    char byte = 0;
    iovec bytes{&byte, 1};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    const ssize_t got = ::recvmsg(connection_.get(), &message, MSG_CMSG_CLOEXEC);
    const cmsghdr* const head = got == 1 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (head == nullptr || head->cmsg_type != SCM_RIGHTS || head->cmsg_len != CMSG_LEN(sizeof(int))) {
        return std::unexpected(Error("a neighbour lends no memory"));
    }
    int file = -1;
    std::memcpy(&file, CMSG_DATA(head), sizeof file);
    return Descriptor(file);
}

bool Neighbour::lives() const {
    if (!connection_) {
        return true;
    }
    pollfd look{connection_.get(), POLLRDHUP, 0};
    if (::poll(&look, 1, 0) >= 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0) {
        return true;
    }
    const std::int64_t now = Clock::now().time_since_epoch().count();
    std::int64_t since = 0;
    since = gone_since_.compare_exchange_strong(since, now) ? now : since;
    return Clock::duration(now - since) < kMournTime;
}

Result<NeighbourDoor> NeighbourDoor::open() {
    std::uint64_t chance = 0;
    if (::getrandom(&chance, sizeof chance, 0) != sizeof chance) {
        return std::unexpected(Error::from_errno(errno));
    }
    std::string name = fmt::format("tt-run/socket/{}/{:016x}", ::getpid(), chance);
    Descriptor listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const Address address = address_of(name);
    if (!listener ||
        ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address.words), address.size) != 0 ||
        ::listen(listener.get(), 1) != 0) {
        return std::unexpected(Error::from_errno(errno).while_doing("listening for a neighbour"));
    }
    return NeighbourDoor(std::move(name), std::move(listener));
}

Result<Descriptor> NeighbourDoor::accept(Clock::time_point deadline) const {
    if (auto ready = await_readable(listener_.get(), deadline); !ready) {
        return std::unexpected(ready.error());
    }
    Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) {
        return std::unexpected(Error::from_errno(errno));
    }
    return connection;
}

Result<Descriptor> knock(const std::string& name) {
    Descriptor connection(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    const Address address = address_of(name);
    if (!connection ||
        ::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address.words), address.size) != 0) {
        return std::unexpected(Error::from_errno(errno).while_doing("calling on a neighbour"));
    }
    return connection;
}

std::string host_identity() {
    std::string boot;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), boot);
    struct stat network {};
    if (boot.empty() || ::stat("/proc/self/ns/net", &network) != 0) {
        return "";
    }
    return fmt::format("{}/{}", boot, network.st_ino);
}

}  // namespace tt_run::sockets
