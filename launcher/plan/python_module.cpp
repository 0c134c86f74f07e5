#include "launcher/plan/python_module.hpp"

#include <algorithm>
#include <vector>

namespace tt_run::launcher {

namespace fs = std::filesystem;

namespace {

/// A file that only our package has.
bool holds_module(const fs::path& directory) {
    std::error_code failure;
    return fs::exists(directory / "ttnn" / "_built_for.py", failure);
}

}  // namespace

std::optional<fs::path> find_python_module(const support::HostEnvironment& host) {
    const fs::path top = host.executable.parent_path().parent_path();
    std::vector<fs::path> candidates;
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(top / "lib", failure)) {
        if (entry.path().filename().string().starts_with("python3")) {
            candidates.push_back(entry.path() / "dist-packages");
            candidates.push_back(entry.path() / "site-packages");
        }
    }
    std::sort(candidates.begin(), candidates.end());
    candidates.insert(candidates.begin(), top / "python");  // as it is built
    const auto found = std::find_if(candidates.begin(), candidates.end(), holds_module);
    return found == candidates.end() ? std::nullopt : std::optional(*found);
}

}  // namespace tt_run::launcher
