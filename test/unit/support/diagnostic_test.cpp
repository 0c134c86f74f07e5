#include "support/diagnostic.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"

using namespace tt_run::support;

namespace {

constexpr DiagnosticKind kGap{"gap"};
constexpr DiagnosticKind kOdd{"odd", Severity::warning};

Span find_in(const SourceTextPtr& source, std::string_view word) {
    const std::size_t at = source->text().find(word);
    REQUIRE(at != std::string_view::npos);
    return {source, at, at + word.size()};
}

}  // namespace

TEST_CASE("a diagnostic shows its lines, carets and help") {
    const SourceTextPtr file = make_source_text("ranks.yaml", "rows:\n  - rank: 1\n\n  - rank: 33\n");
    const std::string text = render_text(Diagnostic(kGap, find_in(file, "33"), "rank `33` leaves a gap")
                                             .label("expected `2`")
                                             .also(find_in(file, "1"), "previous rank")
                                             .note("ranks run from 0")
                                             .help("renumber it"),
                                         Colour::off);
    CHECK(text ==
          "ranks.yaml:4:11: error: rank `33` leaves a gap [gap]\n"
          "   2 |   - rank: 1\n"
          "     |           - previous rank\n"
          "   4 |   - rank: 33\n"
          "     |           ^^ expected `2`\n"
          "note: ranks run from 0\n"
          "help: renumber it\n");
}

TEST_CASE("a second text gets its own picture with its own place") {
    const SourceTextPtr bindings = make_source_text("b.yaml", "mesh_id: 9\n");
    const SourceTextPtr graph = make_source_text("g.textproto", "mesh_id: 0\n");
    const std::string text = render_text(
        Diagnostic(kGap, find_in(bindings, "9"), "no such mesh").also(find_in(graph, "0"), "the only mesh"),
        Colour::off);
    CHECK(text ==
          "b.yaml:1:10: error: no such mesh [gap]\n"
          "   1 | mesh_id: 9\n"
          "     |          ^\n"
          "g.textproto:1:10:\n"
          "   1 | mesh_id: 0\n"
          "     |          - the only mesh\n");
}

TEST_CASE("columns count code points and carets stand under them") {
    const SourceTextPtr file = make_source_text("f", "\xC3\xA9\xC3\xA9 bad\n");
    CHECK(render_text(Diagnostic(kGap, find_in(file, "bad"), "m"), Colour::off) ==
          "f:1:4: error: m [gap]\n   1 | \xC3\xA9\xC3\xA9 bad\n     |    ^^^\n");
}

TEST_CASE("control bytes and broken UTF-8 never reach the terminal") {
    const SourceTextPtr file = make_source_text("f", "a\x1b[31m\xff\tx bad\n");
    const std::string text = render_text(Diagnostic(kGap, find_in(file, "bad"), "m"), Colour::off);
    CHECK(text == "f:1:11: error: m [gap]\n   1 | a?[31m? x bad\n     |           ^^^\n");
}

TEST_CASE("a long line is cut around the caret") {
    const SourceTextPtr file =
        make_source_text("f", std::string(5000, 'x') + "bad" + std::string(5000, 'y') + "\n");
    const std::string text = render_text(Diagnostic(kGap, find_in(file, "bad"), "m"), Colour::off);
    CHECK(text.size() < 400);
    CHECK(text.find("xbady") != std::string::npos);
    const std::size_t line = text.find("bad");
    const std::size_t caret = text.find("^^^");
    CHECK(line - text.rfind('\n', line) == caret - text.rfind('\n', caret));
}

TEST_CASE("a span at the end of the text has a caret behind the last letter") {
    const SourceTextPtr file = make_source_text("f", "abc");
    CHECK(render_text(Diagnostic(kGap, Span{file, 3, 3}, "m"), Colour::off) ==
          "f:1:4: error: m [gap]\n   1 | abc\n     |    ^\n");
}

TEST_CASE("the sink keeps a bounded number and counts the rest") {
    DiagnosticSink sink;
    for (std::size_t k = 0; k < DiagnosticSink::kKept + 3; ++k) {
        sink.report(Diagnostic(kOdd, Span{}, "odd"));
    }
    CHECK(sink.diagnostics().size() == DiagnosticSink::kKept);
    CHECK(sink.count(Severity::warning) == DiagnosticSink::kKept + 3);
    CHECK(render_text(sink, Colour::off).ends_with("tt-run: 3 more like these are not shown\n"));
}

TEST_CASE("a strict sink turns the named warnings into errors") {
    DiagnosticSink sink;
    sink.treat_as_error(kOdd);
    const ErrorWatch watch(sink);
    sink.report(Diagnostic(kOdd, Span{}, "odd"));
    CHECK(watch.saw_error());
}

TEST_CASE("diagnostics as JSON carry every place") {
    const SourceTextPtr file = make_source_text("f", "a\nbad\xff\n");
    DiagnosticSink sink;
    sink.report(Diagnostic(kGap, find_in(file, "bad"), "m").help("h"));
    const std::string json = render_json(sink);
    CHECK(json.find("\"schema\": \"tt-run/diagnostics\"") != std::string::npos);
    CHECK(json.find("\"line\": 2") != std::string::npos);
    CHECK(json.find("\"end_column\": 4") != std::string::npos);
    CHECK(json.find("\"error\": 1") != std::string::npos);
}

TEST_CASE("a line that is no text for people is not shown, however many speak of it") {
    const SourceTextPtr file = make_source_text("f", std::string(3'000'000, 'x'));
    DiagnosticSink sink;
    for (std::size_t k = 0; k < 500; ++k) {
        sink.report(Diagnostic(kGap, Span{file, k, k + 1}, "m").also(Span{file, 0, 2'000'000}, "all"));
    }
    const std::string text = render_text(sink, Colour::off);
    CHECK(text.starts_with("f:1:1: error: m [gap]\n   1 | (a line of 3000000 bytes is not shown)\n"));
}
