#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/diagnostic_kinds.hpp"
#include "cli/exit_code.hpp"
#include "cli/verb_arguments.hpp"
#include "launcher/allocation/allocation_cache.hpp"
#include "launcher/allocation/auto_allocation.hpp"
#include "support/counted.hpp"

namespace tt_run::cli {

using launcher::AllocationCache;
using support::counted;
using support::Diagnostic;
using support::DiagnosticSink;

namespace {

constexpr CommandPage kCachePage{
    .name = "cache",
    .words = "list|clear [ENTRY...]",
    .brief = "what `tt-run -m` keeps",
    .summary = "The allocations that `tt-run -m` keeps in generated/ttrun, below this directory.",
    .notes =
        "  list   prints what is kept\n"
        "  clear  removes all of it, or the entries that are named\n",
    .examples =
        "  tt-run cache list\n"
        "  tt-run cache clear 3f1d2c5a9b8e7f60\n",
};

int list(const CommandContext& context, const AllocationCache& cache) {
    std::string text;
    for (const launcher::CacheEntry& entry : cache.list()) {
        text +=
            fmt::format("{}  {}\n", entry.name,
                        entry.finished ? counted(entry.ranks, "rank") + " on " + counted(entry.hosts, "host")
                                       : "not finished");
    }
    context.console.print(text);
    return kYes;
}

/// The entries named, or all.
int clear(const CommandContext& context, const AllocationCache& cache, std::vector<std::string> names) {
    if (names.empty()) {
        for (const launcher::CacheEntry& entry : cache.list()) {
            names.push_back(entry.name);
        }
    }
    for (const std::string& name : names) {
        if (const auto removed = cache.remove(name); !removed) {
            context.console.print_error("tt-run: error: " + removed.error().message() + "\n");
            return kNo;
        }
    }
    context.console.print(counted(names.size(), "allocation") + " removed\n");
    return kYes;
}

}  // namespace

void describe_cache(const PageVisitor& visit) {
    const CLI::App app;
    visit(kCachePage, app);
}

int run_cache(const CommandContext& context) {
    CLI::App app;
    DiagnosticSink sink;
    const std::vector<std::string>& words = context.arguments.words();
    std::string verb;
    const auto parsed = read_verb(context, kCachePage, app, sink, [&](const VerbArguments& found) {
        verb = found.words.empty() ? "" : words[found.words.front()];
        if (verb != "list" && verb != "clear") {
            sink.report(Diagnostic(kNothingToRun,
                                   found.words.empty() ? support::Span{}
                                                       : context.arguments.span(found.words.front()),
                                   "what to do with the cache is not said")
                            .help("`tt-run cache list` or `tt-run cache clear`"));
        }
    });
    if (!parsed) {
        return parsed.error();
    }
    const AllocationCache cache(launcher::allocation_directory(context.host));
    std::vector<std::string> rest;
    for (std::size_t k = 1; k < parsed->words.size(); ++k) {
        rest.push_back(words[parsed->words[k]]);
    }
    return verb == "list" ? list(context, cache) : clear(context, cache, std::move(rest));
}

}  // namespace tt_run::cli
