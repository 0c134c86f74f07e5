#include "support/file.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/support/temporary_directory.hpp"

using namespace tt_run;

TEST_CASE("a written file is read back whole, and nothing else is left") {
    const test::TemporaryDirectory directory;
    const auto path = directory.path() / "a" / "b.txt";
    REQUIRE(support::write_file(path, "old"));
    REQUIRE(support::write_file(path, std::string("new\0bytes", 9)));
    CHECK(support::read_file(path) == std::string("new\0bytes", 9));
    CHECK(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}) == 1);
}

TEST_CASE("a link is replaced, and what it points to stays as it was") {
    const test::TemporaryDirectory directory;
    const auto target = directory.path() / "target";
    const auto path = directory.path() / "link";
    REQUIRE(support::write_file(target, "theirs"));
    std::filesystem::create_symlink(target, path);
    REQUIRE(support::write_file(path, "ours"));
    CHECK(support::read_file(target) == "theirs");
    CHECK(support::read_file(path) == "ours");
    CHECK(!std::filesystem::is_symlink(path));
}

TEST_CASE("devices, pipes and streams are written to, not replaced") {
    const test::TemporaryDirectory directory;
    REQUIRE(support::write_file("/dev/null", "text"));
    CHECK(std::filesystem::is_character_file("/dev/null"));
    const auto fifo = directory.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int reader = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK);
    REQUIRE(support::write_file(fifo, "text"));
    char got[8] = {};
    CHECK(::read(reader, got, sizeof got) == 4);
    CHECK(std::string(got) == "text");
    ::close(reader);
    const auto file = directory.write("file", "before ");
    const int stream = ::open(file.c_str(), O_WRONLY | O_APPEND);
    REQUIRE(support::write_file("/proc/self/fd/" + std::to_string(stream), "after"));
    ::close(stream);
    CHECK(support::read_file(file) == "before after");
    CHECK(support::write_file(directory.path(), "text").error().message().ends_with("Is a directory"));
}

TEST_CASE("what is no file is refused with its reason, and never waited for") {
    const test::TemporaryDirectory directory;
    const auto fifo = directory.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(support::read_file(fifo).error().message().ends_with("is no regular file"));
    CHECK(support::read_file(directory.path()).error().message().ends_with("is a directory"));
    CHECK(support::read_file(directory.path() / "none")
              .error()
              .message()
              .ends_with("No such file or directory"));
    CHECK(support::read_file("/dev/zero").error().message().ends_with("is no regular file"));
}

TEST_CASE("a file beyond the limit is refused") {
    const test::TemporaryDirectory directory;
    const auto path = directory.write("big", std::string(100, 'x'));
    CHECK(support::read_file(path, 100));
    CHECK(!support::read_file(path, 99));
}
