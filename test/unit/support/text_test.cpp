#include "support/text.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "test/support/child.hpp"

using namespace tt_run::support;

namespace {

std::vector<std::string> words_of(const std::string& text) {
    const SourceTextPtr source = make_source_text("t", text);
    const auto words = split_shell_words(Span{source, 0, text.size()});
    REQUIRE(words);
    std::vector<std::string> values;
    for (const ShellWord& word : *words) {
        values.push_back(word.value);
    }
    return values;
}

}  // namespace

TEST_CASE("shell words keep quotes together and know where they stand") {
    CHECK(words_of("  a 'b c' \"d\\\"e\" f\\ g ''") ==
          std::vector<std::string>{"a", "b c", "d\"e", "f g", ""});
    CHECK(words_of("--x=\"a b\"c") == std::vector<std::string>{"--x=a bc"});
    const SourceTextPtr source = make_source_text("t", "one 'two three'");
    const auto words = split_shell_words(Span{source, 0, source->text().size()});
    CHECK(words->at(1).span.text() == "'two three'");
}

TEST_CASE("a quote that is never closed is found where it opens") {
    const SourceTextPtr source = make_source_text("t", "a 'b");
    const auto words = split_shell_words(Span{source, 0, source->text().size()});
    REQUIRE(!words);
    CHECK(words.error().opened_at.begin == 2);
}

TEST_CASE("whatever is quoted for a shell arrives there unchanged") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::vector<std::string> arguments{"",     "a b", "$HOME", "'",  "\"", "\\",
                                       "a\nb", "*",   "~",     "#x", "!x", "a=b"};
    for (int k = 0; k < 50; ++k) {
        std::string word;
        for (auto length = random() % 12; length > 0; --length) {
            word += static_cast<char>(1 + random() % 255);
        }
        arguments.push_back(word);
    }
    std::string command = "printf '%s\\0'";
    std::string expected;
    for (const std::string& argument : arguments) {
        command += " " + shell_quoted(argument);
        expected += argument + '\0';
    }
    tt_run::test::ChildCommand child{
        {"/bin/sh", "-c", command}, ".", {{"LC_ALL", "C"}}, "", std::chrono::seconds(60)};
    CHECK(tt_run::test::run_child(child).standard_output == expected);
    CHECK(words_of(command.substr(command.find(' ', 9) + 1)).size() == arguments.size());
}

TEST_CASE("integers are the whole text or nothing") {
    CHECK(parse_integer("12") == 12);
    CHECK(parse_integer("-3") == -3);
    CHECK(parse_integer("") == std::nullopt);
    CHECK(parse_integer("1x") == std::nullopt);
    CHECK(parse_integer(" 1") == std::nullopt);
    CHECK(parse_integer("9223372036854775808") == std::nullopt);
}
