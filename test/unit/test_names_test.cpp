// What scripts and documents call tests by: every name of a fault can be replayed, every test that a page
// names is there.

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"

namespace fs = std::filesystem;
using namespace tt_run::test;

namespace {

std::string text_of(const fs::path& file) {
    return *tt_run::support::read_file(file);
}

/// All test programs' sources, by their paths.
std::map<std::string, std::string> test_sources() {
    std::map<std::string, std::string> sources;
    for (const auto& entry : fs::recursive_directory_iterator(source_directory() + "/test")) {
        if (entry.path().extension() == ".cpp") {
            sources[entry.path()] = text_of(entry.path());
        }
    }
    return sources;
}

/// All that the first group of the pattern matches.
std::set<std::string> all_matches(const std::string& text, const std::string& pattern) {
    const std::regex expression(pattern);
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at) {
        found.insert((*at)[1]);
    }
    return found;
}

ChildOutcome fault(const std::vector<std::string>& words) {
    ChildCommand command;
    command.arguments = {"/usr/bin/python3", source_directory() + "/scripts/fault"};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    command.environment = test_environment();
    return run_child(command);
}

/// The first word of each line.
std::set<std::string> listed_faults() {
    std::set<std::string> names;
    std::istringstream lines(fault({"--list"}).standard_output);
    for (std::string line; std::getline(lines, line);) {
        names.insert(line.substr(0, line.find(' ')));
    }
    return names;
}

}  // namespace

TEST_CASE("scripts/fault knows every fault that a test is tagged with") {
    std::set<std::string> tagged;
    for (const auto& [path, text] : test_sources()) {
        if (path.find("/test/unit/") == std::string::npos) {
            tagged.merge(all_matches(text, R"([\["]fault-([a-z0-9-]+)[\]"])"));
        }
    }
    CHECK(listed_faults() == tagged);
    // The kill matrix, and what happens to sockets: these names are promised (docs/reliability.md).
    for (const char* name :
         {"plain-exit",    "plain-abort",  "plain-segv",     "plain-kill",      "mpi-exit",
          "mpi-abort",     "mpi-segv",     "mpi-kill",       "mpi-before-init", "mpi-after-finalize",
          "signal-tt-run", "signal-guard", "signal-mpiexec", "signal-agent",    "closed-terminal",
          "daemon",        "hostile-peer", "flood",          "socket-deadlock", "cable-and-crash",
          "random-kill"}) {
        INFO(name);
        CHECK(tagged.contains(name));
    }
}

TEST_CASE("scripts/fault refuses a name that it does not know") {
    const ChildOutcome outcome = fault({"no-such-fault"});
    CHECK(outcome.exit_code == 2);
    CHECK(outcome.standard_error.find("no fault `no-such-fault`") != std::string::npos);
}

TEST_CASE("every test and fault that docs/security.md names is there") {
    const std::string page = text_of(source_directory() + "/docs/security.md");
    std::string cases;
    for (const auto& [path, text] : test_sources()) {
        for (const std::string& name : all_matches(text, R"re(TEST_CASE\(\s*"((?:[^"\\]|\\.)*)")re")) {
            cases += "\n" + name;
        }
    }
    std::size_t named = 0;
    for (const std::string& beginning : all_matches(page, R"re("([a-z][^"*]*)\*")re")) {
        INFO(beginning);
        CHECK(cases.find("\n" + beginning) != std::string::npos);
        ++named;
    }
    CHECK(named > 8);
    const std::set<std::string> faults = listed_faults();
    for (const std::string& name : all_matches(page, "`scripts/fault ([a-z-]+)`")) {
        INFO(name);
        CHECK(faults.contains(name));
    }
}
