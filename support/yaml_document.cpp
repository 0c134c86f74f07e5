#include "support/yaml_document.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "support/diagnostic_kinds.hpp"
#include "support/yaml_events.hpp"
#include "support/yaml_size.hpp"

namespace tt_run::support {

namespace {

constexpr std::size_t kDeepest = 200;

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

bool is_null_word(std::string_view text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// Builds the tree from events. Each step returns false once it is no use to go on; the reason has been
/// reported.
class TreeBuilder {
  public:
    TreeBuilder(const SourceTextPtr& source, DiagnosticSink& sink, YamlRows* rows)
        : source_(source), sink_(sink), rows_(rows) {
        root_.span = {source, 0, 0};  // of a text without any value
    }

    bool take(const YamlEvent& event) {
        switch (event.kind) {
            case YamlEvent::Kind::scalar:
                return take_scalar(event);
            case YamlEvent::Kind::alias:
                return take_alias(event);
            case YamlEvent::Kind::sequence_begin:
                return open(YamlNode::Kind::sequence, event);
            case YamlEvent::Kind::mapping_begin:
                return open(YamlNode::Kind::mapping, event);
            case YamlEvent::Kind::sequence_end:
            case YamlEvent::Kind::mapping_end:
                return close();
            case YamlEvent::Kind::document_begin:
                return begin_document(event);
            case YamlEvent::Kind::document_end:
            case YamlEvent::Kind::end_of_text:
                return true;
        }
        return true;
    }

    bool has_duplicates() const { return has_duplicates_; }
    YamlNode take_root() { return std::move(root_); }

  private:
    struct Open {
        YamlNode node;
        std::string anchor;
        std::optional<Spanned<std::string>> key;  ///< of a mapping: read, its value still to come
        bool in_rows = false;                     ///< a list whose items are taken, not kept
    };

    Span span_of(const YamlEvent& event) const { return {source_, event.begin, event.end}; }

    bool begin_document(const YamlEvent& event) {
        if (!has_begun_) {
            has_begun_ = true;
            return true;
        }
        sink_.report(Diagnostic(kYamlSyntax, span_of(event), "a second document begins here; one is expected")
                         .help("remove the `---` line or put the rest into a file of its own"));
        return false;
    }

    bool take_scalar(const YamlEvent& event) {
        YamlNode node;
        node.kind = !event.quoted && is_null_word(event.text) ? YamlNode::Kind::null : YamlNode::Kind::scalar;
        node.span = span_of(event);
        node.text = event.text;
        node.quoted = event.quoted;
        return count(1, node.span) && remember(event.anchor, node) && place(std::move(node));
    }

    bool take_alias(const YamlEvent& event) {
        const Span span = span_of(event);
        const auto named = anchors_.find(event.text);
        if (named == anchors_.end()) {
            sink_.report(Diagnostic(kYamlSyntax, span,
                                    fmt::format("no anchor `&{}` stands before this alias", event.text)));
            return false;
        }
        if (!named->second) {
            sink_.report(
                Diagnostic(kYamlAliasCycle, span, "this alias stands inside the very node that it names")
                    .help("write the value out instead of referring to it"));
            return false;
        }
        return count_whole() && place(*named->second);
    }

    bool open(YamlNode::Kind kind, const YamlEvent& event) {
        YamlNode node;
        node.kind = kind;
        node.span = span_of(event);
        if (!count(1, node.span)) {
            return false;
        }
        if (open_.size() >= kDeepest) {
            sink_.report(Diagnostic(kYamlTooLarge, node.span,
                                    fmt::format("this document is nested more than {} deep", kDeepest)));
            return false;
        }
        if (!event.anchor.empty()) {
            anchors_[std::string(event.anchor)] = std::nullopt;  // until it closes
        }
        const bool in_rows = event.anchor.empty() && node.is_sequence() && are_rows_wanted();
        open_.push_back({std::move(node), std::string(event.anchor), std::nullopt, in_rows});
        return true;
    }

    /// Of a list that begins here.
    bool are_rows_wanted() const {
        return rows_ != nullptr && open_.size() == 1 && open_.front().key &&
               rows_->wants(open_.front().node, open_.front().key->value);
    }

    bool close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        if (done.node.is_mapping()) {
            report_duplicates(done.node.entries);
        }
        return remember(done.anchor, done.node) && place(std::move(done.node));
    }

    /// What an anchor names is kept a second time, so it counts a second time.
    bool remember(std::string_view anchor, const YamlNode& node) {
        if (anchor.empty()) {
            return true;
        }
        if (!count(node_count(node), node.span)) {
            return false;
        }
        anchors_[std::string(anchor)] = node;
        return true;
    }

    bool count(std::size_t nodes, const Span& span) {
        nodes_ += nodes;
        return whole_is_counted_ || nodes_ <= kMostYamlNodes || refuse_at(span);
    }

    /// A few aliases can name more than there is memory for: before the first is replaced, all are counted.
    bool count_whole() {
        if (whole_is_counted_) {
            return true;
        }
        whole_is_counted_ = true;
        const std::optional<Span> excess = find_yaml_excess(source_);
        return !excess || refuse_at(*excess);
    }

    bool refuse_at(const Span& span) {
        sink_.report(Diagnostic(kYamlTooLarge, span,
                                fmt::format("this document has more than {} nodes, the most that is read",
                                            kMostYamlNodes))
                         .note("aliases count as often as they are used"));
        return false;
    }

    bool place(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return true;
        }
        Open& parent = open_.back();
        if (parent.in_rows) {
            nodes_ -= node_count(node);
            return rows_->take(node);
        }
        if (parent.node.is_sequence()) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key) {
            return take_key(parent, std::move(node));
        } else {
            parent.node.entries.push_back({*std::move(parent.key), std::move(node)});
            parent.key.reset();
        }
        return true;
    }

