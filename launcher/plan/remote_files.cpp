#include "launcher/plan/remote_files.hpp"

#include <array>

#include "job/variable_names.hpp"
#include "support/file.hpp"

namespace tt_run::launcher {

namespace {

constexpr std::array kVariables{job::kMeshGraphDescriptorVariable, job::kMockClusterVariable,
                                job::kFactorySystemVariable, job::kEmulateVariable};
/// All of them and the rank's environment fit into one message (job::kLargestFromSupervisor).
constexpr std::size_t kMostBytes = 3U << 20U;

}  // namespace

std::vector<job::HandedFile> read_remote_files(const PlannedRank& rank) {
    std::vector<job::HandedFile> files;
    for (const char* const variable : kVariables) {
        const auto named = rank.environment.find(variable);
        if (named == rank.environment.end() || !named->second.value.starts_with('/')) {
            continue;
        }
        if (auto bytes = support::read_file(named->second.value); bytes && bytes->size() <= kMostBytes) {
            files.push_back({variable, named->second.value, *std::move(bytes)});
        }
    }
    return files;
}

}  // namespace tt_run::launcher
