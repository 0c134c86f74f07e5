#include "launcher/agent/reach_host.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/channel.hpp"
#include "job/socket_address.hpp"
#include "job/variable_names.hpp"

namespace tt_run::launcher {

namespace {

/// What ssh returns when it is ssh that failed, not the command.
constexpr int kSshFailed = 255;
constexpr std::size_t kMostWords = 2048;
constexpr int kTellMilliseconds = 2000;

/// ssh's options that take a word of their own (ssh(1)).
constexpr std::string_view kWithWord = "BbcDEeFIiJLlmOopQRSWw";

/// The first word that is no option.
std::string host_among(char** words) {
    for (; *words != nullptr; ++words) {
        const std::string_view word(*words);
        if (!word.starts_with('-')) {
            return std::string(word);
        }
        if (word.size() == 2 && kWithWord.find(word[1]) != std::string_view::npos && words[1] != nullptr) {
            ++words;
        }
    }
    return "";
}

/// Never returns. What ssh says, and the command there, goes to `errors`.
[[noreturn]] void become_ssh(char** words, int errors) {
    ::dup2(errors, STDERR_FILENO);
    std::vector<std::string> arguments{"ssh"};
    for (const char* option :
         {"BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=6"}) {
        arguments.insert(arguments.end(), {"-o", option});
    }
    for (; *words != nullptr; ++words) {
        arguments.emplace_back(*words);
    }
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
    }
}

}  // namespace

int reach_host(char** words) {
    std::array<int, 2> errors{};
    if (::pipe(errors.data()) != 0) {
        return kSshFailed;
    }
    const pid_t parent = ::getpid();
    const pid_t ssh = ::fork();
    if (ssh == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) {
            ::_exit(kSshFailed);
        }
        ::close(errors[0]);
        become_ssh(words, errors[1]);
    }
    ::close(errors[1]);
    std::string said;
    std::array<char, 512> block{};
    for (ssize_t got = 0; (got = ::read(errors[0], block.data(), block.size())) > 0;) {
        static_cast<void>(!::write(STDERR_FILENO, block.data(), static_cast<std::size_t>(got)));
        said.append(block.data(), static_cast<std::size_t>(got));
        said.erase(0, said.size() > kMostWords ? said.size() - kMostWords : 0);
    }
    int status = 0;
    while (ssh > 0 && ::waitpid(ssh, &status, 0) < 0 && errno == EINTR) {
    }
    const int code = ssh < 0 ? kSshFailed : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (code == kSshFailed) {
        tell_supervisor(host_among(words), said);
    }
    return code;
}

}  // namespace tt_run::launcher
