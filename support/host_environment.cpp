#include "support/host_environment.hpp"

#include <array>

#include <sys/stat.h>
#include <unistd.h>

#include "support/text.hpp"

namespace tt_run::support {

namespace fs = std::filesystem;

namespace {

bool is_executable_file(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

HostEnvironment HostEnvironment::current(const char* const* environment) {
    HostEnvironment host;
    for (; environment != nullptr && *environment != nullptr; ++environment) {
        const std::string_view entry = *environment;
        const std::size_t equals = entry.find('=');
        if (equals != std::string_view::npos) {
            host.variables.try_emplace(std::string(entry.substr(0, equals)), entry.substr(equals + 1));
        }
    }
    std::error_code failure;
    host.working_directory = fs::current_path(failure);
    host.executable = fs::read_symlink("/proc/self/exe", failure);
    std::array<char, 256> name{};
    host.hostname = ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
    return host;
}

std::optional<std::string_view> HostEnvironment::variable(std::string_view name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::optional<std::string_view> HostEnvironment::non_empty_variable(std::string_view name) const {
    const std::optional<std::string_view> value = variable(name);
    return value && !value->empty() ? value : std::nullopt;
}

fs::path HostEnvironment::with_home(std::string_view path) const {
    const std::optional<std::string_view> home = non_empty_variable("HOME");
    if (home && (path == "~" || path.starts_with("~/"))) {
        return fs::path(*home) / path.substr(std::min<std::size_t>(2, path.size()));
    }
    return path;
}

std::optional<fs::path> HostEnvironment::find_program(std::string_view program) const {
    if (program.find('/') != std::string_view::npos) {
        const fs::path path = working_directory / program;
        return is_executable_file(path) ? std::optional(path.lexically_normal()) : std::nullopt;
    }
    for (const std::string_view directory :
         split(variable("PATH").value_or("/usr/local/bin:/usr/bin:/bin"), ':')) {
        const fs::path path = working_directory / directory / program;
        if (!program.empty() && is_executable_file(path)) {
            return path.lexically_normal();
        }
    }
    return std::nullopt;
}

}  // namespace tt_run::support
