// However a rank ends, and whoever is killed, tt-run returns the right code, names the rank, and leaves no
// process of the job. Processes are told apart by a mark in their environments, never by name alone.

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/scenario/launch_fixture.hpp"
#include "test/support/job_processes.hpp"

using namespace tt_run::test;

namespace {

constexpr const char* kMark = "TT_TEST_MARK";

/// The installed MPIs: how --launcher calls them, their launcher's program, and end_mpi built for them.
struct Flavour {
    std::string name;
    std::string launcher;
    std::string mpi_program;
};

Flavour any_flavour() {
    return GENERATE(Flavour{"hydra", "mpiexec.hydra", TT_RUN_MPICH_PROGRAM},
                    Flavour{"openmpi", "orterun", TT_RUN_OPENMPI_PROGRAM});
}

/// A job of eight ranks. tt-run carries a mark of its own; everything that it starts carries TT_RUN_JOB,
/// which ranks write down.
class MarkedJob {
  public:
    explicit MarkedJob(Flavour flavour)
        : flavour_(std::move(flavour)), mark_(fmt::format("{}={}.{}", kMark, ::getpid(), ++count_)) {
        fixture_.environment[kMark] = mark_.substr(mark_.find('=') + 1);
        fixture_.write("tmp/place", "");
        std::filesystem::remove(fixture_.directory() / "tmp/place");
        fixture_.environment["TMPDIR"] = (fixture_.directory() / "tmp").string();
        fixture_.write_ring(8);
    }
    ~MarkedJob() {
        for (const pid_t left : all()) {
            ::kill(left, SIGKILL);
        }
    }

