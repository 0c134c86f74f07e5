#include "test/support/child.hpp"

#include <array>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/support/places.hpp"

extern char** environ;

namespace tt_run::test {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("no pipe can be made");
        }
        reader = ends[0];
        writer = ends[1];
    }
    ~Pipe() {
        close(reader);
        close(writer);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    static void close(int& descriptor) {
        if (descriptor >= 0) {
            ::close(descriptor);
        }
        descriptor = -1;
    }
    int reader = -1;
    int writer = -1;
};

/// Reads what is there; closes the end and returns false when the writer is gone.
bool drain(int& descriptor, std::string& into) {
    std::array<char, 65536> block{};
    const ssize_t got = ::read(descriptor, block.data(), block.size());
    if (got <= 0) {
        Pipe::close(descriptor);
        return false;
    }
    into.append(block.data(), static_cast<std::size_t>(got));
    return true;
}

}  // namespace

support::Variables test_environment() {
    support::Variables variables = support::HostEnvironment::current(environ).variables;
    std::erase_if(variables, [](const auto& variable) { return variable.first.starts_with("TT_"); });
    variables["PATH"] = test::binary_directory() + ":" + variables["PATH"];
    return variables;
}

void become(std::vector<std::string> arguments, const std::filesystem::path& directory,
            const support::Variables& environment) {
    std::vector<std::string> entries;
    for (const auto& [name, value] : environment) {
        entries.push_back(name + "=" + value);
    }
    std::vector<char*> variables;
    for (std::string& entry : entries) {
        variables.push_back(entry.data());
    }
    variables.push_back(nullptr);
    std::vector<char*> words;
    for (std::string& argument : arguments) {
        words.push_back(argument.data());
    }
    words.push_back(nullptr);
    // Signals as a login shell leaves them, whatever this program was started with: `nohup`, say.
    for (int signal = 1; signal < NSIG; ++signal) {
        ::signal(signal, SIG_DFL);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::chdir(directory.c_str()) == 0) {
        environ = variables.data();
        ::execvp(words[0], words.data());
    }
    ::_exit(127);
}

ChildOutcome run_child(const ChildCommand& command) {
    Pipe in;
    Pipe out;
    Pipe err;
    const pid_t child = ::fork();
    if (child == 0) {
        ::setpgid(0, 0);
        ::dup2(in.reader, 0);
        ::dup2(out.writer, 1);
        ::dup2(err.writer, 2);
        become(command.arguments, command.directory, command.environment);
    }
    ::setpgid(child, child);
    Pipe::close(in.reader);
    Pipe::close(out.writer);
    Pipe::close(err.writer);
    ::fcntl(in.writer, F_SETFL, O_NONBLOCK);
    ::signal(SIGPIPE, SIG_IGN);

    ChildOutcome outcome;
    std::size_t fed = 0;
    const Clock::time_point deadline = Clock::now() + command.deadline;
    while (out.reader >= 0 || err.reader >= 0) {
        if (in.writer >= 0 && fed == command.standard_input.size()) {
            Pipe::close(in.writer);
        }
        std::array<pollfd, 3> waits{
            {{out.reader, POLLIN, 0}, {err.reader, POLLIN, 0}, {in.writer, POLLOUT, 0}}};
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || ::poll(waits.data(), waits.size(), static_cast<int>(left)) == 0) {
            outcome.timed_out = true;
            ::kill(-child, SIGKILL);
            break;
        }
        if ((waits[0].revents & (POLLIN | POLLHUP)) != 0) {
            drain(out.reader, outcome.standard_output);
        }
        if ((waits[1].revents & (POLLIN | POLLHUP)) != 0) {
            drain(err.reader, outcome.standard_error);
        }
        if ((waits[2].revents & (POLLOUT | POLLERR)) != 0) {
            const ssize_t wrote =
                ::write(in.writer, command.standard_input.data() + fed, command.standard_input.size() - fed);
            wrote > 0 ? void(fed += static_cast<std::size_t>(wrote)) : Pipe::close(in.writer);
        }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    outcome.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return outcome;
}

}  // namespace tt_run::test
