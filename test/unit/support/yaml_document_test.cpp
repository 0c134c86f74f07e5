#include "support/yaml_document.hpp"

#include <catch2/catch.hpp>

#include "support/diagnostic_render.hpp"

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

TEST_CASE("bytes that are no UTF-8 do not crash the reader") {
    std::string said;
    parse("a: \xff\xfe\n\xc3: b\n", &said);
}

TEST_CASE("plain documents are read alike by both readers") {
    // A comment line of the full reader's own, a directive, sends the same document to it.
    const auto same = [](const auto& self, const YamlNode& a, const YamlNode& b, std::size_t shift) -> bool {
        const bool place =
            a.is_null() || (a.span.begin + shift == b.span.begin && a.span.text() == b.span.text());
        if (a.kind != b.kind || a.text != b.text || a.quoted != b.quoted || !place ||
            a.items.size() != b.items.size() || a.entries.size() != b.entries.size()) {
            UNSCOPED_INFO("plain `" << a.text << "` at " << a.span.begin + shift << " `" << a.span.text()
                                    << "`, full `" << b.text << "` at " << b.span.begin << " `"
                                    << b.span.text() << "`");
            return false;
        }
        for (std::size_t k = 0; k < a.items.size(); ++k) {
            if (!self(self, a.items[k], b.items[k], shift)) {
                return false;
            }
        }
        for (std::size_t k = 0; k < a.entries.size(); ++k) {
            if (a.entries[k].key.value != b.entries[k].key.value ||
                a.entries[k].key.span.begin + shift != b.entries[k].key.span.begin ||
                !self(self, a.entries[k].value, b.entries[k].value, shift)) {
                return false;
            }
        }
        return true;
    };
    const std::string mark = "---\n";
    for (const std::string text : {
             "a: 1\nb: 'x'\nc: [1, \"2\", {d: e}]\n",
             "a:\n  b:\n    - 1\n    - c: 2\n      d: 3\n    -\n      - e\n      - f\n  g: h i # j\nk: l#m\n",
             "a:\n- 1\n- 2\nb:\n-\n  -\n    chip: 0\nc:\n",
             "{\"a\": [1, 2,\n 3], \"b\": {}, \"c\":[], \"d\":null}\n",
             "a: \"x \\\" y\"\nb: \"\"\nc: ~\nd: -1\ne: 0000:41:00.0\nf: http://x\n",
             "- a: 1\n  b: 2\n- c\n- - d\n  - e\n",
             "# c\n\na: {x: 1, y: [z,],}\n  \nb: null\r\nc: d\r\n",
             "a: [\n  {b: c}, # d\n  {e: 1:2}\n]\n",
         }) {
        INFO(text);
        const auto plain = parse(text);
        const auto full = parse(mark + text);
        REQUIRE(plain);
        REQUIRE(full);
        CHECK(same(same, *plain, *full, mark.size()));
    }
}
