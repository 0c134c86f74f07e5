#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>

#include "support/diagnostic.hpp"
#include "topology/mgd/text_message.hpp"

namespace tt_run::topology {

/// The diagnostics of one format: what breaks its schema, and a field that the schema does not have.
struct TextprotoKinds {
    support::DiagnosticKind syntax;
    support::DiagnosticKind unknown_field;
};

/// Compares a message and all within it with its schema, as Protobuf's own parser would, but to the end:
/// wrong types and values, fields given twice, choices made twice are errors; unknown fields are warnings
/// that offer the nearest name. True if there was no error.
bool check_schema(const TextMessage& message, const google::protobuf::Descriptor& type,
                  const TextprotoKinds& kinds, support::DiagnosticSink& sink);

/// A message that agrees with its schema (check_schema), and typed access to it. Internal to the files that
/// read such formats: Protobuf shows through here. Borrows the message.
class TextprotoMessage {
  public:
    TextprotoMessage(const TextMessage& message, const google::protobuf::Descriptor& type, support::Span span)
        : message_(&message), type_(&type), span_(std::move(span)) {}

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
    const TextMessage* message_;
    const google::protobuf::Descriptor* type_;
    support::Span span_;
};

}  // namespace tt_run::topology
