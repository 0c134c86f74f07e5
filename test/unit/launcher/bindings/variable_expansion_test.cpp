#include "launcher/bindings/variable_expansion.hpp"

#include <catch2/catch.hpp>

using tt_run::launcher::expand_variables;

TEST_CASE("variables expand as documented and as the existing tt-run does") {
    const tt_run::support::Variables variables{{"A", "x"}, {"LONG_NAME1", "y"}, {"EMPTY", ""}, {"D", "$A"}};
    const auto expand = [&](std::string_view text) { return expand_variables(text, variables); };
    CHECK(expand("plain") == "plain");
    CHECK(expand("$A/${A}b$LONG_NAME1") == "x/xby");
    CHECK(expand("$NOPE ${NOPE} $EMPTY.") == "$NOPE ${NOPE} .");
    CHECK(expand("${NOPE:-d} ${A:-d} ${EMPTY:-d} ${NOPE:-}") == "d x d ");
    CHECK(expand("\\$A $$A $ $") == "\\x $x $ $");
    CHECK(expand("${A") == "${A");
    CHECK(expand("${A${A}") == "${Ax");
    CHECK(expand("${ A}") == "${ A}");
    CHECK(expand("~/$D") == "~/$A");
}
