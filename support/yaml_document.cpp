#include "support/yaml_document.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <streambuf>
#include <unordered_map>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "support/diagnostic_kinds.hpp"
#include "support/yaml_plain.hpp"

namespace tt_run::support {

namespace {

/// Ends the parse; the diagnostic has been reported already.
struct Abandon {};

/// A read-only stream over text that somebody else owns, so that a large file is not copied.
class ViewBuffer : public std::streambuf {
  public:
    explicit ViewBuffer(std::string_view text) {
        char* begin = const_cast<char*>(text.data());  // a streambuf's get area is never written to
        setg(begin, begin, begin + text.size());
    }
};

std::size_t node_count(const YamlNode& node) {
    std::size_t count = 1;
    for (const YamlNode& item : node.items) {
        count += node_count(item);
    }
    for (const YamlEntry& entry : node.entries) {
        count += 1 + node_count(entry.value);
    }
    return count;
}

/// From line and column rather than `pos`, which leaves out a byte order mark.
std::size_t offset_of(const SourceText& source, const YAML::Mark& mark) {
    const std::size_t line = source.line_begin(static_cast<std::size_t>(std::max(mark.line, 0)) + 1);
    return std::min(line + static_cast<std::size_t>(std::max(mark.column, 0)), source.text().size());
}

/// Builds our tree from yaml-cpp's events: unlike its nodes, they keep every duplicate key and every alias.
class TreeBuilder : public YAML::EventHandler {
  public:
    TreeBuilder(const SourceTextPtr& source, DiagnosticSink& sink) : source_(source), sink_(sink) {}

    YamlNode take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        YamlNode node;
        node.span = {source_, offset(mark), offset(mark)};
        add(std::move(node), anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        YamlNode node;
        node.kind = YamlNode::Kind::scalar;
        node.quoted = tag == "!";
        node.span = scalar_span(offset(mark), value, node.quoted);
        node.text = value;
        if (!node.quoted &&
            (value.empty() || value == "~" || value == "null" || value == "Null" || value == "NULL")) {
            node.kind = YamlNode::Kind::null;
        }
        add(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::sequence, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::mapping, mark, anchor);
    }
    void OnMapEnd() override { close(); }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const Span span{source_, offset(mark), offset(mark) + 1};
        const auto named = anchors_.find(anchor);
        if (named == anchors_.end()) {
            sink_.report(
                Diagnostic(kYamlAliasCycle, span, "this alias stands inside the very node that it names")
                    .help("write the value out instead of referring to it"));
            throw Abandon{};
        }
        YamlNode copy = named->second;
        count(node_count(copy), span);
        place(std::move(copy));
    }

  private:
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor;
        std::optional<Spanned<std::string>> key;  ///< of a mapping: read, its value still to come
        std::unordered_map<std::string, Span> keys;
    };

    std::size_t offset(const YAML::Mark& mark) const { return offset_of(*source_, mark); }

    /// yaml-cpp tells only where a scalar begins; its end is found in our own text.
    Span scalar_span(std::size_t begin, const std::string& value, bool quoted) const {
        const std::string_view rest = source_->text().substr(begin);
        if (quoted && !rest.empty() && (rest[0] == '"' || rest[0] == '\'')) {
            std::size_t end = 1;
            while (end < rest.size() && rest[end] != rest[0]) {
                end += rest[end] == '\\' && rest[0] == '"' ? 2 : 1;
            }
            return {source_, begin, begin + std::min(end + 1, rest.size())};
        }
        const std::size_t length = rest.starts_with(value) ? value.size() : rest.find_first_of(" \r\n");
        return {source_, begin, begin + std::min(length, rest.size())};
    }

    void count(std::size_t nodes, const Span& span) {
        nodes_ += nodes;
        if (nodes_ > kMostYamlNodes) {
            sink_.report(Diagnostic(kYamlTooLarge, span,
                                    fmt::format("this document has more than {} nodes, the most that is read",
                                                kMostYamlNodes))
                             .note("aliases count as often as they are used"));
            throw Abandon{};
        }
    }