    bool take_key(Open& parent, YamlNode key) {
        if (key.is_sequence() || key.is_mapping()) {
            sink_.report(Diagnostic(kYamlSyntax, key.span, "a key must be plain text"));
            return false;
        }
        parent.key = Spanned<std::string>{std::move(key.text), std::move(key.span)};
        return true;
    }

    /// Sorted by key, since a mapping may have very many; told in the file's order.
    void report_duplicates(const std::vector<YamlEntry>& entries) {
        by_key_.clear();
        for (const YamlEntry& entry : entries) {
            by_key_.push_back(&entry);
        }
        std::sort(by_key_.begin(), by_key_.end(), [](const YamlEntry* a, const YamlEntry* b) {
            const int order = a->key.value.compare(b->key.value);
            return order != 0 ? order < 0 : a < b;  // of one vector, so by position
        });
        std::map<const YamlEntry*, const YamlEntry*> first_of;  // by position too
        const YamlEntry* first = nullptr;
        for (const YamlEntry* entry : by_key_) {
            if (first == nullptr || first->key.value != entry->key.value) {
                first = entry;
            } else {
                first_of[entry] = first;
            }
        }
        has_duplicates_ = has_duplicates_ || !first_of.empty();
        for (const auto& [again, before] : first_of) {
            sink_.report(Diagnostic(kYamlDuplicateKey, again->key.span,
                                    fmt::format("key `{}` stands twice in this map", again->key.value))
                             .also(before->key.span, "first here")
                             .help("keep one of the two"));
        }
    }

    SourceTextPtr source_;
    DiagnosticSink& sink_;
    YamlRows* rows_;
    YamlNode root_;
    bool has_begun_ = false;
    std::vector<Open> open_;
    /// What each anchor names; nothing while that is still being read.
    std::map<std::string, std::optional<YamlNode>, std::less<>> anchors_;
    std::vector<const YamlEntry*> by_key_;
    std::size_t nodes_ = 0;
    bool has_duplicates_ = false;
    bool whole_is_counted_ = false;  ///< and not too large
};

std::optional<YamlNode> parse(const SourceTextPtr& source, DiagnosticSink& sink, YamlRows* rows) {
    YamlEvents events(source);
    TreeBuilder builder(source, sink, rows);
    for (;;) {
        const std::optional<YamlEvent> event = events.next(sink);
        if (!event || !builder.take(*event)) {
            return std::nullopt;
        }
        if (event->kind == YamlEvent::Kind::end_of_text) {
            return builder.has_duplicates() ? std::nullopt : std::optional(builder.take_root());
        }
    }
}

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

std::optional<YamlNode> parse_yaml(const SourceTextPtr& source, DiagnosticSink& sink) {
    return parse(source, sink, nullptr);
}

std::optional<YamlNode> parse_yaml(const SourceTextPtr& source, DiagnosticSink& sink, YamlRows& rows) {
    return parse(source, sink, &rows);
}

}  // namespace tt_run::support
