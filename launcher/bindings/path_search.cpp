#include "launcher/bindings/path_search.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;

PathSearch::PathSearch(const support::HostEnvironment& host, const fs::path& naming_file) : host_(host) {
    const auto add = [this](const fs::path& directory) {
        const fs::path normal = directory.lexically_normal();
        if (std::find(directories_.begin(), directories_.end(), normal) == directories_.end()) {
            directories_.push_back(normal);
        }
    };
    if (const auto home = host.non_empty_variable(job::kMetalHomeVariable)) {
        add(host.working_directory / *home);
    }
    add(host.working_directory);
    if (!naming_file.empty()) {
        add((host.working_directory / naming_file).parent_path());
    }
}

std::optional<fs::path> PathSearch::find(const std::string& written) const {
    if (written.empty()) {
        return std::nullopt;
    }
    const fs::path path = host_.with_home(written);
    for (const fs::path& directory : directories_) {
        std::error_code failure;
        fs::path candidate = (directory / path).lexically_normal();
        if (fs::is_regular_file(candidate, failure)) {
            return candidate;
        }
    }
    return std::nullopt;
}

std::optional<fs::path> PathSearch::find_or_report(const support::Spanned<std::string>& written,
                                                   const std::string& what,
                                                   support::DiagnosticSink& sink) const {
    if (auto found = find(written.value)) {
        return found;
    }
    const fs::path path = host_.with_home(written.value);
    std::error_code failure;
    Diagnostic diagnostic(kFileNotFound, written.span,
                          fmt::format("there is no {} `{}`", what, written.value));
    if (fs::is_directory(host_.working_directory / path, failure)) {
        diagnostic.note("this is a directory");
    } else if (path.is_absolute()) {
        diagnostic.note(fs::exists(path, failure) ? "it is there, but is no regular file"
                                                  : "this absolute path does not exist");
    } else {
        std::vector<std::string> searched;
        for (const fs::path& directory : directories_) {
            searched.push_back(fmt::format("`{}`", directory.string()));
        }
        diagnostic.note("searched, in this order: " + support::join(searched, ", "));
        if (!host_.non_empty_variable(job::kMetalHomeVariable)) {
            diagnostic.help(
                "TT_METAL_HOME is not set; set it if the path is relative to a tt-metal checkout");
        }
    }
    if (path.extension() == ".yaml") {
        if (const auto newer = find(fs::path(written.value).replace_extension(".textproto").string())) {
            diagnostic.help(fmt::format("`{}` is there: is that it, in the newer format?", newer->string()));
        }
    }
    sink.report(std::move(diagnostic));
    return std::nullopt;
}

fs::path PathSearch::assume(const std::string& written) const {
    return (host_.working_directory / host_.with_home(written)).lexically_normal();
}

}  // namespace tt_run::launcher
