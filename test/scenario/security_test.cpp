// What other users of this host can see of a job, and what they cannot: docs/security.md.

#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/file.hpp"
#include "test/scenario/launch_fixture.hpp"
#include "test/support/job_processes.hpp"

using namespace tt_run::test;

namespace {

constexpr uid_t kNobody = 65534;

/// Whether a process of nobody's may read the file. Only root can be nobody; for others it is what the mode
/// says.
bool nobody_can_read(const std::string& path) {
    if (::geteuid() != 0) {
        struct stat status {};
        return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        const bool became_nobody =
            ::setresgid(kNobody, kNobody, kNobody) == 0 && ::setresuid(kNobody, kNobody, kNobody) == 0;
        ::_exit(!became_nobody || ::open(path.c_str(), O_RDONLY) >= 0 ? 1 : 0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status != 0;
}

}  // namespace

TEST_CASE("a job's tokens stand on no command line, and no other user can read them") {
    const LaunchFixture d;
    d.write("tell",
            "#!/bin/bash\n"
            "[ $TT_RUN_RANK = 1 ] || echo $TT_RUN_JOB $TT_RUN_TOKEN > told\n"
            "while [ ! -e seen ]; do sleep 0.02; done\n",
            true);
    ChildOutcome outcome;
    std::thread run([&] { outcome = d.run({"--rank-binding", "two.yaml", "./tell"}); });
    std::string told;
    for (int tries = 0; !told.ends_with('\n') && tries < 3000; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        told = d.exists("told") ? d.read("told") : "";
    }
    const std::string job = told.substr(0, told.find(' '));
    const std::string token = told.substr(job.size() + 1, 32);
    const std::vector<pid_t> processes = processes_with("TT_RUN_JOB=" + job, "");
    int with_other_token = 0;
    for (const pid_t process : processes) {
        const std::string at = fmt::format("/proc/{}/", process);
        CHECK(!has(tt_run::support::read_file(at + "cmdline").value_or(""), token));
        CHECK(!nobody_can_read(at + "environ"));
        const std::string environment = tt_run::support::read_file(at + "environ").value_or("");
        with_other_token += has(environment, "TT_RUN_TOKEN=") && !has(environment, token) ? 1 : 0;
    }
    d.write("seen", "");
    run.join();
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(token.size() == 32);
    CHECK(processes.size() >= 5);  // two programs, two agents, the MPI launcher
    CHECK(with_other_token >= 2);  // the agents' own, which no program knows
}

TEST_CASE("temporary files are their user's alone, and go with the job") {
    LaunchFixture d;
    d.write("tmp/place", "");
    d.environment["TMPDIR"] = (d.directory() / "tmp").string();
    const ChildOutcome outcome =
        d.run({"--rank-binding", "two.yaml", "--launcher", "openmpi", "sh", "-c", "stat -c %a tmp/tt-run.*"});
    INFO(outcome.standard_error);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.standard_output == "700\n700\n");
    CHECK(d.shell("ls tmp").standard_output == "place\n");
}
