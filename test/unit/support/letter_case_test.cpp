#include "support/letter_case.hpp"

#include <catch2/catch.hpp>

using tt_run::support::equal_ignoring_case;

TEST_CASE("words that differ in case alone are equal") {
    CHECK(equal_ignoring_case("QSFP_DD", "qsfp_dd"));
    CHECK_FALSE(equal_ignoring_case("QSFP_DD", "qsfp-dd"));
    CHECK_FALSE(equal_ignoring_case("QSFP", "QSFP_DD"));
    CHECK(equal_ignoring_case("", ""));
}
