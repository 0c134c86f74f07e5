// What `cmake --install`, CPack and Doxygen make of this build.

#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>

#include "test/docs/document.hpp"
#include "test/support/child.hpp"
#include "test/support/places.hpp"
#include "test/support/temporary_directory.hpp"

using namespace tt_run::test;
namespace fs = std::filesystem;

namespace {

ChildOutcome run_script(const std::string& script, const fs::path& directory) {
    ChildCommand command;
    command.arguments = {"bash", "-c", "set -e; exec 2>&1\n" + script};
    command.directory = directory;
    command.environment = test_environment();
    command.environment["BUILD"] = binary_directory() + "/..";
    command.environment["SOURCE"] = source_directory();
    command.deadline = std::chrono::seconds(300);
    return run_child(command);
}

}  // namespace

TEST_CASE("what is installed works where it is installed") {
    const TemporaryDirectory directory;
    const ChildOutcome outcome = run_script(
        "cmake --install $BUILD --prefix $PWD/there --component tool > log\n"
        "there/bin/tt-run --version | head -1\n"
        "there/bin/tt-run --rank-binding there/share/tt-run/configs/5-galaxy/rank_bindings.yaml "
        "--no-validate true\n"
        "ls there/share/man/man1 | grep -c '^tt-run'\n"
        "ls there/share/bash-completion/completions there/share/zsh/vendor-completions "
        "there/share/fish/vendor_completions.d",
        directory.path());
    INFO(outcome.standard_output);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.standard_output.find("\n_tt-run\n") != std::string::npos);
    CHECK(outcome.standard_output.find("tt-run.fish") != std::string::npos);
}

TEST_CASE("the packages hold what their names say") {
    const TemporaryDirectory directory;
    if (run_script("command -v dpkg-deb dpkg-shlibdeps", directory.path()).exit_code != 0 ||
        run_script("grep -q CMAKE_BUILD_TYPE:STRING=Release $BUILD/CMakeCache.txt", directory.path())
                .exit_code != 0) {
        WARN("skipped: dpkg-dev is not installed, or this is no release");
        return;
    }
    const ChildOutcome outcome = run_script(
        "cpack -G DEB --config $BUILD/CPackConfig.cmake -B $PWD > log || { cat log; exit 1; }\n"
        "for package in *.deb; do dpkg-deb -f $package Package; dpkg-deb -f $package Depends; dpkg-deb -c "
        "$package; done",
        directory.path());
    INFO(outcome.standard_output);
    REQUIRE(outcome.exit_code == 0);
    const std::string& told = outcome.standard_output;
    for (const char* wanted :
         {"\ntt-run\n", "libtt-run0\n", "libtt-run-dev\n", "libmpich12", "./usr/bin/tt-run\n",
          "./usr/bin/tt-run-agent\n", "./usr/share/man/man1/tt-run-check.1", "/libtt_run.so.0",
          "./usr/include/tt_run/device/tensor.hpp", "tt_runConfig.cmake",
          "./usr/share/tt-run/configs/closetbox/mgd.textproto"}) {
        INFO(wanted);
        CHECK(("\n" + told).find(wanted) != std::string::npos);
    }
}

TEST_CASE("what is installed into a prefix can be taken away again") {
    const TemporaryDirectory directory;
    const ChildOutcome outcome = run_script(
        "mkdir here && echo mine > here/mine\n"
        "mkdir -p here/share/doc/tt-run && echo mine > here/share/doc/tt-run/mine\n"
        "cmake --install $BUILD --prefix $PWD/here --component tool > log\n"
        "mkdir build && mv $BUILD/install_manifest_tool.txt build\n"
        "cmake -DBUILD=$PWD/build -P $SOURCE/cmake/uninstall.cmake\n"
        "find here ! -type d -o -path '*tt-run*' | sort",
        directory.path());
    INFO(outcome.standard_output);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.standard_output.find("files away\nhere/mine\nhere/share/doc/tt-run\n"
                                       "here/share/doc/tt-run/mine\n") != std::string::npos);
}

TEST_CASE("the files for CI hold commands that a shell can read") {
    const TemporaryDirectory directory;
    for (const char* kind : {"github", "gitlab", "docker"}) {
        const ChildOutcome outcome = run_script(
            "$SOURCE/test/fresh/steps.py " + std::string(kind) + " | tee steps | bash -n\ncat steps",
            directory.path());
        INFO(outcome.standard_output);
        CHECK(outcome.exit_code == 0);
        CHECK(outcome.standard_output.find("apt-get install") != std::string::npos);
        CHECK(outcome.standard_output.find("tt-run") != std::string::npos);
    }
}

TEST_CASE("the API reference builds without a warning") {
    const TemporaryDirectory directory;
    if (run_script("command -v doxygen", directory.path()).exit_code != 0) {
        WARN("skipped: doxygen is not installed");
        return;
    }
    const ChildOutcome outcome = run_script("$SOURCE/scripts/api-docs $PWD/api", directory.path());
    INFO(outcome.standard_output);
    CHECK(outcome.exit_code == 0);
    CHECK(fs::exists(directory.path() / "api" / "index.html"));
}
