#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/source_text.hpp"

namespace tt_run::fuzz {

/// One door through which foreign bytes come in. `run` takes any bytes at all, and throws `BrokenPromise` (or
/// does worse) if what stands behind the door does not keep what its header promises.
struct Target {
    std::string_view name;
    std::size_t largest = 4096;               ///< bytes of an input that a fuzzer should try
    std::vector<std::string_view> endings{};  ///< names of files of the project that make good samples end so
    void (*run)(std::string_view bytes) = nullptr;
    std::vector<std::string> (*made)() = nullptr;  ///< samples that code makes
};

/// All of them, by name.
const std::vector<Target>& targets();
/// Null if there is none of this name.
const Target* find_target(std::string_view name);

/// Each folder's part of the table.
std::vector<Target> support_targets();
std::vector<Target> topology_targets();
std::vector<Target> cluster_targets();
std::vector<Target> launcher_targets();
std::vector<Target> record_targets();
std::vector<Target> supervision_targets();
std::vector<Target> socket_targets();

struct BrokenPromise {
    std::string what;
};
void demand(bool kept, std::string_view promise);

/// The bytes as a file of this name.
support::SourceTextPtr as_source(std::string_view bytes, std::string name = "input");

/// The parts of an input between lines of `%%`, for what reads several files.
std::vector<std::string_view> parts_of(std::string_view bytes);

/// Every diagnostic can be shown, and points into its text.
void check_diagnostics(const support::DiagnosticSink& sink);

/// Calls a loader, `load(sink)`, and holds it to the rule of all loaders: empty exactly when it reported an
/// error.
template <class Load>
auto load_checked(Load load) {
    support::DiagnosticSink sink;
    auto loaded = load(sink);
    demand(loaded.has_value() == (sink.errors() == 0), "empty exactly when it reported an error");
    check_diagnostics(sink);
    return loaded;
}

}  // namespace tt_run::fuzz
