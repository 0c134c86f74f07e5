// Which of several ends is the first failure.

#include "launcher/run/job_record.hpp"

#include <csignal>
#include <optional>

#include <catch2/catch.hpp>

using namespace tt_run;
using launcher::JobRecord;

namespace {

/// Three ranks, all running.
struct RecordFixture {
    RecordFixture() {
        for (int rank = 0; rank < 3; ++rank) {
            launcher::PlannedRank planned;
            planned.rank = {rank};
            plan.ranks.push_back(planned);
        }
        record.emplace(plan, launcher::EventStream{});
        for (int rank = 0; rank < 3; ++rank) {
            REQUIRE(record->started({rank}, job::Started{}));
        }
    }
    job::Rank first_failure() { return record->outcome().first_failure()->rank; }

    launcher::LaunchPlan plan;
    std::optional<JobRecord> record;
};

}  // namespace

TEST_CASE("a rank that died of the loss of a host did not fail first, though it was heard of first") {
    RecordFixture f;
    f.record->ended({1}, {SIGSEGV, 0, 0}, false);
    f.record->lost({2}, true);
    f.record->ended({0}, {SIGTERM, 0, 0, true}, true);
    CHECK(f.first_failure() == job::Rank{1});
    CHECK(f.record->outcome().exit_code() == 139);
    f.record->lost_with_host({2});
    CHECK(f.first_failure() == job::Rank{2});
    CHECK(f.record->outcome().exit_code() == 137);
}

TEST_CASE("what a rank did of its own comes before what was done to others, whatever was heard first") {
    RecordFixture f;
    f.record->lost({2}, false);
    f.record->ended({1}, {3 << 8, 0, 0}, false);
    f.record->ended({0}, {SIGTERM, 0, 0, true}, true);
    CHECK(f.first_failure() == job::Rank{1});
    CHECK(f.record->outcome().exit_code() == 3);
}

TEST_CASE("a crash is not hidden by what it did to a rank that was heard of earlier") {
    RecordFixture f;
    f.record->ended({1}, {1 << 8, 0, 0}, false);
    f.record->ended({0}, {SIGTERM, 0, 0, true}, true);
    SECTION("killed while our order was on its way") {
        f.record->ended({2}, {SIGKILL, 0, 0, false}, true);
        CHECK(f.first_failure() == job::Rank{2});
        CHECK(f.record->outcome().exit_code() == 137);
    }
    SECTION("killed by us") {
        f.record->ended({2}, {SIGKILL, 0, 0, true}, true);
        CHECK(f.first_failure() == job::Rank{1});
    }
    SECTION("aborted, as a program may for another's loss") {
        f.record->ended({2}, {SIGABRT, 0, 0, false}, true);
        CHECK(f.first_failure() == job::Rank{1});
    }
    SECTION("long after, in a job that went on") {
        f.record->ended({2}, {SIGKILL, 0, 0, false}, false);
        CHECK(f.first_failure() == job::Rank{1});
    }
}
