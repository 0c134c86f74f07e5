#include "launcher/plan/program_mpi.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include <fmt/format.h>

#include "launcher/plan/elf_needs.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::HostEnvironment;

namespace {

constexpr std::size_t kMostLibraries = 512;
constexpr int kMostInterpreters = 4;

struct KnownLibrary {
    std::string_view name;
    MpiFamily family;
};

/// Sources: Debian's libopenmpi3 and libmpich12; MPICH's ABI initiative calls its own libmpi.so.12.
constexpr std::array<KnownLibrary, 4> kMpiLibraries{{{"libmpi.so.40", MpiFamily::open_mpi},
                                                     {"libopen-rte.so.40", MpiFamily::open_mpi},
                                                     {"libmpich.so.12", MpiFamily::mpich},
                                                     {"libmpi.so.12", MpiFamily::mpich}}};

std::optional<ProgramMpi> named_by(const std::string& library, const fs::path& file) {
    for (const KnownLibrary& known : kMpiLibraries) {
        if (library == known.name) {
            return ProgramMpi{known.family, fmt::format("{} loads {}", file.filename().string(), library)};
        }
    }
    return std::nullopt;
}

class LibrarySearch {
  public:
    explicit LibrarySearch(const HostEnvironment& host) {
        for (const std::string_view directory :
             support::split(host.variable("LD_LIBRARY_PATH").value_or(""), ':')) {
            directories_.emplace_back(directory);
        }
        for (const char* directory :
             {"/usr/local/lib", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
              "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib"}) {
            directories_.emplace_back(directory);
        }
    }

    /// Breadth first, so that what a program names itself counts before what its libraries name.
    std::optional<ProgramMpi> search(const fs::path& program) const {
        std::vector<fs::path> files{program};
        std::set<std::string> seen;
        for (std::size_t k = 0; k < files.size() && files.size() < kMostLibraries; ++k) {
            const auto needs = read_elf_needs(files[k]);
            for (const std::string& library : needs ? needs->libraries : std::vector<std::string>{}) {
                if (const auto found = named_by(library, files[k])) {
                    return found;
                }
                if (seen.insert(library).second) {
                    if (const auto file = find(library, needs->directories)) {
                        files.push_back(*file);
                    }
                }
            }
        }
        return std::nullopt;
    }

  private:
    std::optional<fs::path> find(const std::string& library, const std::vector<std::string>& first) const {
        for (const auto* const list : {&first, &directories_}) {
            for (const std::string& directory : *list) {
                std::error_code failure;
                fs::path file = fs::path(directory) / library;
                if (!directory.empty() && fs::is_regular_file(file, failure)) {
                    return file;
                }
            }
        }
        return std::nullopt;
    }

    std::vector<std::string> directories_;
};

/// The words of a script's `#!` line; empty if it is none.
std::vector<std::string> interpreter_words(const fs::path& file) {
    std::ifstream script(file, std::ios::binary);
    std::string line(256, '\0');
    script.read(line.data(), static_cast<std::streamsize>(line.size()));
    line.resize(static_cast<std::size_t>(script.gcount()));
    line.resize(std::min(line.find('\n'), line.size()));
    std::vector<std::string> words;
    if (line.starts_with("#!")) {
        for (const std::string_view word : support::split(std::string_view(line).substr(2), ' ')) {
            if (!word.empty()) {
                words.emplace_back(word);
            }
        }
    }
    return words;
}

/// mpi4py's compiled modules below a directory of packages.
std::optional<ProgramMpi> mpi4py_below(const fs::path& packages, const LibrarySearch& libraries) {
    std::vector<fs::path> modules;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(packages / "mpi4py", failure)) {
        const std::string name = entry.path().filename();
        if (name.starts_with("MPI.") && name.find(".so") != std::string::npos) {
            modules.push_back(entry.path());
        }
    }
    std::sort(modules.begin(), modules.end());
    for (const fs::path& module : modules) {
        if (auto found = libraries.search(module)) {
            found->reason = fmt::format("{}, and the program is Python", "mpi4py's " + found->reason);
            return found;
        }
    }
    return std::nullopt;
}

std::optional<ProgramMpi> mpi4py_of(const fs::path& python, const HostEnvironment& host,
                                    const LibrarySearch& libraries) {
    std::vector<fs::path> packages;
    for (const std::string_view directory : support::split(host.variable("PYTHONPATH").value_or(""), ':')) {
        packages.emplace_back(directory);
    }
    std::error_code failure;
    // A virtual environment's python is a link out of it, so both its place and its target are looked at.
    for (const fs::path& at : {python, fs::canonical(python, failure)}) {
        const fs::path lib = at.parent_path().parent_path() / "lib";
        std::vector<fs::path> versions;
        for (const auto& entry : fs::directory_iterator(lib, failure)) {
            if (entry.path().filename().string().starts_with("python3")) {
                versions.push_back(entry.path());
            }
        }
        std::sort(versions.begin(), versions.end());
        for (const fs::path& version : versions) {
            packages.push_back(version / "site-packages");
            packages.push_back(version / "dist-packages");
        }
    }
    for (const fs::path& directory : packages) {
        if (const auto found = mpi4py_below(directory, libraries)) {
            return found;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<ProgramMpi> detect_program_mpi(const std::vector<std::string>& program,
                                             const HostEnvironment& host) {
    const LibrarySearch libraries(host);
    std::vector<std::string> words = program;
    for (int depth = 0; depth < kMostInterpreters && !words.empty(); ++depth) {
        // `env` and `exec`-like prefixes hide the program: env NAME=VALUE PROGRAM.
        if (fs::path(words[0]).filename() == "env") {
            words.erase(words.begin());
            while (!words.empty() && (words[0].starts_with('-') || words[0].find('=') != std::string::npos)) {
                words.erase(words.begin());
            }
            continue;
        }
        const auto file = host.find_program(words[0]);
        if (!file) {
            return std::nullopt;
        }
        if (auto found = libraries.search(*file)) {
            return found;
        }
        if (file->filename().string().starts_with("python")) {
            return mpi4py_of(*file, host, libraries);
        }
        words = interpreter_words(*file);
    }
    return std::nullopt;
}

}  // namespace tt_run::launcher
