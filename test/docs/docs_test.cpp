// The documents are true: every command in them is run, and prints what they show.
//   TT_RUN_UPDATE_DOCS=1   writes what is printed now into the pages (where they show it whole); read the
//   difference TT_RUN_DOCS_ONLY=PART  only pages whose path has PART in it

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <set>

#include <catch2/catch.hpp>

#include "support/file.hpp"
#include "test/docs/document.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

namespace fs = std::filesystem;
using namespace tt_run;
using test::Document;
using test::DocumentStep;

namespace {

const fs::path kTop = tt_run::test::source_directory();

std::vector<fs::path> pages() {
    std::vector<fs::path> found{kTop / "README.md"};
    for (const auto& entry : fs::recursive_directory_iterator(kTop / "docs")) {
        if (entry.path().extension() == ".md") {
            found.push_back(entry.path());
        }
    }
    std::sort(found.begin() + 1, found.end());
    return found;
}

/// A reader's checkout after `scripts/demo`: what is in it is the project's, what he writes is his.
class Reader {
  public:
    Reader() {
        for (const char* name : {"configs", "examples", "docs", "scripts"}) {
            fs::create_directory_symlink(kTop / name, directory_.path() / name);
        }
        fs::create_directories(directory_.path() / "build/release");
        fs::create_directory_symlink(tt_run::test::binary_directory(),
                                     directory_.path() / "build/release/bin");
        fs::create_directory_symlink(test::binary_directory() + "/docs_examples",
                                     directory_.path() / "build/examples");
        fs::create_symlink(fs::path(tt_run::test::binary_directory()) / "show_rank",
                           directory_.path() / "my_program");
    }

    /// What it prints on both streams together, and its exit code.
    test::ChildOutcome run(const std::string& command) const {
        test::ChildCommand child;
        child.arguments = {"bash", "-c", "set -e; exec 2>&1\n" + command};
        child.directory = directory_.path();
        child.environment = test::test_environment();
        child.environment["HOME"] = directory_.path().string();
        for (const char* name : {"CI", "GITHUB_ACTIONS", "NO_COLOR"}) {
            child.environment.erase(name);
        }
        return test::run_child(child);
    }

    void write(const std::string& name, const std::string& content) const { directory_.write(name, content); }

    /// The reader's directory is written `/home/me/tt-run`.
    std::string as_shown(std::string text) const {
        const std::string path = directory_.path().string();
        for (std::size_t at = text.find(path); at != std::string::npos; at = text.find(path, at)) {
            text.replace(at, path.size(), "/home/me/tt-run");
        }
        return text;
    }

  private:
    test::TemporaryDirectory directory_;
};

std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

/// Puts what was printed in place of what the page shows, from its end backwards.
void update(const fs::path& page, std::vector<std::pair<DocumentStep, std::vector<std::string>>> printed) {
    std::vector<std::string> lines = test::lines_of(*support::read_file(page));
    std::reverse(printed.begin(), printed.end());
    for (const auto& [step, now] : printed) {
        const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(step.output_line) - 1;
        lines.insert(lines.erase(begin, begin + std::ssize(*step.output)), now.begin(), now.end());
    }
    REQUIRE(support::write_file(page, text_of(lines)));
}

void check_page(const fs::path& path) {
    const Document page = Document::parse(*support::read_file(path));
    const std::string name = path.lexically_relative(kTop).string();
    for (const std::size_t line : page.unmarked) {
        INFO(name << ":" << line
                  << " looks like a command that nothing runs: put it into ```sh or ```console");
        CHECK(false);
    }
    const Reader reader;
    std::vector<std::pair<DocumentStep, std::vector<std::string>>> changed;
    for (const DocumentStep& step : page.steps) {
        if (step.kind == DocumentStep::Kind::file) {
            reader.write(step.file, step.text);
            continue;
        }
        const test::ChildOutcome outcome = reader.run(step.text);
        const std::string printed = reader.as_shown(outcome.standard_output);
        INFO(name << ":" << step.line << ": $ " << step.text << "\nprinted:\n" << printed);
        CHECK_FALSE(outcome.timed_out);
        CHECK(outcome.exit_code == step.exit_code);
        if (step.output) {
            const std::vector<std::string> lines = test::lines_of(printed);
            const bool matches = test::output_matches(*step.output, lines);
            if (!matches && std::getenv("TT_RUN_UPDATE_DOCS") != nullptr) {
                changed.emplace_back(step, lines);
            } else {
                CHECK(matches);
            }
        }
    }
    if (!changed.empty()) {
        update(path, std::move(changed));
    }
}

std::string all_commands() {
    std::string text;
    for (const fs::path& path : pages()) {
        for (const DocumentStep& step : Document::parse(*support::read_file(path)).steps) {
            text += step.kind == DocumentStep::Kind::command ? step.text + "\n" : "";
        }
    }
    return text;
}

}  // namespace

