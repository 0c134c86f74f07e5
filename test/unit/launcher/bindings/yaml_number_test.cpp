#include "launcher/bindings/yaml_number.hpp"

#include <catch2/catch.hpp>

using tt_run::launcher::yaml_integer;
using tt_run::support::YamlNode;

namespace {

std::optional<std::int64_t> read(std::string text, bool quoted = false) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = std::move(text);
    node.quoted = quoted;
    return yaml_integer(node);
}

}  // namespace

// What PyYAML 6.0.3 and pydantic 2.13 make of the same words, where those are whole numbers.
TEST_CASE("whole numbers are those of YAML 1.1") {
    CHECK(read("0") == 0);
    CHECK(read("-12") == -12);
    CHECK(read("+12") == 12);
    CHECK(read("1_000") == 1000);
    CHECK(read("0x1F") == 31);
    CHECK(read("-0xff") == -255);
    CHECK(read("0b101") == 5);
    CHECK(read("014") == 12);
    CHECK(read("00") == 0);
    CHECK(read("08") == 8);
    CHECK(read("2.0") == 2);
    CHECK(read("-3.") == -3);
    CHECK(read("9223372036854775807") == 9223372036854775807);
    for (const char* none : {"", "-", "+-1", "--1", "_1", "0x", "0x-1", "0b2", "1.5", ".0", "1e3", "1.0.0",
                             "one", "1 ", "9223372036854775808", "0xFFFFFFFFFFFFFFFF", "true", "1:30"}) {
        INFO(none);
        CHECK(read(none) == std::nullopt);
    }
    CHECK(read("010", true) == 10);
    CHECK(read("0x1", true) == std::nullopt);
}