    void add(YamlNode node, YAML::anchor_t anchor) {
        count(1, node.span);
        if (anchor != YAML::NullAnchor) {
            anchors_[anchor] = node;
        }
        place(std::move(node));
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        YamlNode node;
        node.kind = kind;
        node.span = {source_, offset(mark), offset(mark) + 1};
        count(1, node.span);
        if (open_.size() >= kDeepestYaml) {
            sink_.report(Diagnostic(kYamlTooLarge, node.span,
                                    fmt::format("this document is nested more than {} deep", kDeepestYaml)));
            throw Abandon{};
        }
        open_.push_back({std::move(node), anchor, std::nullopt, {}});
    }

    void close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (done.anchor != YAML::NullAnchor) {
            anchors_[done.anchor] = done.node;
        }
        place(std::move(done.node));
    }

    void place(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.is_sequence()) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key) {
            take_key(parent, std::move(node));
        } else {
            parent.node.entries.push_back({*std::move(parent.key), std::move(node)});
            parent.key.reset();
        }
    }

    void take_key(Open& parent, YamlNode key) {
        if (key.is_sequence() || key.is_mapping()) {
            sink_.report(Diagnostic(kYamlSyntax, key.span, "a key must be plain text"));
            throw Abandon{};
        }
        const auto [first, is_new] = parent.keys.try_emplace(key.text, key.span);
        if (!is_new) {
            sink_.report(Diagnostic(kYamlDuplicateKey, key.span,
                                    fmt::format("key `{}` stands twice in this map", key.text))
                             .also(first->second, "first here")
                             .help("keep one of the two"));
        }
        parent.key = Spanned<std::string>{std::move(key.text), std::move(key.span)};
    }

    SourceTextPtr source_;
    DiagnosticSink& sink_;
    YamlNode root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    std::size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const YamlEntry& entry) { return entry.key.value == key; });
    return found == entries.end() ? nullptr : &found->value;
}

std::string_view name_of(YamlNode::Kind kind) {
    switch (kind) {
        case YamlNode::Kind::null:
            return "nothing";
        case YamlNode::Kind::scalar:
            return "text";
        case YamlNode::Kind::sequence:
            return "a list";
        case YamlNode::Kind::mapping:
            return "a map";
    }
    return "nothing";
}

namespace {

Diagnostic too_many_nodes(const Span& span) {
    return Diagnostic(
        kYamlTooLarge, span,
        fmt::format("this document has more than {} nodes, the most that is read", kMostYamlNodes));
}

}  // namespace

std::optional<YamlNode> parse_yaml(const SourceTextPtr& source, DiagnosticSink& sink) {
    YamlNode plain;
    switch (parse_plain_yaml(source, plain)) {
        case PlainYaml::read:
            return plain;
        case PlainYaml::too_large:
            sink.report(too_many_nodes(Span{source, 0, 0}));
            return std::nullopt;
        case PlainYaml::unusual:
            break;
    }
    const ErrorWatch watch(sink);
    TreeBuilder builder(source, sink);
    try {
        ViewBuffer buffer(source->text());
        std::istream stream(&buffer);
        YAML::Parser parser(stream);
        parser.HandleNextDocument(builder);
        YamlNode root = builder.take_root();
        TreeBuilder rest(source, sink);
        if (parser.HandleNextDocument(rest)) {
            sink.report(Diagnostic(kYamlSyntax, rest.take_root().span,
                                   "a second document begins here; one is expected")
                            .help("remove the `---` line or put the rest into a file of its own"));
        }
        return watch.saw_error() ? std::nullopt : std::optional(std::move(root));
    } catch (const Abandon&) {
        return std::nullopt;
    } catch (const YAML::Exception& problem) {
        const std::size_t at = offset_of(*source, problem.mark);
        sink.report(
            Diagnostic(kYamlSyntax, Span{source, at, at + 1}, "this is no valid YAML: " + problem.msg));
        return std::nullopt;
    }
}

}  // namespace tt_run::support
