#include "launcher/agent/stacks.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"

namespace tt_run::launcher {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostBytes = 256U << 10U;
constexpr std::chrono::seconds kDebuggerTime{8};

std::string file_text(const std::string& path) {
    const job::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> text{};
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
    std::string read(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    std::replace(read.begin(), read.end(), '\0', ' ');
    while (!read.empty() && (read.back() == '\n' || read.back() == ' ')) {
        read.pop_back();
    }
    return read;
}

/// Runs a debugger to its end or to the deadline; what it printed, empty if it is not installed.
std::string debugger_text(const std::vector<const char*>& arguments, Clock::time_point deadline) {
    job::DescriptorPair output = job::make_pipe();
    const pid_t child = ::fork();  // not vfork: it changes its environment
    if (child == 0) {
        sigset_t none;
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        const int nothing = ::open("/dev/null", O_RDWR);
        if (nothing >= 0) {
            ::dup2(nothing, STDIN_FILENO);
            ::dup2(nothing, STDERR_FILENO);
        }
        ::dup2(output.second.get(), STDOUT_FILENO);
        ::setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 0);
        ::execvp(arguments[0], const_cast<char* const*>(arguments.data()));
        ::_exit(127);
    }
    output.second.close();
    std::string text;
    std::array<char, 4096> block{};
    pollfd wait{output.first.get(), POLLIN, 0};
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) != 1) {
            ::kill(child, SIGKILL);
            break;
        }
        const ssize_t got = ::read(output.first.get(), block.data(), block.size());
        if (got <= 0) {
            break;
        }
        text.append(block.data(), std::min(static_cast<std::size_t>(got), kMostBytes - text.size()));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? "" : text;
}

/// gdb prints much besides; a stack's lines begin with `#` or `Thread`.
std::string stack_lines(const std::string& text, const char* wanted_beginnings) {
    std::string kept;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (std::strchr(wanted_beginnings, text[begin]) != nullptr && text[begin] != '\n') {
            kept += "    " + text.substr(begin, end - begin) + "\n";
        }
        begin = end + 1;
    }
    return kept;
}

std::string kernel_view(const std::string& process) {
    std::string text;
    DIR* const threads = ::opendir((process + "/task").c_str());
    while (const dirent* const entry = threads == nullptr ? nullptr : ::readdir(threads)) {
        if (entry->d_name[0] != '.') {
            const std::string thread = process + "/task/" + entry->d_name;
            const std::string stat = file_text(thread + "/stat");
            const std::size_t state = stat.rfind(')');
            const std::string waits_in = file_text(thread + "/wchan");
            text += "    thread " + std::string(entry->d_name) + " (" + file_text(thread + "/comm") +
                    "), state " + (state == std::string::npos ? "?" : stat.substr(state + 2, 1)) + ", in " +
                    (waits_in.empty() || waits_in == "0" ? "user code or unknown" : waits_in) + "\n";
        }
    }
    if (threads != nullptr) {
        ::closedir(threads);
    }
    return text;
}

}  // namespace

std::string describe_stacks(const std::vector<pid_t>& processes) {
    const Clock::time_point deadline = Clock::now() + kDebuggerTime;
    std::string text;
    for (const pid_t process : processes) {
        const std::string number = std::to_string(process);
        const std::string directory = "/proc/" + number;
        text += "  process " + number + ": " + file_text(directory + "/cmdline") + "\n";
        std::string stacks = stack_lines(debugger_text({"gdb", "-p", number.c_str(), "-nx", "-batch", "-ex",
                                                        "thread apply all bt 30", nullptr},
                                                       deadline),
                                         "#T");
        if (stacks.find('#') == std::string::npos) {
            stacks = stack_lines(debugger_text({"eu-stack", "-p", number.c_str(), nullptr}, deadline), "#T");
        }
        text += stacks.empty() ? kernel_view(directory) : stacks;
        if (text.size() > kMostBytes) {
            text.resize(kMostBytes);
            text += "\n  (more is left out)\n";
            break;
        }
    }
    return text;
}

}  // namespace tt_run::launcher
