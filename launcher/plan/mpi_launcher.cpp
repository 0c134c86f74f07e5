#include "launcher/plan/mpi_launcher.hpp"

#include <array>
#include <cstdio>
#include <vector>

#include <fmt/format.h>

#include "support/text.hpp"

namespace tt_run::launcher {

namespace {

using support::Error;
using support::HostEnvironment;
using support::Result;

/// What `PATH --version` prints; empty if it cannot be run.
std::string version_text(const std::filesystem::path& launcher) {
    const std::string command =
        support::shell_quoted(launcher.string()) + " --version 2>/dev/null </dev/null";
    std::string text;
    if (FILE* output = ::popen(command.c_str(), "re")) {
        std::array<char, 4096> block{};
        while (const std::size_t got = std::fread(block.data(), 1, block.size(), output)) {
            text.append(block.data(), got);
        }
        ::pclose(output);
    }
    return text;
}

/// The word behind `mark` in `text`: a version's number.
std::string word_behind(const std::string& text, std::string_view mark) {
    const std::size_t begin = text.find(mark) + mark.size();
    return text.substr(begin, text.find_first_of(" \n", begin) - begin);
}

/// What the program says that it is; nothing if it is no launcher that we know.
std::optional<MpiLauncher> ask(const std::filesystem::path& path) {
    const std::string text = version_text(path);
    if (text.find("HYDRA") != std::string::npos) {
        return MpiLauncher{path, "MPICH Hydra", Flavour::hydra, ""};
    }
    for (const std::string_view mark : {"(Open MPI) ", "(PRRTE) "}) {
        if (text.find(mark) != std::string::npos) {
            const std::string version = word_behind(text, mark);
            // mpirun of Open MPI 5 is PRRTE's, whose own versions count from 1.
            const bool is_old = mark.starts_with("(Open") && version.substr(0, version.find('.')) < "5";
            return MpiLauncher{path, fmt::format("{} {}", mark.substr(1, mark.find(')') - 1), version),
                               is_old ? Flavour::open_mpi_4 : Flavour::open_mpi_5, ""};
        }
    }
    for (const std::string_view mark : {"slurm ", "slurm-wlm "}) {  // the latter is Debian's
        if (text.starts_with(mark)) {
            return MpiLauncher{path, "Slurm " + word_behind(text, mark), Flavour::slurm, ""};
        }
    }
    return std::nullopt;
}

std::optional<MpiLauncher> find_hydra(const HostEnvironment& host) {
    for (const char* name : {"mpiexec.hydra", "mpiexec.mpich"}) {
        if (const auto path = host.find_program(name)) {
            return MpiLauncher{*path, "MPICH Hydra", Flavour::hydra, ""};  // no other program has these names
        }
    }
    const auto path = host.find_program("mpiexec");
    const auto found = path ? ask(*path) : std::nullopt;
    return found && found->flavour == Flavour::hydra ? found : std::nullopt;
}

std::optional<MpiLauncher> find_open_mpi(const HostEnvironment& host) {
    for (const char* name : {"mpirun-ulfm", "mpirun.openmpi", "mpirun", "mpiexec", "prterun"}) {
        const auto path = host.find_program(name);
        const auto found = path ? ask(*path) : std::nullopt;
        if (found && family_of(found->flavour) == MpiFamily::open_mpi) {
            return found;
        }
    }
    return std::nullopt;
}

std::optional<MpiLauncher> find_srun(const HostEnvironment& host) {
    const auto path = host.find_program("srun");
    return path ? ask(*path) : std::nullopt;
}

Result<MpiLauncher> find_named(const HostEnvironment& host, const std::string& named) {
    std::optional<MpiLauncher> found;
    if (named == "hydra" || named == "mpich") {
        found = find_hydra(host);
    } else if (named == "openmpi") {
        found = find_open_mpi(host);
    } else if (const auto path = host.find_program(named)) {
        found = ask(*path);
    }
    if (!found) {
        return std::unexpected(Error(
            fmt::format("`--launcher {}` is no MPI launcher that can be found here; it takes hydra, openmpi, "
                        "srun, or a program that says `--version` like one of them",
                        named)));
    }
    found->reason = "asked for with --launcher";
    return *std::move(found);
}

}  // namespace

MpiFamily family_of(Flavour flavour) {
    return flavour == Flavour::open_mpi_4 || flavour == Flavour::open_mpi_5 ? MpiFamily::open_mpi
                                                                            : MpiFamily::mpich;
}

Result<MpiLauncher> find_mpi_launcher(const HostEnvironment& host, const std::string& named,
                                      const std::optional<ProgramMpi>& program) {
    if (!named.empty()) {
        return find_named(host, named);
    }
    if (program) {
        const bool is_open = program->family == MpiFamily::open_mpi;
        auto found = is_open ? find_open_mpi(host) : find_hydra(host);
        if (!found) {
            return std::unexpected(
                Error(fmt::format("{}, but there is no {} on PATH; install it (Debian: apt-get install {}), "
                                  "or name another with --launcher",
                                  program->reason, is_open ? "mpirun of Open MPI" : "`mpiexec.hydra`",
                                  is_open ? "openmpi-bin" : "mpich")));
        }
        found->reason = program->reason;
        return *std::move(found);
    }
    for (const auto find : {find_hydra, find_open_mpi, find_srun}) {
        if (auto found = find(host)) {
            found->reason = "installed here; the program's libraries name no MPI";
            return *std::move(found);
        }
    }
    return std::unexpected(
        Error("there is no `mpiexec.hydra` on PATH; install MPICH (Debian: apt-get install mpich)"));
}

std::optional<MpiLauncher> expected_mpi_launcher(const std::string& named,
                                                 const std::optional<ProgramMpi>& program) {
    const std::string reason = !named.empty() ? "asked for with --launcher"
                               : program      ? program->reason
                                              : "the program's libraries name no MPI";
    const bool is_open = named.empty() && program && program->family == MpiFamily::open_mpi;
    if (named == "openmpi" || is_open) {
        return MpiLauncher{"mpirun", "Open MPI 4", Flavour::open_mpi_4, "not installed here; " + reason};
    }
    if (named == "srun") {
        return MpiLauncher{"srun", "Slurm", Flavour::slurm, "not installed here; " + reason};
    }
    if (named.empty() || named == "hydra" || named == "mpich") {
        return MpiLauncher{"mpiexec.hydra", "MPICH Hydra", Flavour::hydra, "not installed here; " + reason};
    }
    return std::nullopt;
}

}  // namespace tt_run::launcher
