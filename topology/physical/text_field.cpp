#include "topology/physical/text_field.hpp"

#include <fmt/format.h>

#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;

std::uint64_t number_in(const TextMessage& message, std::string_view name, DiagnosticSink& sink,
                        std::uint64_t most) {
    const TextMessage::Field* field = message.find(name);
    if (field == nullptr) {
        return 0;
    }
    const auto value =
        field->message.empty() && !field->quoted ? parse_number(field->scalar.value) : std::nullopt;
    if (!value || *value > most) {
        sink.report(Diagnostic(kClusterBadValue,
                               field->message.empty() ? field->scalar.span : field->name.span,
                               fmt::format("`{}` must be a number from 0 to {}", name, most)));
        return 0;
    }
    return *value;
}

std::string text_in(const TextMessage& message, std::string_view name, DiagnosticSink& sink) {
    const TextMessage::Field* field = message.find(name);
    if (field == nullptr) {
        return {};
    }
    if (!field->message.empty()) {
        sink.report(Diagnostic(kClusterBadValue, field->name.span, fmt::format("`{}` must be text", name)));
        return {};
    }
    return field->scalar.value;
}

std::map<std::string, const TextMessage*> entries_in(const TextMessage& message, std::string_view name,
                                                     DiagnosticSink& sink) {
    std::map<std::string, const TextMessage*> entries;
    static const TextMessage kEmpty;
    for (const TextMessage* entry : message.messages(name)) {
        const auto values = entry->messages("value");
        entries[text_in(*entry, "key", sink)] = values.empty() ? &kEmpty : values.back();
    }
    return entries;
}

}  // namespace tt_run::topology
