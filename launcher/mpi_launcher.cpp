#include "launcher/mpi_launcher.hpp"

#include <array>
#include <cstdio>

#include "support/text.hpp"

namespace tt_run::launcher {

namespace {

/// What `PATH -version` prints; empty if it cannot be run.
std::string version_text(const std::filesystem::path& launcher) {
    const std::string command = support::shell_quoted(launcher.string()) + " -version 2>/dev/null </dev/null";
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

}  // namespace

support::Result<MpiLauncher> find_mpi_launcher(const support::HostEnvironment& host) {
    for (const char* name : {"mpiexec.hydra", "mpiexec.mpich"}) {
        if (const auto path = host.find_program(name)) {
            return MpiLauncher{*path, "MPICH Hydra"};
        }
    }
    if (const auto path = host.find_program("mpiexec")) {
        if (version_text(*path).find("HYDRA") != std::string::npos) {
            return MpiLauncher{*path, "MPICH Hydra"};
        }
        return std::unexpected(support::Error("`" + path->string() +
                                              "` is not MPICH's mpiexec, and there is no `mpiexec.hydra` on "
                                              "PATH; install MPICH (Debian: apt-get install mpich)"));
    }
    return std::unexpected(
        support::Error("there is no `mpiexec.hydra` on PATH; install MPICH (Debian: apt-get install mpich)"));
}

}  // namespace tt_run::launcher
