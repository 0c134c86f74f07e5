#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tt_run::support {

using Variables = std::map<std::string, std::string, std::less<>>;

/// What this process was given by its host. Read once, at the start, and handed down; nothing else in the
/// project asks the host for these, so a test can imagine any host. A plain value.
struct HostEnvironment {
    Variables variables;
    /// Absolute, links resolved.
    std::filesystem::path working_directory;
    /// The name that the host gives itself, as `hostname` prints it.
    std::string hostname;
    /// The running executable, absolute; empty if the host does not tell.
    std::filesystem::path executable;
    /// `/sys`, `/dev` and `/proc` are looked up below it.
    std::filesystem::path file_system_root = "/";

    /// Of this process. An entry of `environment` without `=` is left out; of a name given twice the first
    /// counts.
    static HostEnvironment current(const char* const* environment);

    /// The variable's value, empty or not; nothing if it is not set.
    std::optional<std::string_view> variable(std::string_view name) const;

    /// The value only if it is set and not empty.
    std::optional<std::string_view> non_empty_variable(std::string_view name) const;

    /// `~` and `~/...` with HOME put in; other paths, and all of them without HOME, as they are.
    std::filesystem::path with_home(std::string_view path) const;

    /// The executable file that a shell would run for `program`: as it is, relative to the working directory,
    /// when it has a slash, else the first hit along PATH. Absolute; nothing if there is none.
    std::optional<std::filesystem::path> find_program(std::string_view program) const;
};

}  // namespace tt_run::support
