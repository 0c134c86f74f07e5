#include "launcher/agent/reach_host.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/channel.hpp"
#include "job/descriptor.hpp"
#include "job/socket_address.hpp"
#include "job/variable_names.hpp"
#include "launcher/agent/byte_pump.hpp"
#include "launcher/agent/proxy_relay.hpp"

namespace tt_run::launcher {

namespace {

/// What ssh returns when it is ssh that failed, not the command.
constexpr int kSshFailed = 255;
constexpr std::size_t kMostWords = 2048;
constexpr int kTellMilliseconds = 2000;

/// ssh's options that take a word of their own (ssh(1)).
constexpr std::string_view kWithWord = "BbcDEeFIiJLlmOopQRSWw";

/// Where the first word stands that is no option: the host.
std::size_t host_among(const std::vector<std::string>& words) {
    std::size_t at = 0;
    while (at < words.size() && words[at].starts_with('-')) {
        at += words[at].size() == 2 && kWithWord.find(words[at][1]) != std::string_view::npos ? 2 : 1;
    }
    return std::min(at, words.size());
}

/// tt-run beside this program, which is at the same path on every host; as a shell reads it.
std::string tt_run_for_shell() {
    std::error_code failure;
    const std::filesystem::path own = std::filesystem::read_symlink("/proc/self/exe", failure);
    std::string quoted = "'";
    for (const char letter : (own.parent_path() / "tt-run").string()) {
        quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
    }
    return quoted + "'";
}

/// Never returns. What ssh says, and the command there, goes to `errors`; `streams`, if any, are its other
/// two.
[[noreturn]] void become_ssh(const std::vector<std::string>& words, int errors, int streams) {
    ::dup2(errors, STDERR_FILENO);
    if (streams >= 0) {
        ::dup2(streams, STDIN_FILENO);
        ::dup2(streams, STDOUT_FILENO);
    }
    std::vector<std::string> arguments{"ssh"};
    for (const char* option :
         {"BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=6"}) {
        arguments.insert(arguments.end(), {"-o", option});
    }
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::vector<char*> pointers;
    for (std::string& argument : arguments) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    ::execvp("ssh", pointers.data());
    const std::string why = std::string("ssh: ") + std::strerror(errno);
    static_cast<void>(!::write(STDERR_FILENO, why.data(), why.size()));
    ::_exit(kSshFailed);
}

/// Hands on what ssh says, and keeps its last words.
class LastWords {
  public:
    explicit LastWords(int from) : from_(from) {}

    bool has_ended() const { return has_ended_; }
    pollfd wish() const { return {has_ended_ ? -1 : from_, POLLIN, 0}; }
    const std::string& words() const { return words_; }

    void take() {
        std::array<char, 512> block{};
        const ssize_t got = ::read(from_, block.data(), block.size());
        has_ended_ = got <= 0;
        if (got > 0) {
            static_cast<void>(!::write(STDERR_FILENO, block.data(), static_cast<std::size_t>(got)));
            words_.append(block.data(), static_cast<std::size_t>(got));
            words_.erase(0, words_.size() > kMostWords ? words_.size() - kMostWords : 0);
        }
    }

  private:
    int from_;
    bool has_ended_ = false;
    std::string words_;
};

/// Carries what mpiexec and ssh say to each other. ssh learns at once that mpiexec has ended; mpiexec, which
/// gives up the job then, learns of ssh's end from that of this process, when the supervisor knows why.
class Relay {
  public:
    Relay(int launcher, int ssh) : ssh_(ssh), to_ssh_(launcher, ssh), from_ssh_(ssh, launcher) {}

    bool has_ended() const { return from_ssh_.has_ended(); }
    /// The proxy at the other end has said something.
    bool has_begun() const { return from_ssh_.has_begun(); }
    std::array<pollfd, 2> wishes() const { return {to_ssh_.wish(), from_ssh_.wish()}; }

    void move() {
        to_ssh_.move();
        from_ssh_.move();
        if (to_ssh_.has_ended()) {
            ::shutdown(ssh_, SHUT_WR);
        }
    }

  private:
    int ssh_;
    BytePump to_ssh_;
    BytePump from_ssh_;
};

/// Until ssh says no more.
std::string attend_to_ssh(int errors, std::optional<Relay>& relay) {
    LastWords said(errors);
    while (!said.has_ended() || (relay && !relay->has_ended())) {
        std::array<pollfd, 3> wishes{said.wish(), {-1, 0, 0}, {-1, 0, 0}};
        if (relay) {
            std::ranges::copy(relay->wishes(), wishes.begin() + 1);
        }
        ::poll(wishes.data(), wishes.size(), -1);
        if (wishes[0].revents != 0) {
            said.take();
        }
        if (relay) {
            relay->move();
        }
    }
    return said.words();
}

void tell_supervisor(const std::string& host, const std::string& reason) {
    const char* const address = std::getenv(job::kSupervisorVariable);
    const char* const token = std::getenv(job::kTokenVariable);
    auto connection = address != nullptr && token != nullptr
                          ? job::connect_to(address)
                          : std::unexpected(support::Error("no supervisor"));
    if (connection) {
        job::Channel channel(std::move(*connection), job::kLargestFromSupervisor);
        channel.send(job::Hello{job::kProtocolVersion,
                                token,
                                job::Role::reach,
                                {0},
                                static_cast<std::uint32_t>(::getpid()),
                                "",
                                ""});
        channel.send(job::Unreachable{host, reason});
        channel.flush_within(kTellMilliseconds);
        // The MPI launcher ends all ranks as soon as this process has ended: the cause has to be known
        // before.
        pollfd heard{channel.descriptor(), POLLIN, 0};
        ::poll(&heard, 1, kTellMilliseconds);
    }
}

}  // namespace

int reach_host(std::vector<std::string> words) {
    const std::size_t host = host_among(words);
    const job::Descriptor launcher = connect_to_launcher(words);
    if (launcher && host < words.size()) {
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(host) + 1,
                     {tt_run_for_shell(), "agent", "--proxy"});
    }
    job::DescriptorPair errors = job::make_pipe();
    job::DescriptorPair streams = launcher ? job::make_socket_pair(SOCK_STREAM) : job::DescriptorPair();
    if (!errors.first || (launcher && !streams.first)) {
        return kSshFailed;
    }
    const pid_t parent = ::getpid();
    const pid_t ssh = ::fork();
    if (ssh == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) {
            ::_exit(kSshFailed);
        }
        become_ssh(words, errors.second.get(), streams.second.get());
    }
    errors.second.close();
    streams.second.close();
    std::optional<Relay> relay;
    if (launcher) {
        relay.emplace(launcher.get(), streams.first.get());
    }
    const std::string said = attend_to_ssh(errors.first.get(), relay);
    int status = 0;
    while (ssh > 0 && ::waitpid(ssh, &status, 0) < 0 && errno == EINTR) {
    }
    const int code = ssh < 0 ? kSshFailed : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (code == kSshFailed || (relay && !relay->has_begun())) {  // or there is no tt-run, or no proxy
        tell_supervisor(host < words.size() ? words[host] : "", said);
    }
    return code;
}

}  // namespace tt_run::launcher
