// tt-run in an allocation of Slurm's: in its own terminal, in a batch script, under srun; and what scancel
// leaves.

#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "test/hosts/test_hosts.hpp"

using namespace tt_run::test;

namespace {

/// Says aloud when there is no Slurm here.
bool is_slurm_here() {
    if (run_on(0, {"/bin/bash", "-c", "command -v slurmctld"}).exit_code != 0) {
        WARN("there is no Slurm here (scripts/setup --with-hosts installs it): nothing is tested under it");
        return false;
    }
    for (int tries = 0; tries < 300; ++tries) {
        if (run_on(0, {"sinfo", "-h", "-o", "%T %D"}).standard_output == "idle 4\n") {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    FAIL("Slurm's nodes do not become idle");
    return false;
}

std::string launch(const std::string& options, const std::string& program_words) {
    return fmt::format("{} --emulate --rank-binding {}/rank_bindings.yaml {} {}", program("tt-run"),
                       config("split-galaxy-4x2"), options, program_words);
}

const std::string kPipeline = " 5 2 65536";

void must_have_run_on_each_host(const std::string& output) {
    INFO(output);
    for (int rank = 0; rank < 4; ++rank) {
        CHECK(has(output, fmt::format("rank {0} mesh {0} host tthost{0} chips 8", rank)));
    }
}

}  // namespace

TEST_CASE("inside an allocation ranks go to its hosts, through Slurm, under Hydra and under srun") {
    if (!is_slurm_here()) {
        return;
    }
    for (const std::string launcher : {"", "--launcher srun"}) {
        INFO(launcher);
        const ChildOutcome outcome =
            run_on(0, {"/bin/bash", "-c",
                       "cd /tmp && exec salloc -Q -N4 --ntasks-per-node=1 " +
                           launch("-v " + launcher, program("hosts_program") + kPipeline)});
        INFO(outcome.standard_error);
        CHECK(outcome.exit_code == 0);
        CHECK(has(outcome.standard_error, "# placed by: Slurm's allocation (SLURM_JOB_NODELIST)"));
        must_have_run_on_each_host(outcome.standard_output);
        CHECK(leftovers() == "");
    }
}

TEST_CASE("sbatch runs the same script, and has the job's exit code") {
    if (!is_slurm_here()) {
        return;
    }
    shell_on(0, "cat >/tmp/job.sh <<'END'\n#!/bin/bash\n" + launch("", program("hosts_program") + kPipeline) +
                    "\necho first: $?\n" + launch("", "/bin/sh -c 'exit $((TT_RUN_RANK * 3))'") +
                    "\necho second: $?\nEND\n");
    const ChildOutcome outcome =
        run_on(0, {"/bin/bash", "-c",
                   "cd /tmp && sbatch -W -Q -N4 --ntasks-per-node=1 -o /tmp/job.log job.sh; cat job.log"});
    shell_on(0, "rm /tmp/job.sh /tmp/job.log");
    INFO(outcome.standard_output);
    must_have_run_on_each_host(outcome.standard_output);
    CHECK(has(outcome.standard_output, "first: 0\n"));
    CHECK((has(outcome.standard_output, "second: 3\n") || has(outcome.standard_output, "second: 6\n") ||
           has(outcome.standard_output, "second: 9\n")));
    CHECK(leftovers() == "");
}

TEST_CASE("scancel leaves nothing on any host", "[fault][fault-scancel]") {
    if (!is_slurm_here()) {
        return;
    }
    for (const std::string launcher : {"", "--launcher srun"}) {
        INFO(launcher);
        shell_on(0, "cat >/tmp/job.sh <<'END'\n#!/bin/bash\n" +
                        launch(launcher, program("hosts_program") + " 5 0 65536") + "\nEND\n");
        const std::string id = shell_on(
            0, "cd /tmp && sbatch --parsable -N4 --ntasks-per-node=1 -o /tmp/job.log job.sh | tr -d '\\n'");
        bool is_running = false;
        for (int tries = 0; tries < 600 && !is_running; ++tries) {
            is_running = has(run_on(0, {"cat", "/tmp/job.log"}).standard_output, "running");
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
        INFO(run_on(0, {"cat", "/tmp/job.log"}).standard_output);
        CHECK(is_running);
        shell_on(0, "scancel " + id);
        shell_on(0,
                 "rm -f /tmp/job.sh; until [ -z \"$(squeue -h)\" ]; do sleep 0.2; done; rm -f /tmp/job.log");
        CHECK(leftovers() == "");
    }
}
