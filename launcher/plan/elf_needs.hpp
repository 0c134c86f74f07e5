#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tt_run::launcher {

/// The libraries that a program or library for this machine loads, as its dynamic section names them, and
/// where it wants them looked up first.
struct ElfNeeds {
    std::vector<std::string> libraries;    ///< "libmpi.so.40"
    std::vector<std::string> directories;  ///< of DT_RPATH and DT_RUNPATH, `$ORIGIN` put in
};

/// Nothing if the file is no 64-bit ELF file with a dynamic section.
std::optional<ElfNeeds> read_elf_needs(const std::filesystem::path& file);

}  // namespace tt_run::launcher
