#include "launcher/agent/program_environment.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace tt_run::launcher {

namespace {

constexpr const char* kPmiDescriptorVariable = "PMI_FD";

/// Variables by which MPI launchers tell a process who it is and whom to talk to.
constexpr std::array<std::string_view, 10> kLauncherPrefixes{
    "PMI_",     "PMI2_",     "PMIX_",
    "OMPI_",    "OPAL_",     "PRTE_",
    "ORTE_",    "MPI_LOCAL", "MPIR_CVAR_CH3_INTERFACE_HO",
    "SLURM_PMI"};

bool is_launchers(std::string_view entry) {
    return std::any_of(kLauncherPrefixes.begin(), kLauncherPrefixes.end(),
                       [&](std::string_view prefix) { return entry.starts_with(prefix); });
}

std::string_view name_of(std::string_view entry) {
    return entry.substr(0, entry.find('='));
}

}  // namespace

job::Rank rank_in_environment() {
    for (const char* name : {"PMI_RANK", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"}) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return {std::atoi(value)};
        }
    }
    return {-1};
}

int pmi_in_environment() {
    const char* const value = std::getenv(kPmiDescriptorVariable);
    return value == nullptr ? -1 : std::atoi(value);
}

std::vector<std::string> complete_environment(std::vector<std::string> row, int pmi) {
    const std::size_t of_row = row.size();
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const bool is_in_row =
            std::any_of(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(of_row),
                        [&](const std::string& one) { return name_of(one) == name_of(*entry); });
        if (is_launchers(*entry) && !is_in_row && name_of(*entry) != kPmiDescriptorVariable) {
            row.emplace_back(*entry);
        }
    }
    if (pmi >= 0) {
        row.push_back(std::string(kPmiDescriptorVariable) + "=" + std::to_string(pmi));
    }
    return row;
}

}  // namespace tt_run::launcher
