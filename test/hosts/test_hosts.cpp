#define CATCH_CONFIG_EXTERNAL_INTERFACES  // listeners
#include "test/hosts/test_hosts.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "support/file.hpp"
#include "support/text.hpp"

namespace tt_run::test {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

/// Only against tests that hang: nothing is measured.
constexpr std::chrono::seconds kVeryLong{90};
constexpr std::chrono::milliseconds kPause{50};

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    if (value == nullptr) {
        throw std::runtime_error("scripts/test-hosts makes the hosts and runs this program");
    }
    return value;
}

fs::path state() {
    return variable("TT_RUN_HOSTS_STATE");
}

/// The host's first process, which holds its namespaces. It changes when a host is started again.
std::string first_process(int host) {
    const auto text = support::read_file(state() / fmt::format("tthost{}.pid", host));
    return text ? std::string(support::trim(*text)) : "";
}

std::vector<std::string> entered(int host, const std::vector<std::string>& words) {
    std::vector<std::string> all{"nsenter", "-t", first_process(host), "-n", "-u", "-i", "-m", "-p", "--"};
    all.insert(all.end(), words.begin(), words.end());
    return all;
}

/// What a login there would have.
support::Variables host_environment() {
    return {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
            {"HOME", "/root"},
            {"USER", "root"},
            {"LANG", "C.UTF-8"},
            {"SLURM_CONF", (state() / "slurm/slurm.conf").string()}};
}

std::vector<pid_t> all_processes_on(int host) {
    std::error_code failure;
    const fs::path own = fs::read_symlink("/proc/" + first_process(host) + "/ns/pid", failure);
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc", failure)) {
        const auto pid = support::parse_integer(entry.path().filename().string());
        std::error_code gone;
        if (pid && !failure && fs::read_symlink(entry.path() / "ns/pid", gone) == own && !gone) {
            found.push_back(static_cast<pid_t>(*pid));
        }
    }
    std::ranges::sort(found);
    return found;
}

std::set<std::string> files_on(int host) {
    std::set<std::string> found;
    for (const char* const directory : {"/tmp", "/var/tmp", "/dev/shm"}) {
        std::error_code failure;
        for (const auto& entry :
             fs::directory_iterator("/proc/" + first_process(host) + "/root" + directory, failure)) {
            found.insert(std::string(directory) + "/" + entry.path().filename().string());
        }
    }
    return found;
}

/// What each host had when it was first looked at, by its first process.
struct Inventory {
    std::vector<pid_t> processes;
    std::set<std::string> files;
};
const Inventory& beginning_of(int host) {
    static std::map<std::string, Inventory> all;
    const std::string key = fmt::format("{} {}", host, first_process(host));
    if (!all.contains(key)) {
        all[key] = {all_processes_on(host), files_on(host)};
    }
    return all.at(key);
}

std::string describe(pid_t pid) {
    std::string line = support::read_file(fmt::format("/proc/{}/cmdline", pid)).value_or("?");
    std::ranges::replace(line, '\0', ' ');
    return fmt::format("{} {}", pid, line);
}

/// A test that fails leaves nothing behind for the next: hosts but the first, which has the tests, are made
/// anew.
class HostsAfterFailure final : public Catch::TestEventListenerBase {
  public:
    using TestEventListenerBase::TestEventListenerBase;

    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        TestEventListenerBase::testCaseEnded(stats);
        for (int host = 1; host < kHosts && !stats.totals.assertions.allOk(); ++host) {
            try {
                network({"stop", std::to_string(host)});
                network({"start", std::to_string(host)});
            } catch (const std::exception& failure) {
                std::cerr << failure.what() << "\n";
            }
        }
    }
};
CATCH_REGISTER_LISTENER(HostsAfterFailure)

/// On a busy machine it may still be starting when a host's processes are first looked at.
bool is_slurm_daemon(pid_t pid) {
    std::error_code gone;
    return fs::read_symlink(fmt::format("/proc/{}/exe", pid), gone).filename().string().starts_with("slurmd");
}

std::string left_now() {
    std::string left;
    for (int host = 0; host < kHosts; ++host) {
        for (const pid_t pid : processes_on(host)) {
            if (!is_slurm_daemon(pid)) {
                left += fmt::format("tthost{}: process {}\n", host, describe(pid));
            }
        }
        std::vector<std::string> files;
        std::ranges::set_difference(files_on(host), beginning_of(host).files, std::back_inserter(files));
        for (const std::string& file : files) {
            left += fmt::format("tthost{}: file {}\n", host, file);
        }
    }
    return left;
}

}  // namespace

