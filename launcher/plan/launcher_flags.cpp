#include "launcher/plan/launcher_flags.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/hosts/network_interfaces.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;

namespace {

using Form = LauncherFlag::Form;

constexpr const char* kNeverPinned = "by default nothing is pinned";

class FlagChooser {
  public:
    FlagChooser(const PlanRequest& request, const support::HostEnvironment& host, LaunchPlan& plan)
        : mpi_(request.mpi), host_(host), plan_(plan) {}

    void choose() {
        switch (plan_.flavour) {
            case Flavour::hydra:
                return choose_hydra();
            case Flavour::open_mpi_4:
            case Flavour::open_mpi_5:
                return choose_open_mpi();
            case Flavour::slurm:
                return choose_slurm();
        }
    }

  private:
    void add(std::vector<std::string> words, std::string reason, Form form = Form::both) {
        plan_.flags.push_back({std::move(words), std::move(reason), form});
    }

    bool all_here() const { return all_ranks_here(plan_, host_); }

    /// Runs of ranks on one host, in rank order: `a:2,b:1,a:1`.
    std::string host_list() const {
        std::string list;
        for (std::size_t first = 0, next = 0; first < plan_.ranks.size(); first = next) {
            const std::string& host = plan_.ranks[first].place.host;
            while (next < plan_.ranks.size() && plan_.ranks[next].place.host == host) {
                ++next;
            }
            list += fmt::format("{}{}:{}", list.empty() ? "" : ",", host, next - first);
        }
        return list;
    }

    /// The host of each rank: `a,a,b,a`.
    std::string host_of_each() const {
        std::string list;
        for (const PlannedRank& rank : plan_.ranks) {
            list += (list.empty() ? "" : ",") + rank.place.host;
        }
        return list;
    }

    /// The user has said what reaches hosts.
    bool has_own_remote_shell() const {
        constexpr std::array kWords{"-launcher-exec", "-bootstrap-exec", "plm_rsh_agent", "plm_ssh_agent"};
        constexpr std::array kVariables{"HYDRA_LAUNCHER_EXEC", "HYDRA_BOOTSTRAP_EXEC",
                                        "OMPI_MCA_plm_rsh_agent", "PRTE_MCA_plm_ssh_agent"};
        return std::ranges::any_of(
                   kVariables,
                   [&](const char* name) { return host_.non_empty_variable(name).has_value(); }) ||
               std::ranges::any_of(mpi_.passed_through, [&](const std::string& word) {
                   return std::ranges::find(kWords, word.substr(word.starts_with("--") ? 1 : 0)) !=
                          kWords.end();
               });
    }

    void pass_through() {
        if (!mpi_.passed_through.empty()) {
            add(mpi_.passed_through, "passed through from --mpi-args");
        }
    }

    // ---- MPICH's mpiexec.hydra

    void choose_hydra() {
        if (mpi_.launcher) {
            add({"-launcher", mpi_.launcher->value}, "asked for in --mpi-args");
        } else if (all_here()) {
            add({"-launcher", "fork"}, "all ranks run on this host");
        } else if (plan_.batch == BatchSystem::slurm) {
            add({"-launcher", "slurm"}, "Slurm has given this job the hosts");
        } else {
            add({"-launcher", "ssh"}, "some ranks run on other hosts");
            if (!has_own_remote_shell()) {
                add({"-launcher-exec", find_agent(host_).string()},
                    "runs ssh, and tells when a host cannot be reached", Form::supervised);
            }
        }
        // Hydra keeps repeats, so this places rank by rank without a rankfile.
        add({"-hosts", host_list()}, "one entry per rank or run of ranks, in rank order");
        if (has_network_interface(host_, plan_.interface)) {
            add({"-iface", plan_.interface}, fmt::format("network interface `{}`", plan_.interface));
        }
        if (mpi_.binding) {
            add({"-bind-to", mpi_.binding->value}, fmt::format("asked for; {}", kNeverPinned));
        }
        if (mpi_.tag_output) {
            add({"-prepend-pattern", "[1,%r]<stdout>: "}, "--tag-output, in Open MPI's form", Form::direct);
        }
        if (mpi_.output_directory) {
            choose_hydra_files(fs::path(mpi_.output_directory->value));
        }
        if (mpi_.keep_going) {
            add({"-disable-auto-cleanup"}, "asked for: a rank's end does not end the others", Form::direct);
        }
        pass_through();
        add({"-print-all-exitcodes"}, "so that the exit code is a rank's, not all of them or-ed",
            Form::direct);
    }

    /// Open MPI's layout, DIR/1/rank.N/stdout, except that N is not padded with zeros.
    void choose_hydra_files(const fs::path& written) {
        const fs::path job = (host_.working_directory / written / "1").lexically_normal();
        if (plan_.is_direct) {
            for (const PlannedRank& rank : plan_.ranks) {
                plan_.directories.push_back(job / fmt::format("rank.{}", rank.rank.value));
            }
        }
        add({"-outfile-pattern", (job / "rank.%r" / "stdout").string()}, "--output-filename", Form::direct);
        add({"-errfile-pattern", (job / "rank.%r" / "stderr").string()}, "--output-filename", Form::direct);
    }

