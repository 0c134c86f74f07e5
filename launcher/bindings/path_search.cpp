#include "launcher/bindings/path_search.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "job/variable_names.hpp"
#include "launcher/diagnostic_kinds.hpp"
#include "support/file.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::Diagnostic;

namespace {

/// As tt-run's own commands name bindings in a directory.
constexpr const char* kBindingsOfFolder = "rank_bindings.yaml";

}  // namespace

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
        beside_ = (host.working_directory / naming_file).parent_path();
        add(beside_);
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
        warn_if_shadowing(*found, written, what, sink);
        return found;
    }
    const fs::path path = host_.with_home(written.value);
    std::error_code failure;
    Diagnostic diagnostic(kFileNotFound, written.span,
                          fmt::format("there is no {} `{}`", what, written.value));
    if (fs::is_directory(host_.working_directory / path, failure)) {
        diagnostic.note("this is a directory");
        const fs::path usual = path / kBindingsOfFolder;
        if (fs::is_regular_file(host_.working_directory / usual, failure)) {
            diagnostic.help(fmt::format("`{}` is in it", usual.string()));
        }
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

/// What the existing tt-run takes, and does not look for beside the bindings, may not be what was meant.
void PathSearch::warn_if_shadowing(const fs::path& found, const support::Spanned<std::string>& written,
                                   const std::string& what, support::DiagnosticSink& sink) const {
    const fs::path other = (beside_ / host_.with_home(written.value)).lexically_normal();
    std::error_code failure;
    if (beside_.empty() || other == found || !fs::is_regular_file(other, failure)) {
        return;
    }
    const auto taken = support::read_file(found);
    const auto left = support::read_file(other);
    if (taken && left && *taken != *left) {
        sink.report(
            Diagnostic(
                kFileShadowed, written.span,
                fmt::format("this {} is `{}`, and not the other one beside this file", what, found.string()))
                .note(fmt::format("`{}` differs from it", other.string()))
                .help("TT_METAL_HOME and the directory that tt-run is started in come first; start it "
                      "elsewhere, or write a path that only one of them has"));
    }
}

fs::path PathSearch::assume(const std::string& written) const {
    return (host_.working_directory / host_.with_home(written)).lexically_normal();
}

}  // namespace tt_run::launcher