    ChildOutcome run(std::vector<std::string> words) const {
        words.insert(words.begin(), {"--rank-binding", "ring.yaml", "--launcher", flavour_.name});
        return fixture_.run(std::move(words));
    }
    /// Runs it in the background until every rank has written its file `up.N`, does something to it, and
    /// gives back its outcome.
    template <class Action>
    ChildOutcome run_and(const std::vector<std::string>& words, Action action) const {
        ChildOutcome outcome;
        std::thread job([&] { outcome = run(words); });
        wait_until_up();
        action();
        job.join();
        return outcome;
    }
    /// The same on a terminal of its own, which is then closed, `before` standing in front of tt-run: its
    /// process.
    pid_t run_and_hang_up(std::vector<std::string> words, std::vector<std::string> before = {}) const {
        int terminal = -1;
        const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
        if (child == 0) {
            before.insert(before.end(),
                          {"tt-run", "--rank-binding", "ring.yaml", "--launcher", flavour_.name});
            before.insert(before.end(), words.begin(), words.end());
            become(before, fixture_.directory(), fixture_.environment);
        }
        wait_until_up();
        ::close(terminal);
        return child;
    }
    static int exit_code_of(pid_t child) {
        int status = 0;
        ::waitpid(child, &status, 0);
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

    /// Those of tt-run and its job that run this program.
    std::vector<pid_t> running(const std::string& program) const {
        std::vector<pid_t> found = processes_with(mark_, program);
        const std::vector<pid_t> of_job = processes_with(job_entry(), program);
        found.insert(found.end(), of_job.begin(), of_job.end());
        return found;
    }
    std::vector<pid_t> all() const { return running(""); }
    /// One of the job's processes by its part: "tt-run", "guard" (below tt-run), "agent", or a program's
    /// name.
    std::optional<pid_t> find(const std::string& part) const {
        const bool is_ours = part == "guard" || part == "agent";
        const std::vector<pid_t> found = running(is_ours ? "tt-run-agent" : part);
        const std::vector<pid_t> supervisor = running("tt-run");
        for (const pid_t process : found) {
            const pid_t parent = parent_of(process);
            // What a process has forked has its name as well, until it runs something else.
            const bool is_forked = std::find(found.begin(), found.end(), parent) != found.end();
            const bool is_below_supervisor =
                std::find(supervisor.begin(), supervisor.end(), parent) != supervisor.end();
            if (!is_forked && (!is_ours || is_below_supervisor == (part == "guard"))) {
                return process;
            }
        }
        return std::nullopt;
    }
    /// Before it is run again.
    void forget_ranks() const {
        for (int rank = 0; rank < 8; ++rank) {
            std::filesystem::remove(fixture_.directory() / fmt::format("up.{}", rank));
        }
    }
    /// What is left of them in the end: they sleep for ten minutes, so whatever is not ended is found here,
    /// and a busy machine may take its time over what is.
    std::vector<pid_t> left() const {
        for (int tries = 0; tries < 1000 && !all().empty(); ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return all();
    }
    /// Temporary files that are left in the end.
    std::size_t files_left() const {
        const auto count = [&] {
            return std::distance(std::filesystem::directory_iterator(fixture_.directory() / "tmp"), {});
        };
        for (int tries = 0; tries < 100 && count() != 0; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return static_cast<std::size_t>(count());
    }

  private:
    void wait_until_up() const {
        int up = 0;
        for (int tries = 0; up < 8 && tries < 5000; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            while (up < 8 && !job_of(up).empty()) {
                ++up;
            }
        }
        CHECK(up == 8);
    }
    /// What the rank wrote into `up.N`; empty as long as it has not written its whole line.
    std::string job_of(int rank) const {
        const std::string file = fmt::format("up.{}", rank);
        const std::string line = fixture_.exists(file) ? fixture_.read(file) : "";
        return line.ends_with('\n') ? line.substr(0, line.size() - 1) : "";
    }
    std::string job_entry() const {
        for (int rank = 0; rank < 8; ++rank) {
            if (const std::string job = job_of(rank); !job.empty()) {
                return "TT_RUN_JOB=" + job;
            }
        }
        return mark_;
    }

    static inline int count_ = 0;
    Flavour flavour_;
    LaunchFixture fixture_;
    std::string mark_;
};

/// What the ranks that do not fail start: several processes, some of them hard to find.
constexpr const char* kOthers = "sleep 600 & setsid sleep 600 & (setsid bash -c '(sleep 600 &) ; exit 0' &)";
constexpr const char* kIsUp = "echo $TT_RUN_JOB > up.$TT_RUN_RANK";

std::vector<std::string> bash(const std::string& script) {
    return {"bash", "-c", script};
}

}  // namespace

TEST_CASE("a plain rank's end, in every way, ends the job", "[fault]") {
    const auto [name, way, code, told] = GENERATE(table<std::string, std::string, int, std::string>({
        {"fault-plain-exit", "exit 7", 7, "exit code 7"},
        {"fault-plain-abort", "kill -ABRT $$", 134, "signal 6 (SIGABRT"},
        {"fault-plain-segv", "kill -SEGV $$", 139, "signal 11 (SIGSEGV"},
        {"fault-plain-kill", "kill -KILL $$", 137, "signal 9 (SIGKILL)"},
        {"fault-plain-session", "exec setsid -w bash -c 'exit 7'", 7, "exit code 7"},
        {"fault-plain-no-program", "exec /no/such/program", 127, "exit code 127"},
    }));
    const Flavour flavour = any_flavour();
    INFO(way << " under " << flavour.name);
    DYNAMIC_SECTION(name) {
        const MarkedJob job(flavour);
        const ChildOutcome outcome = job.run(bash(
            fmt::format("{}; ulimit -c 0; {}; if [ $TT_RUN_RANK = 3 ]; then echo last words >&2; {}; fi; "
                        "exec sleep 600",
                        kIsUp, kOthers, way)));
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == code);
        CHECK(has(outcome.standard_error, "rank 3 failed first: " + told));
        CHECK(has(outcome.standard_error, "last words"));
        CHECK(job.left().empty());
    }
}

TEST_CASE("an MPI rank's end, in every way, ends the job", "[fault]") {
    const auto [name, way, code, told] = GENERATE(table<std::string, std::string, int, std::string>({
        {"fault-mpi-exit", "exit", 7, "exit code 7"},
        // Open MPI's abort is its own business: it shows as the rank's exit code.
        {"fault-mpi-abort", "abort", 7, ""},
        {"fault-mpi-segv", "segv", 139, "signal 11 (SIGSEGV"},
        {"fault-mpi-kill", "kill", 137, "signal 9 (SIGKILL)"},
        {"fault-mpi-before-init", "before-init", 7, "exit code 7"},
        {"fault-mpi-after-finalize", "after-finalize", 7, "exit code 7"},
    }));
    const Flavour flavour = any_flavour();
    INFO(way << " under " << flavour.name);
    DYNAMIC_SECTION(name) {
        const MarkedJob job(flavour);
        const ChildOutcome outcome =
            job.run(bash(fmt::format("{}; exec {} {}", kIsUp, flavour.mpi_program, way)));
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == code);
        CHECK(has(outcome.standard_error, "rank 3 failed first: " + told));
        CHECK(job.left().empty());
    }
}

TEST_CASE("a signal to tt-run, its guard, mpiexec or an agent leaves nothing", "[fault]") {
    const Flavour flavour = any_flavour();
    const auto [name, target] =
        GENERATE_REF(table<std::string, std::string>({{"fault-signal-tt-run", "tt-run"},
                                                      {"fault-signal-guard", "guard"},
                                                      {"fault-signal-mpiexec", flavour.launcher},
                                                      {"fault-signal-agent", "agent"}}));
    const auto [signal, code] =
        GENERATE(table<int, int>({{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}, {SIGKILL, 137}}));
    INFO(target << " gets signal " << signal);
    DYNAMIC_SECTION(name) {
        const MarkedJob job(flavour);
        // At the end a sleep in the shell's place: a shell that gets INT while it waits for a command goes on
        // if the command did not end of it.
        const std::vector<std::string> words = bash(fmt::format("{}; {}; exec sleep 600", kOthers, kIsUp));
        const ChildOutcome outcome = job.run_and(words, [&, wanted = signal] {
            const auto chosen = job.find(target);
            CHECK(chosen);
            if (chosen) {
                ::kill(*chosen, wanted);
            }
        });
        INFO(outcome.standard_error);
        // Open MPI's mpirun makes a TERM for the ranks of every signal that it can catch.
        const bool goes_to_open_mpi = flavour.name == "openmpi" && (target == "orterun" || target == "guard");
        CHECK(outcome.exit_code == (goes_to_open_mpi && signal != SIGKILL ? 143 : code));
        CHECK(job.left().empty());
        CHECK(job.files_left() == 0);
        if (target == "agent") {
            CHECK(has(outcome.standard_error, "failed first: "));
        }
    }
}

TEST_CASE("a job under nohup outlives its terminal") {
    const MarkedJob job(any_flavour());
    const pid_t child = job.run_and_hang_up(bash(fmt::format("{}; exec sleep 600", kIsUp)), {"nohup"});
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    const std::vector<pid_t> alive = job.running("sleep");
    CHECK(std::set<pid_t>(alive.begin(), alive.end()).size() == 8);
    ::kill(child, SIGTERM);
    CHECK(MarkedJob::exit_code_of(child) == 143);
    CHECK(job.left().empty());
}

TEST_CASE("a launcher's end is told as what it was, though its guard is slow to say so",
          "[fault][fault-slow-guard]") {
    const MarkedJob job({"hydra", "mpiexec.hydra", ""});
    const ChildOutcome outcome = job.run_and(bash(fmt::format("{}; exec sleep 600", kIsUp)), [&] {
        const auto guard = job.find("guard");
        const auto launcher = job.find("mpiexec.hydra");
        CHECK((guard && launcher));
        if (guard && launcher) {
            ::kill(*guard, SIGSTOP);
            ::kill(*launcher, SIGHUP);
            // Its ranks have gone by then, and tt-run waits no longer for it to end by itself.
            std::this_thread::sleep_for(std::chrono::milliseconds(800));
            ::kill(*guard, SIGCONT);
        }
    });
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 129);
    CHECK(job.left().empty());
}

