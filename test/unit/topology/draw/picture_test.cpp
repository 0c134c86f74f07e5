#include <algorithm>
#include <set>

#include <catch2/catch.hpp>

#include "topology/draw/chip_slots.hpp"
#include "topology/draw/draw_cluster.hpp"
#include "topology/draw/link_matrix.hpp"
#include "topology/draw/pen_html.hpp"
#include "topology/draw/pen_svg.hpp"
#include "topology/physical/synthetic_system.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

Cluster made(const std::string& system) {
    support::DiagnosticSink sink;
    return *build_synthetic(system, sink);
}

draw::Picture drawn(const std::string& system) {
    const Cluster cluster = made(system);
    return draw::draw_cluster(cluster, draw::judge_links(cluster));
}

}  // namespace

TEST_CASE("chips of a known machine stand beside those that they are joined with") {
    for (const char* const system :
         {"n300", "n300-x2", "t3k", "p150-x2", "p150-qb", "p150-lb", "p300-qb", "wh-galaxy", "bh-galaxy",
          "bh-galaxy-rev-c", "wh-galaxy-xy-torus", "bh-galaxy-xy-torus", "bh-galaxy-rev-c-xy-torus"}) {
        const Cluster cluster = made(system);
        const draw::HostGrid grid = draw::grid_of(cluster, cluster.hosts().front());
        std::set<std::pair<std::int32_t, std::int32_t>> taken;
        for (const auto& slot : grid.slots) {
            CHECK(taken.insert({slot.row, slot.column}).second);
            CHECK((slot.row >= 0 && slot.row < grid.rows && slot.column >= 0 && slot.column < grid.columns));
        }
        for (const Link& link : cluster.links()) {
            const auto a = grid.slots[link.a.asic.value];
            const auto b = grid.slots[link.b.asic.value];
            const std::int32_t rows = std::abs(a.row - b.row);
            const std::int32_t columns = std::abs(a.column - b.column);
            INFO(system << " " << cluster.name_of(link.a) << " " << cluster.name_of(link.b));
            // Beside each other, or round the edge of a row or column.
            const bool is_beside = rows + columns == 1;
            const bool is_wrap =
                (rows == 0 && columns == grid.columns - 1) || (columns == 0 && rows == grid.rows - 1);
            CHECK((is_beside || is_wrap));
        }
    }
}

TEST_CASE("a whole machine lacks nothing, whatever its cabling") {
    for (const SyntheticWord& word : synthetic_words()) {
        INFO(word.word);
        CHECK(drawn(std::string(word.word)).findings.empty());
    }
    CHECK(drawn("wh-galaxy*5@all-to-all:4").findings.empty());
    CHECK(drawn("bh-galaxy*4@torus2x2").findings.empty());
}

TEST_CASE("every link that a Galaxy lost is named once") {
    const Cluster whole = made("wh-galaxy");
    for (std::size_t k = 0; k < whole.links().size(); k += 7) {
        const Link& link = whole.links()[k];
        const Board& board = whole.board_of(link.a.asic);
        const auto fault = "-link:0/" + std::to_string(board.tray) + "/" +
                           std::to_string(whole.asic(link.a.asic).location) + "/" +
                           std::to_string(link.a.channel);
        const Cluster degraded = made("wh-galaxy" + fault);
        const draw::MissingLinks missing = draw::judge_links(degraded);
        INFO(fault);
        REQUIRE(missing.links.size() == 1);
        CHECK(degraded.name_of(missing.links.front().a) == whole.name_of(link.a));
        CHECK(degraded.name_of(missing.links.front().b) == whole.name_of(link.b));
        CHECK(draw::compare_links(degraded, whole).links == missing.links);
    }
}

TEST_CASE("values of an overlay add up, and the largest is one") {
    draw::Picture picture = drawn("n300-x2");
    const std::string a = picture.cells[0].name;
    const std::string b = picture.cells[1].name;
    const std::string c = picture.cells[2].name;
    draw::lay_over(picture, {"traffic",
                             "bytes",
                             {{a, b, 30, "30", {}},
                              {b, a, 10, "10", {}},
                              {a, c, 20, "20", {}},
                              {"nobody", a, 99, "99", {}},
                              {c, c, 4, "4", {}}}});
    CHECK(picture.lines[0].heat == 1.0);
    CHECK(picture.lines[0].value == "30, 10");
    CHECK(picture.lines[1].heat == 0.5);
    CHECK(picture.cells[2].heat == 0.1);
    CHECK(picture.overlay == "traffic, up to 40 bytes");
}

TEST_CASE("numbers are written as ranges") {
    CHECK(draw::ranges({}).empty());
    CHECK(draw::ranges({4}) == "4");
    CHECK(draw::ranges({0, 1}) == "0, 1");
    CHECK(draw::ranges({0, 1, 2, 3, 7, 9, 10, 11}) == "0-3, 7, 9-11");
}

TEST_CASE("nothing that a name holds ends an element of a page early") {
    draw::Picture picture = drawn("n300");
    picture.title = "</script><script>alert(1)</script>";
    picture.cells[0].facts.push_back({"<b>", "</script>&\"'"});
    picture.findings.push_back({draw::LinkLook::missing, "</text><script>"});
    const std::string page = draw::render_page(picture.title, "<i>", {{"<tab>", &picture, {}, {}}});
    std::size_t scripts = 0;
    for (std::size_t at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1)) {
        ++scripts;
    }
    CHECK(scripts == 2);
    CHECK(page.find("<tab>") == std::string::npos);
    CHECK(page.find("<i>") == std::string::npos);
    CHECK(draw::render_svg(picture).find("<script") == std::string::npos);
}

TEST_CASE("a page asks the network for nothing") {
    const draw::Picture picture = drawn("t3k");
    const std::string page = draw::render_page("t3k", "", {{"hardware", &picture, {}, {}}});
    for (std::size_t at = page.find("http"); at != std::string::npos; at = page.find("http", at + 1)) {
        CHECK(page.substr(at, 26) == "http://www.w3.org/2000/svg");
    }
    CHECK(page.find("@import") == std::string::npos);
    CHECK(page.find("url(") == std::string::npos);
}

TEST_CASE("a matrix is symmetric and sums to the links of the cluster") {
    for (const char* const system : {"t3k", "closetbox", "wh-galaxy*5@all-to-all:4"}) {
        const Cluster cluster = made(system);
        const draw::LinkMatrix matrix = draw::make_link_matrix(drawn(system));
        std::size_t sum = 0;
        for (std::size_t a = 0; a < matrix.names.size(); ++a) {
            for (std::size_t b = 0; b < matrix.names.size(); ++b) {
                CHECK(matrix.at(a, b).present == matrix.at(b, a).present);
                sum += matrix.at(a, b).present;
            }
        }
        std::size_t links = 0;
        for (const Link& link : cluster.links()) {
            const bool is_between = cluster.board_of(link.a.asic).host != cluster.board_of(link.b.asic).host;
            links += matrix.of_chips || is_between ? 2 : 0;
        }
        CHECK(sum == links);
    }
}
