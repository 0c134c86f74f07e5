// The hosts of a batch job, as each batch system writes them.

#include "launcher/hosts/batch_hosts.hpp"

#include <catch2/catch.hpp>

using namespace tt_run;
using launcher::expand_host_list;
using Names = std::vector<std::string>;

TEST_CASE("Slurm's lists of hosts are expanded, zeros and all") {
    CHECK(expand_host_list("a") == Names{"a"});
    CHECK(expand_host_list("wh-[08-11],login") == Names{"wh-08", "wh-09", "wh-10", "wh-11", "login"});
    CHECK(expand_host_list("r[1,3-4]n[0-1].x") ==
          Names{"r1n0.x", "r1n1.x", "r3n0.x", "r3n1.x", "r4n0.x", "r4n1.x"});
    CHECK(expand_host_list("a[5]") == Names{"a5"});
}

TEST_CASE("what is no list of hosts, or no list of any cluster, is refused") {
    for (const char* const text : {"", ",", "a,", "a,,b", "a[", "a]", "a[]", "a[1-]", "a[-1]", "a[2-1]",
                                   "a[x]", "a b", "a[1-2", "a[0-9999999]", "a[0-999][0-999][0-999]"}) {
        INFO(text);
        CHECK(!expand_host_list(text));
    }
}