    // ---- Open MPI's mpirun: 4 (ORTE) and 5 (PRRTE)

    void choose_open_mpi() {
        const bool is_old = plan_.flavour == Flavour::open_mpi_4;
        add({"--allow-run-as-root"}, "needed in containers, harmless elsewhere");
        add({"--bind-to", mpi_.binding ? mpi_.binding->value : "none"},
            mpi_.binding ? fmt::format("asked for; {}", kNeverPinned) : kNeverPinned);
        choose_open_mpi_hosts(is_old);
        choose_open_mpi_remote_shell(is_old);
        if (!plan_.interface.empty()) {
            add({"--mca", "btl_tcp_if_include", plan_.interface},
                fmt::format("network interface `{}`", plan_.interface));
            add({is_old ? "--mca" : "--prtemca", "oob_tcp_if_include", plan_.interface},
                "the launcher's own connections use it too");
        }
        if (mpi_.tag_output) {
            is_old ? add({"--tag-output"}, "asked for", Form::direct)
                   : add({"--output", "tag"}, "--tag-output", Form::direct);
        }
        if (mpi_.output_directory) {
            is_old
                ? add({"--output-filename", mpi_.output_directory->value}, "asked for", Form::direct)
                : add({"--output", "dir=" + mpi_.output_directory->value}, "--output-filename", Form::direct);
        }
        if (mpi_.keep_going) {
            is_old
                ? add({"--enable-recovery"}, "asked for: a rank's end does not end the others", Form::direct)
                : add({"--with-ft", "ulfm"}, "asked for: a rank's end does not end the others", Form::direct);
        }
        pass_through();
    }

    /// Open MPI hands nothing of its environment to other hosts by itself; and its daemons would start each
    /// other, out of our sight, where hosts are many.
    void choose_open_mpi_remote_shell(bool is_old) {
        if (!all_here()) {
            for (const char* const name :
                 {job::kSupervisorVariable, job::kTokenVariable, job::kJobVariable}) {
                add({"-x", name}, "by it agents on other hosts find tt-run", Form::supervised);
            }
        }
        if (!all_here() && plan_.batch != BatchSystem::slurm && !has_own_remote_shell()) {
            const char* const mca = is_old ? "--mca" : "--prtemca";
            const std::string component = is_old ? "plm_rsh_" : "plm_ssh_";
            // Daemons elsewhere read this too, and want something that they have.
            add({mca, component + "agent", find_agent(host_).string() + " : ssh"},
                "runs ssh, and tells when a host cannot be reached", Form::supervised);
            add({mca, component + "no_tree_spawn", "1"}, "every host is reached from here", Form::supervised);
        }
    }

    void choose_open_mpi_hosts(bool is_old) {
        if (all_here()) {
            is_old ? add({"--oversubscribe"}, "more ranks than processors are allowed")
                   : add({"--map-by", ":OVERSUBSCRIBE"}, "more ranks than processors are allowed");
            return;
        }
        std::vector<std::string> seen;
        bool is_interleaved = false;
        for (std::size_t rank = 0; rank < plan_.ranks.size(); ++rank) {
            const std::string& host = plan_.ranks[rank].place.host;
            if (rank == 0 || plan_.ranks[rank - 1].place.host != host) {
                is_interleaved = is_interleaved || std::find(seen.begin(), seen.end(), host) != seen.end();
                seen.push_back(host);
            }
        }
        if (is_interleaved) {
            add({"--host", host_of_each()}, "the host of each rank, in rank order");
            is_old ? add({"--mca", "rmaps", "seq"}, "ranks follow that list one by one")
                   : add({"--map-by", "seq:OVERSUBSCRIBE"}, "ranks follow that list one by one");
        } else {
            add({"--host", host_list()}, "each host with its number of ranks, in rank order");
            is_old ? add({"--oversubscribe"}, "more ranks than processors are allowed")
                   : add({"--map-by", "slot:OVERSUBSCRIBE"}, "hosts are filled in that order");
        }
    }

    // ---- Slurm's srun, inside an allocation

    void choose_slurm() {
        add({"--mpi=pmi2"}, "the start-up protocol of MPICH under Slurm");
        add({"--distribution=arbitrary", "--nodelist=" + host_of_each()},
            "the host of each rank, in rank order");
        add({"--overlap"}, "ranks share what the allocation holds");
        if (mpi_.binding) {
            add({"--cpu-bind=" + mpi_.binding->value}, fmt::format("asked for; {}", kNeverPinned));
        } else {
            add({"--cpu-bind=none"}, kNeverPinned);
        }
        add({"--kill-on-bad-exit=0"}, "tt-run itself decides what a failure ends", Form::supervised);
        add({"--export=ALL"}, "ranks get what tt-run gives srun");
        pass_through();
    }

    const MpiArguments& mpi_;
    const support::HostEnvironment& host_;
    LaunchPlan& plan_;
};

}  // namespace

void choose_launcher_flags(const PlanRequest& request, const support::HostEnvironment& host,
                           LaunchPlan& plan) {
    FlagChooser(request, host, plan).choose();
}

}  // namespace tt_run::launcher
