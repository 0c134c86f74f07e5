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
#include <unistd.h>

namespace tt_run::launcher {

namespace {

struct Kinship {
    pid_t process;
    pid_t parent;
};

/// The parent in `/proc/PID/stat`: the second field behind the name, which stands in brackets and may hold
/// any character. 0 if the process has gone.
pid_t parent_of(const char* process) {
    const std::string path = std::string("/proc/") + process + "/stat";
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

std::vector<Kinship> all_processes() {
    std::vector<Kinship> found;
    DIR* const directory = ::opendir("/proc");
    if (directory == nullptr) {
        return found;
    }
    while (const dirent* const entry = ::readdir(directory)) {
        const pid_t process = static_cast<pid_t>(std::atol(entry->d_name));
        const pid_t parent = process > 0 ? parent_of(entry->d_name) : 0;
        if (parent > 0) {
            found.push_back({process, parent});
        }
    }
    ::closedir(directory);
    return found;
}

}  // namespace

std::vector<pid_t> descendants_of(pid_t root) {
    const std::vector<Kinship> all = all_processes();
    std::vector<pid_t> found{root};
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

}  // namespace tt_run::launcher
