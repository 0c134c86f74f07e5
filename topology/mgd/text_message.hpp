#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/source_text.hpp"

namespace tt_run::topology {

/// A message in Protobuf's text format, as a tree with places. Without a schema: fields keep their order and
/// may repeat, and what they mean is for the reader to say (textproto_message.hpp reads one by a schema).
/// Descriptors of newer tools have fields that no schema of ours would know; this holds them all the same.
struct TextMessage {
    struct Field;
    support::Span span;  ///< of its opening brace; of the whole text for the outermost
    std::vector<Field> fields;

    /// The last field of this name, as Protobuf has it for fields that do not repeat; null if there is none.
    const Field* find(std::string_view name) const;
    /// All messages under this name, in order.
    std::vector<const TextMessage*> messages(std::string_view name) const;
};

struct TextMessage::Field {
    support::Spanned<std::string_view> name;  ///< a view of the source text, which the span keeps
    support::Spanned<std::string> scalar;     ///< UTF-8, quotes and escapes taken off; empty for a message
    bool quoted = false;                      ///< of a scalar
    bool listed = false;                      ///< stands in `[a, b]`, with others under one name
    std::vector<TextMessage> message;         ///< one if the value is a message, else none
};

/// Reads with Protobuf's own tokenizer. Reports the first error of syntax as `syntax`; empty exactly then.
/// Values like `[a, b]` become one field for each. Nesting is limited.
std::optional<TextMessage> parse_text_message(const support::SourceTextPtr& source,
                                              support::DiagnosticKind syntax, support::DiagnosticSink& sink);

}  // namespace tt_run::topology
