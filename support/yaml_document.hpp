#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/source_text.hpp"

namespace tt_run::support {

struct YamlEntry;

/// One node of a YAML (or JSON) document, with its place. Aliases are already replaced by what they name.
/// Scalars are text: what they mean is for the reader to say, `quoted` tells whether they were written in
/// quotes.
struct YamlNode {
    enum class Kind { null, scalar, sequence, mapping };

    Kind kind = Kind::null;
    Span span;
    std::string text;                ///< of a scalar
    bool quoted = false;             ///< of a scalar
    std::vector<YamlNode> items;     ///< of a sequence
    std::vector<YamlEntry> entries;  ///< of a mapping, in the file's order; no key stands twice

    bool is_null() const { return kind == Kind::null; }
    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_sequence() const { return kind == Kind::sequence; }
    bool is_mapping() const { return kind == Kind::mapping; }

    /// The value under `key`; null if this is no mapping or has no such key. Lives as long as this node.
    const YamlNode* find(std::string_view key) const;
};

struct YamlEntry {
    Spanned<std::string> key;
    YamlNode value;
};

/// "a list", "a map", "text", "nothing": for messages.
std::string_view name_of(YamlNode::Kind kind);

/// The one document in `source`; an empty text gives a null node. Reports syntax errors, keys given twice,
/// keys that are no scalars, aliases that contain themselves, more than one document, and documents whose
/// expanded size or depth is beyond reason; empty exactly when it reported an error. Throws nothing.
std::optional<YamlNode> parse_yaml(const SourceTextPtr& source, DiagnosticSink& sink);

/// Takes rows of lists that would be too many to keep: a machine's hosts and links.
class YamlRows {
  public:
    virtual ~YamlRows() = default;
    /// Whether the rows of the list under this key of the top level are to be taken one by one. `root` is the
    /// document as far as it has been read; a list that carries an anchor is not asked for, but kept.
    virtual bool wants(const YamlNode& root, std::string_view key) = 0;
    /// The next row of the list that was wanted last. False if it is no use to go on, which has been
    /// reported.
    virtual bool take(const YamlNode& row) = 0;
};

/// The same, but for the lists that `rows` wants: they are empty in the document, and their rows do not count
/// into its size (if it has aliases, they do). Empty if the document is no good, or `rows` saw no use in
/// going on; what `rows` has reported beside does not matter.
std::optional<YamlNode> parse_yaml(const SourceTextPtr& source, DiagnosticSink& sink, YamlRows& rows);

}  // namespace tt_run::support