TEST_CASE("every command in the documents does what they say") {
    const char* only = std::getenv("TT_RUN_DOCS_ONLY");
    std::size_t checked = 0;
    for (const fs::path& path : pages()) {
        if (only == nullptr || path.string().find(only) != std::string::npos) {
            check_page(path);
            ++checked;
        }
    }
    CHECK(checked > 0);
}

TEST_CASE("links between the documents lead somewhere") {
    const std::regex link("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    for (const fs::path& path : pages()) {
        const std::string text = *support::read_file(path);
        for (std::sregex_iterator found(text.begin(), text.end(), link), end; found != end; ++found) {
            INFO(path.string() << " links to " << (*found)[1]);
            CHECK(fs::exists(path.parent_path() / (*found)[1].str()));
        }
    }
}

TEST_CASE("every page is listed in the index") {
    const std::string index = *support::read_file(kTop / "docs/README.md");
    for (const fs::path& path : pages()) {
        const std::string link = "](" + path.lexically_relative(kTop / "docs").string() + ")";
        if (path != kTop / "README.md" && path != kTop / "docs/README.md") {
            INFO("docs/README.md does not list it: " << link);
            CHECK(index.find(link) != std::string::npos);
        }
    }
}

TEST_CASE("every option has an example in the documents") {
    // Asked of the program itself: its manual pages list each command's options.
    const Reader reader;
    const std::string commands = all_commands();
    const test::ChildOutcome list = reader.run(
        "build/release/bin/tt-run manual -d pages && cat pages/*.1 | sed -n 's/^\\.B \\\\-/\\\\-/p' | tr -d "
        "'\\\\'");
    REQUIRE(list.exit_code == 0);
    const std::regex name("--[a-z0-9-]+");
    std::set<std::string> options;
    for (std::sregex_iterator found(list.standard_output.begin(), list.standard_output.end(), name), end;
         found != end; ++found) {
        options.insert(found->str());
    }
    CHECK(options.size() > 50);
    for (const std::string& option : options) {
        INFO("no document has an example of " << option);
        CHECK(std::regex_search(commands, std::regex("(^|[\\s(])" + option + "(?=[=\\s])")));
    }
}

TEST_CASE("help fits a screen") {
    const Reader reader;
    const test::ChildOutcome names = reader.run(
        "tt-run manual -d pages && ls pages | sed -n 's/^tt-run-\\(.*\\)\\.1$/\\1/p' | sed 's/^show-/show "
        "/'");
    REQUIRE(names.exit_code == 0);
    std::vector<std::string> commands = test::lines_of(names.standard_output);
    CHECK(commands.size() > 8);
    commands.emplace_back("");
    for (const std::string& command : commands) {
        const test::ChildOutcome help = reader.run("tt-run " + command + " --help");
        INFO("tt-run " << command << " --help\n" << help.standard_output);
        CHECK(help.exit_code == 0);
        const std::vector<std::string> lines = test::lines_of(help.standard_output);
        CHECK(lines.size() <= 40);
        CHECK(std::all_of(lines.begin(), lines.end(),
                          [](const std::string& line) { return line.size() <= 110; }));
        CHECK(help.standard_output.find("Examples:\n") != std::string::npos);
    }
}
