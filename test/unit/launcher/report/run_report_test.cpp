#include "launcher/report/run_report.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "launcher/report/render_run_report.hpp"
#include "launcher/run/status_line.hpp"

using namespace tt_run;
using namespace tt_run::launcher;

namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

RunReport random_report(std::mt19937& random) {
    const auto below = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
    const auto word = [&] {
        constexpr const char* kWords[] = {"",          "a",       "M0D5", "quote\" and \\", "zwei\nZeilen",
                                          "</script>", "\xc3\xa9"};
        return std::string(kWords[below(7)]);
    };
    const auto seconds = [&] { return below(1000000) / 1e6; };
    RunReport report;
    report.program = {"prog", word()};
    report.launcher = word();
    report.exit_code = below(256);
    report.cause = word();
    report.explanation = word();
    report.seconds = seconds();
    for (int k = 0; k < 1 + below(5); ++k) {
        ReportedRank rank;
        rank.rank = k;
        rank.host = word();
        rank.mesh_id = below(4);
        rank.mesh_host_rank = below(2) == 0 ? std::optional<int>() : std::optional(below(3));
        rank.chips = below(2) == 0 ? std::optional<std::string>() : std::optional(word());
        rank.state = "ended";
        rank.exit_code = below(3);
        rank.description = word();
        rank.phases.push_back({"launch", 0, seconds()});
        rank.phases.push_back({"sockets", seconds(), seconds()});
        rank.phases_from = below(2) == 0 ? "runtime" : "nobody";
        rank.last_stderr = word();
        report.ranks.push_back(std::move(rank));
    }
    report.first_failure = below(2) == 0 ? std::optional<int>() : std::optional(0);
    for (int k = 0; k < below(4); ++k) {
        report.connections.push_back({0, 1, "sender", 0, 1, 0, word(), word(), 4, 1U << 20U, seconds()});
        report.links.push_back({word(), word(), word(), 77, 3, seconds()});
    }
    report.descriptors.push_back({"mgd.textproto", word()});
    report.plan = below(2) == 0 ? "" : R"({"schema":"tt-run-plan","ranks":[]})";
    return report;
}

}  // namespace

TEST_CASE("a report reads as it was written, and renders in every form") {
    const unsigned seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int k = 0; k < 200; ++k) {
        const RunReport report = random_report(random);
        const auto read = parse_run_report(render_report_json(report));
        REQUIRE(read);
        CHECK(*read == report);
        CHECK(!render_report_text(report, {}).empty());
        const std::string page = render_report_page(report);
        CHECK(page.ends_with("</html>\n"));
        CHECK(count(page, "</script") == count(page, "<script"));  // none of a rank's
        CHECK(compare_reports(report, *read).differences.empty());
    }
}

TEST_CASE("a damaged report is refused, never believed") {
    const unsigned seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::string whole = render_report_json(random_report(random));
    for (int k = 0; k < 500; ++k) {
        std::string damaged = whole;
        damaged.erase(random() % damaged.size(), 1 + random() % 40);
        const auto read = parse_run_report(damaged);
        if (read) {
            CHECK(!render_report_text(*read, {}).empty());
        } else {
            CHECK(!read.error().message().empty());
        }
    }
}

TEST_CASE("rows of all rank reports are put together, links added up") {
    const auto text = [](const std::string& bytes) {
        return R"({"schema": "tt-run-rank-report", "version": 1, "rank": 0, "connections": [{"socket": 0, "end": "sender", )"
               R"("sender_rank": 0, "receiver_rank": 1, "connection": 0, "from": "M0D0", "to": "M1D0", "transfers": 1, "bytes": )" +
               bytes +
               R"(, "waited_seconds": 0.5}], "links": [{"from": "M0:0", "to": "M1:0", "link": "l", "payload_bytes": )" +
               bytes + R"(, "packets": 1}]})";
    };
    RunReport report;
    CHECK(add_rank_report(report, {0}, text("100")));
    CHECK(add_rank_report(report, {1}, text("23")));
    REQUIRE(report.connections.size() == 2);
    CHECK(report.connections[1].bytes == 23);
    REQUIRE(report.links.size() == 1);
    CHECK(report.links[0].payload_bytes == 123);
    CHECK(!add_rank_report(report, {2}, "{"));
    CHECK(!add_rank_report(report, {2}, R"({"schema": "tt-run-rank-report", "version": 2})"));
}

TEST_CASE("the status line tells who is ready once ranks tell what they are at") {
    JobOutcome outcome;
    outcome.ranks.resize(2);
    for (RankOutcome& rank : outcome.ranks) {
        rank.state = RankOutcome::State::running;
        rank.started_after_seconds = 0.5;
        rank.phases.set_start(1'000'000'000);
    }
    outcome.ranks[0].phases.enter({job::PhaseKind::mpi, 1'100'000'000}, job::Role::agent);
    CHECK(render_status(outcome, 0, 2.0, 200) ==
          "2.0 s  started 2/2  ready 0  blocked 0  exited 0  launch 0.5 MPI 1.4 run 1.5");
    outcome.ranks[0].phases.enter({job::PhaseKind::run, 2'100'000'000}, job::Role::agent);
    CHECK(render_status(outcome, 0, 2.0, 200) ==
          "2.0 s  started 2/2  ready 1  blocked 0  exited 0  launch 0.5 MPI 1.0 run 1.5");
}

TEST_CASE("the status line counts ranks and tells how long starting took") {
    JobOutcome outcome;
    outcome.ranks.resize(3);
    outcome.ranks[0].state = RankOutcome::State::running;
    outcome.ranks[0].started_after_seconds = 0.5;
    outcome.ranks[1].state = RankOutcome::State::ended;
    outcome.ranks[1].started_after_seconds = 1.0;
    outcome.ranks[1].ended_after_seconds = 2.0;
    CHECK(render_status(outcome, 1, 10.0, 200) ==
          "10.0 s  started 2/3  blocked 1  exited 1  launch 10.0 run 9.5");
    CHECK(render_status(outcome, 1, 10.0, 20) == "10.0 s  started 2/3 ");
    outcome.ranks.pop_back();
    CHECK(render_status(outcome, 0, 3.0, 200) ==
          "3.0 s  started 2/2  blocked 0  exited 1  launch 1.0 run 2.5");
}
