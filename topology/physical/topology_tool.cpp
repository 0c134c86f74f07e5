#include "topology/physical/topology_tool.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/file.hpp"

namespace tt_run::topology {

using support::Error;

namespace {

/// A private directory for the tool's output, gone with this object.
class ScratchDirectory {
  public:
    explicit ScratchDirectory(const support::HostEnvironment& host) {
        const std::string parent(host.non_empty_variable("TMPDIR").value_or("/tmp"));
        std::string name = parent + "/tt-run-topology.XXXXXX";
        made_ = ::mkdtemp(name.data()) != nullptr;
        path_ = name;
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    ~ScratchDirectory() {
        std::error_code ignored;
        if (made_) {
            std::filesystem::remove_all(path_, ignored);
        }
    }
    bool made() const { return made_; }
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    bool made_ = false;
};

/// Starts the program in a process group of its own with its output thrown away.
int spawn(pid_t& child, const std::string& program, const std::string& output,
          const support::HostEnvironment& host) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    std::vector<std::string> words{program, "-f", output};
    std::vector<char*> arguments;
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    std::vector<std::string> settings;
    for (const auto& [name, value] : host.variables) {
        settings.push_back(fmt::format("{}={}", name, value));
    }
    std::vector<char*> environment;
    for (std::string& setting : settings) {
        environment.push_back(setting.data());
    }
    environment.push_back(nullptr);
    const int failure =
        ::posix_spawn(&child, program.c_str(), &actions, &attributes, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

support::Result<void> wait_for(pid_t child, std::chrono::seconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    int status = 0;
    for (;;) {
        const pid_t reaped = ::waitpid(child, &status, WNOHANG);
        if (reaped == child) {
            break;
        }
        if (reaped < 0 && errno != EINTR) {
            return std::unexpected(Error::from_errno(errno));
        }
        if (std::chrono::steady_clock::now() > until) {
            ::kill(-child, SIGKILL);
            ::waitpid(child, &status, 0);
            return std::unexpected(
                Error(fmt::format("it did not end within {} s and was stopped", deadline.count())));
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (WIFSIGNALED(status)) {
        return std::unexpected(Error(fmt::format("it was ended by signal {}", WTERMSIG(status))));
    }
    if (WEXITSTATUS(status) != 0) {
        return std::unexpected(Error(fmt::format("it failed with exit code {}", WEXITSTATUS(status))));
    }
    return {};
}

}  // namespace

support::Result<std::string> run_topology_tool(const std::filesystem::path& program,
                                               const support::HostEnvironment& host,
                                               std::chrono::seconds deadline) {
    const std::string doing = fmt::format("running `{}`", program.string());
    const ScratchDirectory scratch(host);
    if (!scratch.made()) {
        return std::unexpected(
            Error::from_errno(errno).while_doing("making a scratch directory").while_doing(doing));
    }
    const std::filesystem::path output = scratch.path() / "cluster.yaml";
    pid_t child = -1;
    if (const int failure = spawn(child, program.string(), output.string(), host); failure != 0) {
        return std::unexpected(Error::from_errno(failure).while_doing(doing));
    }
    if (const support::Result<void> ended = wait_for(child, deadline); !ended) {
        return std::unexpected(Error(ended.error()).while_doing(doing));
    }
    support::Result<std::string> text = support::read_file(output);
    if (!text) {
        return std::unexpected(Error(text.error()).while_doing(doing));
    }
    return text;
}

}  // namespace tt_run::topology
