#include "launcher/doctor/self_test.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job/descriptor.hpp"
#include "launcher/allocation/starter_job.hpp"
#include "launcher/bindings/binding_files.hpp"
#include "launcher/hosts/child_process.hpp"
#include "launcher/plan/mpi_launcher.hpp"
#include "support/text.hpp"
#include "topology/physical/synthetic_system.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds kLongestLaunch{60};
constexpr std::chrono::seconds kLongestGoodbye{10};
constexpr std::chrono::milliseconds kGlance{20};
constexpr const char* kMarkVariable = "TT_RUN_SELF_TEST";  ///< in every rank of ours, to find what is left

/// A new directory that goes with this object.
class ScratchDirectory {
  public:
    ScratchDirectory() {
        std::string name = (fs::temp_directory_path() / "tt-run-self-test-XXXXXX").string();
        if (::mkdtemp(name.data()) != nullptr) {
            path_ = name;
        }
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

struct Launched {
    int exit_code = -1;
    std::string output;  ///< both streams
    bool timed_out = false;
};

/// Runs it to its end. When `interrupt_at` has come so many times in its output, it gets SIGINT.
Launched run_to_end(ChildOrder order, std::string_view interrupt_at, std::ptrdiff_t times) {
    Launched launched;
    job::DescriptorPair pipe = job::make_pipe();
    if (!pipe.first) {
        launched.output = "no pipe could be made";
        return launched;
    }
    order.output = pipe.second.get();
    order.error = pipe.second.get();
    const auto child = start_child(std::move(order));
    pipe.second.close();
    if (!child) {
        launched.output = child.error().message();
        return launched;
    }
    const auto deadline = Clock::now() + kLongestLaunch;
    bool interrupted = interrupt_at.empty();
    std::array<char, 4096> bytes{};
    while (true) {
        pollfd readable{pipe.first.get(), POLLIN, 0};
        ::poll(&readable, 1, static_cast<int>(kGlance.count()));
        if (Clock::now() > deadline && !launched.timed_out) {
            launched.timed_out = true;
            ::kill(*child, SIGKILL);
        }
        if (readable.revents == 0) {
            continue;
        }
        const ssize_t got = ::read(pipe.first.get(), bytes.data(), bytes.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            break;
        }
        launched.output.append(bytes.data(), static_cast<std::size_t>(got));
        std::ptrdiff_t seen = 0;
        for (std::size_t at = launched.output.find(interrupt_at); !interrupted && at != std::string::npos;
             at = launched.output.find(interrupt_at, at + interrupt_at.size())) {
            interrupted = ++seen == times;
        }
        if (seen == times) {
            ::kill(*child, SIGINT);
        }
    }
    int status = 0;
    while (::waitpid(*child, &status, 0) < 0 && errno == EINTR) {
    }
    constexpr int kSignalBase = 128;
    launched.exit_code = WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
    return launched;
}

/// Processes that carry the mark in their environment.
std::vector<std::string> marked_processes(const std::string& mark) {
    std::vector<std::string> found;
    const std::string entry = fmt::format("{}={}", kMarkVariable, mark);
    std::error_code ignored;
    for (const auto& process : fs::directory_iterator("/proc", ignored)) {
        std::ifstream file(process.path() / "environ");
        std::ostringstream text;
        text << file.rdbuf();
        if (text.str().find(entry) != std::string::npos) {
            found.push_back(process.path().filename().string());
        }
    }
    return found;
}

class SelfTest {
  public:
    SelfTest(const support::HostEnvironment& host, const std::function<void(const SelfTestStep&)>& tell)
        : host_(host), tell_(tell) {}

    bool run() {
        if (scratch_.path().empty()) {
            step("makes a temporary directory", "it cannot be made");
        } else if (make_job()) {
            bool any = false;
            for (const char* name : {"hydra", "openmpi", "srun"}) {
                if (const auto launcher = find_mpi_launcher(host_, name, std::nullopt)) {
                    any = true;
                    try_launcher(name, launcher->version);
                }
            }
            if (!any) {
                step("finds an MPI launcher", "there is none: install the package mpich");
            }
        }
        return all_passed_;
    }

  private:
    void step(std::string what, std::string problem) {
        all_passed_ = all_passed_ && problem.empty();
        tell_({std::move(what), problem.empty(), std::move(problem)});
    }

    bool make_job() {
        support::DiagnosticSink sink;
        auto cluster = topology::build_synthetic("wh-galaxy", sink);
        std::optional<StarterJob> job;
        if (cluster) {
            const PhysicalModel model{ModelSource::named, *std::move(cluster), {}};
            StarterRequest request;
            constexpr std::int32_t kSide = 4;
            request.mesh = MeshShape{kSide, kSide};
            request.system = "wh-galaxy";
            job = build_starter_job(model, request, host_, sink);
        }
        const bool made = job && job->meshes == 2 && write_files(scratch_.path(), job->files);
        step("works out two meshes on an imagined Galaxy", made ? "" : "no job came out");
        return made;
    }

    Launched launch(const std::string& launcher, const std::string& script,
                    std::string_view interrupt_at = "") {
        ChildOrder order;
        order.arguments = {host_.executable.string(),
                           "--launcher",
                           launcher,
                           "--no-validate",
                           "--rank-binding",
                           "rank_bindings.yaml",
                           "--env",
                           mark_entry(),
                           "sh",
                           "-c",
                           script};
        order.environment = host_.variables;
        order.directory = scratch_.path();
        constexpr std::ptrdiff_t kRanks = 2;
        return run_to_end(std::move(order), interrupt_at, kRanks);
    }

    std::string mark() const { return scratch_.path().string(); }
    std::string mark_entry() const { return fmt::format("{}={}", kMarkVariable, mark()); }

    void expect(std::string what, const Launched& launched, int code, std::string_view lines = "") {
        std::vector<std::string_view> seen = support::split(support::trim(launched.output), '\n');
        std::sort(seen.begin(), seen.end());
        const std::string output = fmt::format("{}", fmt::join(seen, "\n"));
        std::string problem;
        if (launched.timed_out) {
            problem = fmt::format("it had not ended after {} s", kLongestLaunch.count());
        } else if (launched.exit_code != code) {
            problem = fmt::format("exit code {}, not {}; it printed\n{}", launched.exit_code, code, output);
        } else if (!lines.empty() && output != lines) {
            problem = fmt::format("it printed\n{}", output);
        }
        step(std::move(what), std::move(problem));
    }

    void try_launcher(const std::string& name, const std::string& version) {
        const auto named = [&](std::string_view what) { return fmt::format("{} ({})", what, version); };
        expect(named("starts two ranks, each with its own mesh"),
               launch(name, "echo rank $TT_RUN_RANK of $TT_RUN_SIZE, mesh $TT_MESH_ID"), 0,
               "rank 0 of 2, mesh 0\nrank 1 of 2, mesh 1");
        expect(named("ends the other rank when one fails, with its exit code"),
               launch(name, "[ $TT_RUN_RANK = 1 ] && exit 7; exec sleep 600"), 7);
        constexpr int kInterrupted = 130;
        expect(named("ends all of them at Ctrl-C"), launch(name, "echo ready; exec sleep 600", "ready"),
               kInterrupted);
        const auto deadline = Clock::now() + kLongestGoodbye;
        std::vector<std::string> left = marked_processes(mark());
        while (!left.empty() && Clock::now() < deadline) {
            ::usleep(std::chrono::microseconds(kGlance).count());
            left = marked_processes(mark());
        }
        step(named("leaves no process behind"),
             left.empty() ? "" : fmt::format("these are left: {}", fmt::join(left, " ")));
    }

    const support::HostEnvironment& host_;
    const std::function<void(const SelfTestStep&)>& tell_;
    ScratchDirectory scratch_;
    bool all_passed_ = true;
};

}  // namespace

bool run_self_test(const support::HostEnvironment& host,
                   const std::function<void(const SelfTestStep&)>& tell) {
    return SelfTest(host, tell).run();
}

}  // namespace tt_run::launcher
