#include "support/utf8.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace tt_run::support;

TEST_CASE("what is UTF-8 is read, and nothing else") {
    const auto value_of = [](std::string_view text) {
        const auto first = first_code_point(text);
        return first ? static_cast<long>(first->value) : -1L;
    };
    CHECK(value_of("a\xff") == 'a');
    CHECK(value_of("\xc3\xa4") == 0xE4);
    CHECK(value_of("\xe2\x82\xac") == 0x20AC);
    CHECK(value_of("\xf0\x9f\x8c\x8c") == 0x1F30C);
    CHECK(value_of("\xf4\x8f\xbf\xbf") == 0x10FFFF);
    CHECK(value_of("") == -1);
    CHECK(value_of("\x80") == -1);              // begins nothing
    CHECK(value_of("\xc3") == -1);              // cut short
    CHECK(value_of("\xe2\x82g") == -1);         // cut short by another
    CHECK(value_of("\xc0\xaf") == -1);          // a slash in two bytes
    CHECK(value_of("\xe0\x9f\xbf") == -1);      // three bytes for what two hold
    CHECK(value_of("\xed\xa0\x80") == -1);      // a surrogate
    CHECK(value_of("\xf4\x90\x80\x80") == -1);  // beyond the last
    CHECK(value_of("\xff\xbf\xbf\xbf") == -1);
    CHECK(is_utf8("gr\xc3\xbc\xc3\x9f"));
    CHECK(!is_utf8("gr\xfc\xdf"));
}

TEST_CASE("plain text holds nothing that a terminal would obey") {
    CHECK(is_plain_text(""));
    CHECK(is_plain_text("caf\xc3\xa9 4"));
    for (const char* other :
         {"\x1b[31m", "two\nlines", "tab\t", "\x7f", "\xc2\x9b", "\xe2\x80\xa8", "\xff"}) {
        CHECK(!is_plain_text(other));
    }
}
