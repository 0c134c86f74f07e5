#include "support/yaml_document.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"
#include "support/yaml_size.hpp"

using namespace tt_run::support;

namespace {

std::optional<YamlNode> parse(const std::string& text, std::string* said = nullptr) {
    DiagnosticSink sink;
    auto node = parse_yaml(make_source_text("f.yaml", text), sink);
    CHECK(node.has_value() == (sink.errors() == 0));
    if (said != nullptr) {
        *said = render_text(sink, Colour::off);
    }
    return node;
}

}  // namespace

TEST_CASE("scalars keep their text, their quotes and their place") {
    const auto root = parse("a: 007\nb: 'x: y'\nc: [1, \"2\"]\nd:\ne: ~\n");
    REQUIRE(root);
    CHECK(root->find("a")->text == "007");
    CHECK(root->find("a")->span.text() == "007");
    CHECK(root->find("b")->quoted);
    CHECK(root->find("b")->span.text() == "'x: y'");
    CHECK(root->find("c")->items.at(1).span.text() == "\"2\"");
    CHECK(root->find("d")->is_null());
    CHECK(root->find("e")->is_null());
    CHECK(root->find("z") == nullptr);
}

TEST_CASE("an empty text is a null document") {
    CHECK(parse("")->is_null());
    CHECK(parse("# only a comment\n")->is_null());
}

TEST_CASE("aliases are replaced by what they name") {
    const auto root = parse("a: &x {k: v}\nb: *x\n");
    REQUIRE(root);
    CHECK(root->find("b")->find("k")->text == "v");
}

TEST_CASE("a byte order mark moves no place") {
    const auto root = parse("\xEF\xBB\xBF# c\na: bad\n");
    REQUIRE(root);
    CHECK(root->find("a")->span.text() == "bad");
}

TEST_CASE("a key given twice names both places") {
    std::string said;
    CHECK(!parse("a: 1\nb: 2\na: 3\n", &said));
    CHECK(said ==
          "f.yaml:3:1: error: key `a` stands twice in this map [yaml-duplicate-key]\n"
          "   1 | a: 1\n     | - first here\n   3 | a: 3\n     | ^\nhelp: keep one of the two\n");
}

TEST_CASE("an alias inside its own node is refused") {
    std::string said;
    CHECK(!parse("a: &x\n  b: *x\n", &said));
    CHECK(said.find("[yaml-alias-cycle]") != std::string::npos);
}

TEST_CASE("aliases that multiply are refused before they fill memory") {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int k = 1; k < 12; ++k) {
        const std::string last = "*a" + std::to_string(k - 1);
        text += "a" + std::to_string(k) + ": &a" + std::to_string(k) + " [";
        for (int j = 0; j < 10; ++j) {
            text += (j == 0 ? "" : ", ") + last;
        }
        text += "]\n";
    }
    std::string said;
    CHECK(!parse(text, &said));
    CHECK(said.find("[yaml-too-large]") != std::string::npos);
}

TEST_CASE("a document is as large as what its aliases name, and what they name a second time") {
    const auto document = [](std::size_t items, const std::string& more) {
        std::string text = "a: &a [";
        for (std::size_t k = 0; k < items; ++k) {
            text += "x,";
        }
        return text + "]\nb: [" + more + "]\n";
    };
    // A map, two keys and a list, and four times the list that `&a` names.
    const std::size_t items = kMostYamlNodes / 4 - 2;
    CHECK(!find_yaml_excess(make_source_text("f", document(items, "*a, *a"))));
    const auto source = make_source_text("f", document(items, "*a, *a, x, y"));
    CHECK(find_yaml_excess(source)->begin == source->text().find("x, y"));
}

namespace {

/// Wants `rows`, and counts them up to the first that is no use.
struct CountedRows final : YamlRows {
    bool wants(const YamlNode& root, std::string_view key) override {
        keys_before = root.entries.size();
        return key == "rows";
    }
    bool take(const YamlNode& row) override {
        items += row.items.size();
        ++count;
        return count != last;
    }
    std::size_t keys_before = 0;
    std::size_t count = 0;
    std::size_t items = 0;
    std::size_t last = SIZE_MAX;
};

}  // namespace

