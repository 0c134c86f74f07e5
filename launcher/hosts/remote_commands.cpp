#include "launcher/hosts/remote_commands.hpp"

#include <array>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"
#include "launcher/hosts/child_process.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

namespace {

std::string read_all(const job::Descriptor& from) {
    std::string text;
    std::array<char, 65536> block{};
    for (ssize_t got = 0; (got = ::read(from.get(), block.data(), block.size())) > 0;) {
        text.append(block.data(), static_cast<std::size_t>(got));
    }
    return text;
}

/// A command under way.
struct Running {
    RemoteOutput so_far;
    pid_t pid = -1;  ///< -1 if it could not be started
    job::Descriptor output;
    job::Descriptor errors;
};

std::vector<std::string> arguments_for(const std::string& name, const std::vector<std::string>& words,
                                       const support::HostEnvironment& host) {
    std::vector<std::string> arguments{host.executable.string()};
    arguments.insert(arguments.end(), words.begin(), words.end());
    if (name == host.hostname || name == "localhost") {
        return arguments;
    }
    std::string command;  // for the shell there
    for (const std::string& word : arguments) {
        command += (command.empty() ? "" : " ") + support::shell_quoted(word);
    }
    const auto ssh = host.find_program("ssh");
    return {ssh ? ssh->string() : "/usr/bin/ssh",
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=10",
            name,
            command};
}

Running start(const std::string& name, const std::vector<std::string>& words,
              const support::HostEnvironment& host) {
    job::DescriptorPair output = job::make_pipe();
    job::DescriptorPair errors = job::make_pipe();
    const job::Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const auto child = start_child({.arguments = arguments_for(name, words, host),
                                    .environment = host.variables,
                                    .directory = host.working_directory,
                                    .input = nothing.get(),
                                    .output = output.second.get(),
                                    .error = errors.second.get(),
                                    .own_session = false,
                                    .signal_mask = {}});
    Running running{{name, 255, "", child ? "" : child.error().message()}, child.value_or(-1), {}, {}};
    running.output = std::move(output.first);
    running.errors = std::move(errors.first);
    return running;
}

}  // namespace

std::vector<RemoteOutput> run_on_hosts(const std::vector<std::string>& hosts,
                                       const std::vector<std::string>& words,
                                       const support::HostEnvironment& host) {
    std::vector<Running> all;
    for (const std::string& name : hosts) {
        all.push_back(start(name, words, host));
    }
    std::vector<RemoteOutput> outputs;
    for (Running& one : all) {
        if (one.pid >= 0) {
            // What it complains of is short: it does not fill a pipe while its output is read.
            one.so_far.output = read_all(one.output);
            one.so_far.errors = read_all(one.errors);
            int status = 0;
            ::waitpid(one.pid, &status, 0);
            one.so_far.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        outputs.push_back(std::move(one.so_far));
    }
    return outputs;
}

}  // namespace tt_run::launcher