std::string program(const std::string& name) {
    return variable("TT_RUN_HOSTS_BUILD") + "/bin/" + name;
}

std::string config(const std::string& name) {
    return variable("TT_RUN_HOSTS_SOURCE") + "/configs/" + name;
}

ChildOutcome run_on(int host, const std::vector<std::string>& words, const std::string& input) {
    return run_child({entered(host, words), "/", host_environment(), input, kVeryLong});
}

std::string shell_on(int host, const std::string& command) {
    const ChildOutcome outcome = run_on(host, {"/bin/bash", "-c", command});
    if (outcome.exit_code != 0) {
        throw std::runtime_error(fmt::format("`{}` on tthost{} returns {}: {}", command, host,
                                             outcome.exit_code, outcome.standard_error));
    }
    return outcome.standard_output;
}

void network(const std::vector<std::string>& words) {
    std::vector<std::string> all{variable("TT_RUN_HOSTS_SOURCE") + "/test/hosts/network.sh"};
    all.insert(all.end(), words.begin(), words.end());
    support::Variables environment = test_environment();
    for (const char* const name : {"TT_RUN_HOSTS_STATE", "TT_RUN_HOSTS_SOURCE", "TT_RUN_HOSTS_BUILD"}) {
        environment[name] = variable(name);
    }
    const ChildOutcome outcome = run_child({all, "/", environment, "", kVeryLong});
    if (outcome.exit_code != 0) {
        throw std::runtime_error(support::join(all, " ") + ": " + outcome.standard_error);
    }
}

void set_cable(int host, bool connected) {
    const ChildOutcome outcome =
        run_child({{"ip", "link", "set", fmt::format("port{}", host), connected ? "up" : "down"},
                   "/",
                   test_environment(),
                   "",
                   kVeryLong});
    if (outcome.exit_code != 0) {
        throw std::runtime_error(outcome.standard_error);
    }
}

std::uint64_t bytes_received(int host) {
    return std::stoull(shell_on(host, "awk '/eth0:/ {print $2}' /proc/net/dev"));
}

std::vector<pid_t> processes_on(int host) {
    const std::vector<pid_t>& first = beginning_of(host).processes;
    std::vector<pid_t> later;
    std::ranges::set_difference(all_processes_on(host), first, std::back_inserter(later));
    return later;
}

void set_frozen(int host, bool frozen) {
    for (const pid_t pid : all_processes_on(host)) {
        ::kill(pid, frozen ? SIGSTOP : SIGCONT);
    }
}

std::string leftovers() {
    std::string left = left_now();
    for (const auto end = Clock::now() + kVeryLong; !left.empty() && Clock::now() < end; left = left_now()) {
        std::this_thread::sleep_for(kPause);
    }
    return left;
}

Job::Job(std::vector<std::string> words, std::map<std::string, std::string> variables) {
    static int count = 0;
    for (int host = 0; host < kHosts; ++host) {
        beginning_of(host);
    }
    output_ = state() / fmt::format("job{}.out", ++count);
    error_ = state() / fmt::format("job{}.err", count);
    std::string command = "cd /tmp && exec " + program("tt-run");
    for (const std::string& word : words) {
        command += " " + support::shell_quoted(word);
    }
    command += fmt::format(" >{} 2>{}", output_.string(), error_.string());
    support::Variables environment = host_environment();
    for (const auto& [name, value] : variables) {
        environment[name] = value;
    }
    end_ = std::async(std::launch::async, [command, environment] {
        return run_child({entered(0, {"/bin/bash", "-c", command}), "/", environment, "", kVeryLong});
    });
}

Job::~Job() {
    if (end_.valid()) {
        wait();
    }
}

bool Job::prints(const std::string& text) {
    const auto end = Clock::now() + kVeryLong;
    while (Clock::now() < end) {
        const bool has_ended = end_.wait_for(kPause) == std::future_status::ready;
        if (support::read_file(output_).value_or("").find(text) != std::string::npos) {
            return true;
        }
        if (has_ended) {
            break;
        }
    }
    return false;
}

std::string Job::output() const {
    return support::read_file(output_).value_or("");
}

ChildOutcome Job::interrupt() {
    shell_on(0, "pkill -INT -f '^" + program("tt-run") + " --'");
    return wait();
}

ChildOutcome Job::wait() {
    ChildOutcome outcome = end_.get();
    outcome.standard_output += support::read_file(output_).value_or("");
    outcome.standard_error += support::read_file(error_).value_or("");
    return outcome;
}

ChildOutcome run_job(std::vector<std::string> words, std::map<std::string, std::string> variables) {
    return Job(std::move(words), std::move(variables)).wait();
}

}  // namespace tt_run::test
