#include "launcher/agent/process_tree.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tt_run::launcher {

namespace {

struct Kinship {
    pid_t process;
    pid_t parent;
};

std::vector<Kinship> all_processes() {
    std::vector<Kinship> found;
    DIR* const directory = ::opendir("/proc");
    if (directory == nullptr) {
        return found;
    }
    while (const dirent* const entry = ::readdir(directory)) {
        const pid_t process = static_cast<pid_t>(std::atol(entry->d_name));
        const pid_t parent = process > 0 ? parent_of(process) : 0;
        if (parent > 0) {
            found.push_back({process, parent});
        }
    }
    ::closedir(directory);
    return found;
}

/// Adds the children that one thread has forked, as `/proc/PID/task/TID/children` lists them; false if this
/// kernel keeps no such lists.
bool add_children(const std::string& thread, std::vector<pid_t>& to) {
    const int file = ::open((thread + "/children").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    std::string text;
    std::array<char, 4096> block;
    for (ssize_t got = 0; (got = ::read(file, block.data(), block.size())) > 0;) {
        text.append(block.data(), static_cast<std::size_t>(got));
    }
    ::close(file);
    for (const char* at = text.c_str(); *at != '\0';) {
        char* end = nullptr;
        if (const long process = std::strtol(at, &end, 10); process > 0) {
            to.push_back(static_cast<pid_t>(process));
        }
        at = *end == '\0' ? end : end + 1;
    }
    return true;
}

/// The children of a process by all of its threads; false if this kernel keeps no such lists. A process that
/// has gone has none.
bool add_children_of(pid_t process, std::vector<pid_t>& to) {
    const std::string threads = "/proc/" + std::to_string(process) + "/task";
    DIR* const directory = ::opendir(threads.c_str());
    if (directory == nullptr) {
        return true;
    }
    bool is_listed = true;
    while (const dirent* const entry = ::readdir(directory)) {
        if (entry->d_name[0] != '.') {
            const std::string thread = threads + "/" + entry->d_name;
            is_listed = (add_children(thread, to) || ::access(thread.c_str(), F_OK) != 0) && is_listed;
        }
    }
    ::closedir(directory);
    return is_listed;
}

/// Looks at the tree alone, not at every process of the host: with many ranks on one, that is what counts.
bool add_tree(std::vector<pid_t>& found) {
    for (std::size_t k = 0; k < found.size(); ++k) {
        if (!add_children_of(found[k], found)) {
            return false;
        }
    }
    return true;
}

}  // namespace

/// The second field behind the name, which stands in brackets and may hold any character.
pid_t parent_of(pid_t process) {
    const std::string path = "/proc/" + std::to_string(process) + "/stat";
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    std::array<char, 512> text{};
    const ssize_t got = ::read(file, text.data(), text.size() - 1);
    ::close(file);
    const char* const name_end = got > 0 ? std::strrchr(text.data(), ')') : nullptr;
    return name_end == nullptr ? 0 : static_cast<pid_t>(std::atol(name_end + 4));
}

bool is_below(pid_t process) {
    for (pid_t at = ::getppid(); at > 1; at = parent_of(at)) {
        if (at == process) {
            return true;
        }
    }
    return false;
}

std::vector<pid_t> descendants_of(pid_t root) {
    std::vector<pid_t> found{root};
    if (add_tree(found)) {
        found.erase(found.begin());
        return found;
    }
    found = {root};
    const std::vector<Kinship> all = all_processes();
    for (std::size_t k = 0; k < found.size(); ++k) {
        for (const Kinship& one : all) {
            if (one.parent == found[k]) {
                found.push_back(one.process);
            }
        }
    }
    found.erase(found.begin());
    return found;
}

void signal_all(const std::vector<pid_t>& processes, int signal) {
    for (const pid_t process : processes) {
        ::kill(process, signal);
        if (signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT) {
            ::kill(process, SIGCONT);
        }
    }
}

void end_descendants(std::chrono::milliseconds time_to_notice, std::chrono::milliseconds grace) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point term_at = Clock::now() + time_to_notice;
    Clock::time_point kill_at = term_at + grace;
    bool was_termed = grace.count() == 0;
    for (pid_t ended = 0; (ended = ::waitpid(-1, nullptr, WNOHANG)) >= 0;) {
        if (ended > 0) {
            continue;
        }
        const Clock::time_point now = Clock::now();
        if (now >= kill_at) {
            signal_all(descendants_of(::getpid()), SIGKILL);
            kill_at = now + kKillRound;
        } else if (!was_termed && now >= term_at) {
            signal_all(descendants_of(::getpid()), SIGTERM);
            was_termed = true;
        }
        ::poll(nullptr, 0, 1);
    }
}

}  // namespace tt_run::launcher