TEST_CASE("rows are taken one by one, and what is taken is not kept") {
    DiagnosticSink sink;
    CountedRows rows;
    const auto parse_rows = [&](const std::string& text) {
        rows = {};
        return parse_yaml(make_source_text("f.yaml", text), sink, rows);
    };
    const auto root = parse_rows("a: {rows: [1, 2]}\nb: [3]\nrows: [[1, 2], [3, [4, 5]], {}]\nc: x\n");
    REQUIRE(root);
    CHECK(rows.keys_before == 2);
    CHECK(rows.count == 3);
    CHECK(rows.items == 4);
    CHECK(root->find("rows")->items.empty());
    CHECK(root->find("a")->find("rows")->items.size() == 2);
    CHECK(root->find("c")->text == "x");
    // An alias may name them later.
    const auto kept = parse_rows("rows: &r [1, 2]\nb: *r\n");
    REQUIRE(kept);
    CHECK(rows.count == 0);
    CHECK(kept->find("b")->items.size() == 2);
    CHECK(sink.errors() == 0);
}

TEST_CASE("rows are too many to count, but not with aliases, and one that is no use ends it") {
    constexpr std::size_t kRows = kMostYamlNodes / 4;
    std::string text = "rows: [";
    for (std::size_t k = 0; k < kRows; ++k) {
        text += "[1,2,3],";
    }
    text += "]}";
    CountedRows rows;
    DiagnosticSink sink;
    CHECK(parse_yaml(make_source_text("f.yaml", "{" + text), sink, rows));
    CHECK(rows.count == kRows);
    CHECK(sink.errors() == 0);
    rows = {};
    rows.last = 3;
    CHECK(!parse_yaml(make_source_text("f.yaml", "{" + text), sink, rows));
    CHECK(rows.count == 3);
    CHECK(sink.errors() == 0);
    CHECK(!parse_yaml(make_source_text("f.yaml", "{a: &a x, b: *a, " + text), sink, rows));
    CHECK(render_text(sink, Colour::off).find("[yaml-too-large]") != std::string::npos);
}

TEST_CASE("deep nesting is refused and does not crash") {
    std::string said;
    CHECK(!parse(std::string(100000, '['), &said));
    CHECK(!said.empty());
    CHECK(!parse(std::string(300, '[') + std::string(300, ']'), &said));
    CHECK(said.find("[yaml-too-large]") != std::string::npos);
}

TEST_CASE("broken YAML is one diagnostic with its place") {
    std::string said;
    CHECK(!parse("a: [1, 2\nb: 3\n", &said));
    CHECK(said.starts_with("f.yaml:2:"));
    CHECK(!parse("a: 1\n---\nb: 2\n", &said));
    CHECK(said.find("second document") != std::string::npos);
    CHECK(!parse("? [a, b]\n: c\n", &said));
    CHECK(said.find("a key must be plain text") != std::string::npos);
}

TEST_CASE("bytes that are no UTF-8 and control characters are refused at their place") {
    std::string said;
    CHECK(!parse("a: 1\nb: \xff\xfe\n", &said));
    CHECK(said.starts_with("f.yaml:2:4: error: these bytes are no UTF-8 text [yaml-syntax]"));
    CHECK(
        !parse("\xEF\xBB\xBF"
               "a: 1\nb: \xff\n",
               &said));
    CHECK(said.starts_with("f.yaml:2:4: "));
    CHECK(!parse(std::string("a: \0b", 5), &said));
    CHECK(said.starts_with("f.yaml:1:4: error: the control character U+0000 cannot stand in YAML"));
    CHECK(!parse("a: \xc3", &said));
    CHECK(said.starts_with("f.yaml:1:4: "));
}

TEST_CASE("places are exact behind letters of several bytes and other line ends") {
    for (const std::string text : {
             "k\u00e4se: [\"\u65e5\u672c\", \U0001F600, x]\nnext: y\n",
             "\xEF\xBB\xBFk\u00e4se: [\"\u65e5\u672c\", \U0001F600, x]\r\nnext: y\r\n",
             "# a\u2028# line\u0085# each\nk\u00e4se: [\"\u65e5\u672c\", \U0001F600, x]\nnext: y",
         }) {
        INFO(text);
        const auto root = parse(text);
        REQUIRE(root);
        REQUIRE(root->entries.size() == 2);
        CHECK(root->entries[0].key.span.text() == "k\u00e4se");
        const YamlNode& list = root->entries[0].value;
        CHECK(list.span.text() == "[");
        CHECK(list.items.at(0).span.text() == "\"\u65e5\u672c\"");
        CHECK(list.items.at(0).text == "\u65e5\u672c");
        CHECK(list.items.at(1).span.text() == "\U0001F600");
        CHECK(list.items.at(2).span.text() == "x");
        CHECK(root->entries[1].key.span.text() == "next");
        CHECK(root->entries[1].value.span.text() == "y");
    }
}

