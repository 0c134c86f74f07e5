#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include "support/diagnostic.hpp"
#include "support/source_text.hpp"

namespace tt_run::topology {

/// A message read from protobuf's text format, with the place of every field. Internal to the files that read
/// such formats: protobuf shows through here. Borrows the message and the parse tree that TextprotoDocument
/// owns.
class TextprotoMessage {
  public:
    using Field = google::protobuf::FieldDescriptor;

    TextprotoMessage(const google::protobuf::Message& message,
                     const google::protobuf::TextFormat::ParseInfoTree* places, support::SourceTextPtr source,
                     support::Span span)
        : message_(message), places_(places), source_(std::move(source)), span_(std::move(span)) {}

    /// The field's name where this message was opened (the brace, in a list); all of the text for the
    /// outermost.
    const support::Span& span() const { return span_; }

    // Each asks for a field by its name in the schema. A singular one is empty if it was left out.
    std::optional<support::Spanned<std::string>> text(const char* name) const;
    std::optional<support::Spanned<std::int32_t>> integer(const char* name) const;
    std::optional<support::Spanned<std::uint32_t>> unsigned_integer(const char* name) const;
    std::optional<support::Spanned<bool>> truth(const char* name) const;
    std::optional<support::Spanned<int>> enumeration(const char* name) const;
    std::vector<support::Spanned<std::int32_t>> integers(const char* name) const;
    std::vector<support::Spanned<int>> enumerations(const char* name) const;
    std::optional<TextprotoMessage> message(const char* name) const;
    std::vector<TextprotoMessage> messages(const char* name) const;

  private:
    const Field* field(const char* name) const;
    /// Where the field's values stand, in order.
    std::vector<support::Span> places(const Field* field) const;
    support::Span place(const Field* field) const;
    bool has(const Field* field) const { return message_.GetReflection()->HasField(message_, field); }

    const google::protobuf::Message& message_;
    const google::protobuf::TextFormat::ParseInfoTree* places_;
    support::SourceTextPtr source_;
    support::Span span_;
};

/// The diagnostics of one format: a syntax error, and a field that the format does not have.
struct TextprotoKinds {
    support::DiagnosticKind syntax;
    support::DiagnosticKind unknown_field;
};

/// Reads `source` into `message` (an instance of a generated type) and keeps places in `places`. A syntax
/// error is one diagnostic and ends the text; unknown fields are skipped with a diagnostic each, which offers
/// the nearest name. Nesting beyond 64 is an error. False exactly when it reported an error.
bool parse_textproto(const support::SourceTextPtr& source, const TextprotoKinds& kinds,
                     google::protobuf::Message& message, google::protobuf::TextFormat::ParseInfoTree& places,
                     support::DiagnosticSink& sink);

}  // namespace tt_run::topology