TEST_CASE("a terminal that is closed leaves nothing", "[fault][fault-closed-terminal]") {
    const Flavour flavour = any_flavour();
    INFO(flavour.name);
    const MarkedJob job(flavour);
    const pid_t child = job.run_and_hang_up(bash(fmt::format("{}; {}; exec sleep 600", kOthers, kIsUp)));
    CHECK(MarkedJob::exit_code_of(child) == 129);
    CHECK(job.left().empty());
}

TEST_CASE("ranks that heed no signal are killed: at the second one at once, after the grace otherwise",
          "[fault][fault-deaf-ranks]") {
    const Flavour flavour = any_flavour();
    INFO(flavour.name);
    const MarkedJob job(flavour);
    const std::string deaf = fmt::format("trap '' INT TERM; {}; {}; exec sleep 600", kOthers, kIsUp);
    const auto words = [&](const std::string& grace) {
        return std::vector<std::string>{"--grace", grace, "bash", "-c", deaf};
    };
    const auto interrupt = [&](const char* part, int times) {
        const auto chosen = job.find(part);
        REQUIRE(chosen);
        for (; times != 0; --times) {
            ::kill(*chosen, SIGINT);
            std::this_thread::sleep_for(std::chrono::milliseconds(50));  // two at once would be one
        }
    };
    // Ten minutes of grace: only the second signal can end it.
    CHECK(job.run_and(words("600s"), [&] { interrupt("tt-run", 2); }).exit_code == 130);
    CHECK(job.left().empty());
    job.forget_ranks();
    CHECK(job.run_and(words("100ms"), [&] { interrupt("tt-run", 1); }).exit_code == 130);
    CHECK(job.left().empty());
    job.forget_ranks();
    const ChildOutcome outcome = job.run_and(words("100ms"), [&] { interrupt("agent", 1); });
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 130);
    CHECK(has(outcome.standard_error, "failed first: "));
    CHECK(job.left().empty());
}

TEST_CASE("an agent that nobody of ours stands above has a guard of its own",
          "[fault][fault-distant-agent]") {
    // Host names of no host: agents are told to connect as from afar.
    const std::string part = GENERATE(as<std::string>(), "agent", "agent's guard");
    INFO(part);
    const MarkedJob job({"hydra", "mpiexec.hydra", ""});
    std::vector<std::string> words = bash(fmt::format("{}; {}; exec sleep 600", kOthers, kIsUp));
    words.insert(words.begin(), {"--mpi-args", "-launcher fork --host a,b,c,d,e,f,g,h"});
    const ChildOutcome outcome = job.run_and(words, [&] {
        // `tt-run agent`, as on other hosts, and the process that it has divided off below.
        const std::vector<pid_t> ours = job.running("tt-run");
        const auto agent = std::find_if(ours.begin(), ours.end(), [&](pid_t one) {
            return std::find(ours.begin(), ours.end(), parent_of(one)) != ours.end();
        });
        REQUIRE(agent != ours.end());
        ::kill(part == "agent" ? *agent : parent_of(*agent), SIGKILL);
    });
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 137);
    CHECK(has(outcome.standard_error, "failed first: "));
    CHECK(job.left().empty());
}
