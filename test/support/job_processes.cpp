#include "test/support/job_processes.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

namespace tt_run::test {

namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The fields of `stat` behind the program's name, from the state on; empty if the process has gone.
std::string state_and_parent(const fs::path& process) {
    const std::string stat = content(process / "stat");
    const std::size_t name_end = stat.rfind(')');
    return name_end == std::string::npos || name_end + 2 >= stat.size() ? "" : stat.substr(name_end + 2);
}

bool is_zombie(const fs::path& process) {
    const std::string state = state_and_parent(process);
    return state.empty() || state.front() == 'Z';
}

}  // namespace

std::vector<pid_t> processes_with(const std::string& entry, const std::string& program) {
    std::vector<pid_t> found;
    for (const auto& process : fs::directory_iterator("/proc")) {
        const std::string name = process.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        const std::string environment = '\0' + content(process.path() / "environ");
        std::error_code failure;
        if (environment.find('\0' + entry + '\0') != std::string::npos && !is_zombie(process.path()) &&
            (program.empty() || fs::read_symlink(process.path() / "exe", failure).filename() == program)) {
            found.push_back(std::stoi(name));
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

pid_t parent_of(pid_t process) {
    const std::string state = state_and_parent(fs::path("/proc") / std::to_string(process));
    return state.size() < 3 ? 0 : std::stoi(state.substr(2));
}

}  // namespace tt_run::test