TEST_CASE("an anchor and a tag are no part of a value's place") {
    const auto root = parse("a: &x one\nb: !!str 7\nc: &y\n  - z\nd: !!str null\ne: &w {f: g}\n");
    REQUIRE(root);
    CHECK(root->find("a")->span.text() == "one");
    CHECK(!root->find("a")->quoted);
    CHECK(root->find("b")->span.text() == "7");
    CHECK(root->find("b")->quoted);
    CHECK(root->find("c")->span.text() == "-");
    CHECK(root->find("d")->text == "null");
    CHECK(root->find("d")->is_scalar());
    CHECK(root->find("e")->span.text() == "{");
}

TEST_CASE("words for nothing are nothing as values and words as keys") {
    const auto root = parse("null: ~\n~: Null\n'': ''\n");
    REQUIRE(root);
    CHECK(root->find("null")->is_null());
    CHECK(root->find("null")->span.text() == "~");
    CHECK(root->find("~")->is_null());
    CHECK(root->find("")->is_scalar());
}

TEST_CASE("the last of several anchors of one name counts, and one must stand before its alias") {
    const auto root = parse("a: &x 1\nb: &x 2\nc: *x\n");
    REQUIRE(root);
    CHECK(root->find("c")->text == "2");
    std::string said;
    CHECK(!parse("a: *x\nb: &x 1\n", &said));
    CHECK(said.starts_with("f.yaml:1:4: error: no anchor `&x` stands before this alias [yaml-syntax]"));
    CHECK(!parse("a: &x 1\nb: &x [*x]\n", &said));
    CHECK(said.find("[yaml-alias-cycle]") != std::string::npos);
}

TEST_CASE("anchors within anchors are refused before they fill memory") {
    std::string text;
    for (int k = 0; k < 150; ++k) {
        text += "&a" + std::to_string(k) + " [";
    }
    for (int k = 0; k < 100'000; ++k) {
        text += "x, ";
    }
    std::string said;
    CHECK(!parse(text + std::string(150, ']'), &said));
    CHECK(said.find("[yaml-too-large]") != std::string::npos);
}

TEST_CASE("what is no YAML is said in words of our own, with the place where it began") {
    const std::pair<const char*, const char*> cases[] = {
        {"a: [1, 2\nb: 3\n",
         "f.yaml:2:2: error: expected `,` or `]` [yaml-syntax]\n"
         "   1 | a: [1, 2\n     |    - this list is still open\n   2 | b: 3\n     |  ^\n"},
        {"a: {b: 1, c: [}\n", "f.yaml:1:15: error: expected a value [yaml-syntax]"},
        {"a: {b: 1 c: 2}\n", "f.yaml:1:11: error: expected `,` or `}` [yaml-syntax]"},
        {"a: b: c\n", "f.yaml:1:5: error: `:` cannot stand here"},
        {"a: 1\n  b: 2\n", "f.yaml:2:4: error: `:` cannot stand here"},
        {"a: 1\nb\n", "f.yaml:3:1: error: expected `:` after a key"},
        {"a: - b\n", "f.yaml:1:4: error: a list cannot begin here"},
        {"- 1\nb: 2\n", "f.yaml:2:1: error: expected `-`, as deep as the others of its list"},
        {"a: @b\n", "f.yaml:1:4: error: no value begins with this character"},
        {"a:\n\tb: 1\n", "f.yaml:2:1: error: a tab cannot indent; use blanks"},
        {"a: \"b\n", "f.yaml:2:1: error: the text ends inside quotes"},
        {"a: \"\\q\"\n", "f.yaml:1:5: error: this is no escape that YAML knows"},
        {"a: 1\n} b\n", "f.yaml:2:1: error: "},
        {"%YAML 3.0\n---\na: 1\n", "f.yaml:1:1: error: this version of YAML is not read"},
    };
    for (const auto& [text, expected] : cases) {
        INFO(text);
        std::string said;
        CHECK(!parse(text, &said));
        INFO(said);
        CHECK(said.starts_with(expected));
        CHECK(said.find("no valid YAML") == std::string::npos);
    }
}

TEST_CASE("a map with a hundred thousand keys is read, and the ones given twice are told in order") {
    std::string text;
    for (int k = 0; k < 100'000; ++k) {
        text += "k" + std::to_string(k) + ": " + std::to_string(k) + "\n";
    }
    CHECK(parse(text)->entries.size() == 100'000);
    std::string said;
    CHECK(!parse(text + "k7: x\nk3: y\nk7: z\n", &said));
    CHECK(said.starts_with("f.yaml:100001:1: error: key `k7` stands twice"));
    CHECK(said.find("f.yaml:100002:1: error: key `k3` stands twice") != std::string::npos);
}
