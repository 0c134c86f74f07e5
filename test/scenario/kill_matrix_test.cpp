// However a rank ends, and whoever is killed, tt-run returns the right code, names the rank, and leaves no
// process of the job. Processes are told apart by a mark in their environments, never by name alone.

#include <csignal>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "test/scenario/launch_fixture.hpp"
#include "test/support/job_processes.hpp"

using namespace tt_run::test;

namespace {

constexpr const char* kMark = "TT_TEST_MARK";

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

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
    /// Runs it in the background until every rank has made its file `up.N`, does something to it, and gives
    /// back its outcome.
    template <class Action>
    ChildOutcome run_and(const std::vector<std::string>& words, Action action) const {
        ChildOutcome outcome;
        std::thread job([&] { outcome = run(words); });
        const auto all_up = [&] {
            for (int rank = 0; rank < 8; ++rank) {
                if (!fixture_.exists(fmt::format("up.{}", rank))) {
                    return false;
                }
            }
            return true;
        };
        for (int tries = 0; !all_up() && tries < 1000; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        action(all_up());
        job.join();
        return outcome;
    }

    /// Those of tt-run and its job that run this program.
    std::vector<pid_t> running(const std::string& program) const {
        std::vector<pid_t> found = processes_with(mark_, program);
        const std::vector<pid_t> of_job = processes_with(job_entry(), program);
        found.insert(found.end(), of_job.begin(), of_job.end());
        return found;
    }
    std::vector<pid_t> all() const { return running(""); }
    /// What is left of them a second later.
    std::vector<pid_t> left() const {
        for (int tries = 0; tries < 50 && !all().empty(); ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return all();
    }

  private:
    std::string job_entry() const {
        for (int rank = 0; rank < 8; ++rank) {
            if (const std::string file = fmt::format("up.{}", rank); fixture_.exists(file)) {
                const std::string job = fixture_.read(file);
                return "TT_RUN_JOB=" + job.substr(0, job.find('\n'));
            }
        }
        return mark_;
    }

    static inline int count_ = 0;
    Flavour flavour_;
    LaunchFixture fixture_;
    std::string mark_;
};

/// What the ranks that do not fail do: several processes, some of them hard to find.
constexpr const char* kOthers =
    "sleep 600 & setsid sleep 600 & (setsid bash -c '(sleep 600 &) ; exit 0' &); "
    "sleep 600";

std::vector<std::string> bash(const std::string& script) {
    return {"bash", "-c", "echo $TT_RUN_JOB > up.$TT_RUN_RANK; " + script};
}

}  // namespace

TEST_CASE("a plain rank's end, in every way, ends the job") {
    const auto [way, code, told] = GENERATE(table<std::string, int, std::string>({
        {"exit 7", 7, "exit code 7"},
        {"kill -ABRT $$", 134, "signal 6 (SIGABRT"},
        {"kill -SEGV $$", 139, "signal 11 (SIGSEGV"},
        {"kill -KILL $$", 137, "signal 9 (SIGKILL)"},
        {"exec setsid -w bash -c 'exit 7'", 7, "exit code 7"},
        {"exec /no/such/program", 127, "exit code 127"},
    }));
    const Flavour flavour = any_flavour();
    INFO(way << " under " << flavour.name);
    const MarkedJob job(flavour);
    const ChildOutcome outcome = job.run(bash(
        fmt::format("ulimit -c 0; if [ $TT_RUN_RANK = 3 ]; then echo last words >&2; sleep 0.3; {}; fi; {}",
                    way, kOthers)));
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == code);
    CHECK(has(outcome.standard_error, "rank 3 failed first: " + told));
    CHECK(has(outcome.standard_error, "| last words"));
    CHECK(job.left().empty());
}

TEST_CASE("an MPI rank's end, in every way, ends the job") {
    const auto [way, code, told] = GENERATE(table<std::string, int, std::string>({
        {"exit", 7, "exit code 7"},
        {"abort", 7, ""},  // Open MPI's abort is its own business: it shows as the rank's exit code
        {"segv", 139, "signal 11 (SIGSEGV"},
        {"kill", 137, "signal 9 (SIGKILL)"},
        {"before-init", 7, "exit code 7"},
        {"after-finalize", 7, "exit code 7"},
    }));
    const Flavour flavour = any_flavour();
    INFO(way << " under " << flavour.name);
    const MarkedJob job(flavour);
    const ChildOutcome outcome = job.run(bash(fmt::format("exec {} {}", flavour.mpi_program, way)));
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == code);
    CHECK(has(outcome.standard_error, "rank 3 failed first: " + told));
    CHECK(job.left().empty());
}

TEST_CASE("a signal to tt-run, mpiexec or an agent leaves nothing") {
    const Flavour flavour = any_flavour();
    const auto target = GENERATE_REF(as<std::string>(), "tt-run", flavour.launcher, "tt-run-agent");
    const auto [signal, code] =
        GENERATE(table<int, int>({{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}, {SIGKILL, 137}}));
    INFO(target << " gets signal " << signal);
    const MarkedJob job(flavour);
    const ChildOutcome outcome = job.run_and(bash(kOthers), [&, wanted = signal](bool all_up) {
        CHECK(all_up);
        const std::vector<pid_t> targets = job.running(target);
        CHECK(!targets.empty());
        if (!targets.empty()) {
            ::kill(targets.front(), wanted);
        }
    });
    INFO(outcome.standard_error);
    // Open MPI's mpirun makes a TERM for the ranks of every signal that it can catch.
    CHECK(outcome.exit_code == (target == "orterun" && signal != SIGKILL ? 143 : code));
    CHECK(job.left().empty());
    if (target == "tt-run-agent") {
        CHECK(has(outcome.standard_error, "failed first: "));
    }
}
