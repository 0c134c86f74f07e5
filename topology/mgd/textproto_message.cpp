#include "topology/mgd/textproto_message.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>

#include "support/check.hpp"
#include "support/spelling.hpp"

namespace tt_run::topology {

namespace pb = google::protobuf;
using pb::FieldDescriptor;
using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using support::Spanned;

namespace {

/// A whole number as Protobuf writes them: decimal, hexadecimal or octal. Nothing if it is none, or beyond
/// 64 bits.
std::optional<std::int64_t> parse_whole(std::string_view text) {
    const bool negative = text.starts_with('-');
    std::uint64_t value = 0;
    const bool is_whole = pb::io::Tokenizer::ParseInteger(std::string(text.substr(negative ? 1 : 0)),
                                                          std::numeric_limits<std::int64_t>::max(), &value);
    if (!is_whole) {
        return std::nullopt;
    }
    return negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

/// Digits, whatever their size.
bool looks_whole(std::string_view text) {
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    return !text.empty() && text.find_first_not_of(hexadecimal ? "0123456789abcdefABCDEFxX" : "0123456789") ==
                                std::string_view::npos;
}

std::optional<bool> parse_truth(std::string_view text) {
    if (text == "true" || text == "True" || text == "t" || text == "1") {
        return true;
    }
    if (text == "false" || text == "False" || text == "f" || text == "0") {
        return false;
    }
    return std::nullopt;
}

/// By name, or any number: newer tools may have more values than we know.
std::optional<int> parse_enumeration(const TextMessage::Field& field, const pb::EnumDescriptor& type) {
    if (const pb::EnumValueDescriptor* named = type.FindValueByName(field.scalar.value)) {
        return named->number();
    }
    const auto number = parse_whole(field.scalar.value);
    const bool fits =
        number && *number >= std::numeric_limits<int>::min() && *number <= std::numeric_limits<int>::max();
    return fits ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

class SchemaCheck {
  public:
    SchemaCheck(const TextprotoKinds& kinds, DiagnosticSink& sink) : kinds_(kinds), sink_(sink) {}

    void check(const TextMessage& message, const pb::Descriptor& type) {
        TT_RUN_CHECK(type.field_count() <= kMostFields);
        Given given{};   // singular ones
        Given chosen{};  // of each choice
        const TextMessage::Field* last = nullptr;
        for (const TextMessage::Field& field : message.fields) {
            const bool same_list = last != nullptr && last->name.span.begin == field.name.span.begin;
            last = &field;
            const FieldDescriptor* known = type.FindFieldByName(std::string(field.name.value));
            if (known == nullptr) {
                if (!same_list) {
                    warn_unknown(field, type);
                }
            } else if (is_first(field, *known, given, chosen)) {
                check_value(field, *known);
            }
        }
    }

  private:
    static constexpr int kMostFields = 32;
    using Given = std::array<const TextMessage::Field*, kMostFields>;

    /// That a field of one value has none yet, and a choice has not been made.
    bool is_first(const TextMessage::Field& field, const FieldDescriptor& known, Given& given,
                  Given& chosen) {
        if (known.is_repeated()) {
            return true;
        }
        if (std::exchange(given.at(static_cast<std::size_t>(known.index())), &field) != nullptr) {
            report(field.name.span, fmt::format("`{}` is given twice; it has one value", field.name.value),
                   "remove one of the two");
            return false;
        }
        const pb::OneofDescriptor* choice = known.real_containing_oneof();
        if (choice == nullptr) {
            return true;
        }
        const auto* other = std::exchange(chosen.at(static_cast<std::size_t>(choice->index())), &field);
        if (other != nullptr) {
            report(field.name.span,
                   fmt::format("`{}` stands beside `{}`; only one of them may be given", field.name.value,
                               other->name.value),
                   "give each a block of its own");
        }
        return other == nullptr;
    }

    void check_value(const TextMessage::Field& field, const FieldDescriptor& known) {
        if (known.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
            if (field.message.empty()) {
                report_expected(field.scalar.span, "{", "this field holds a block: `name { ... }`");
                return;
            }
            check(field.message.front(), *known.message_type());
            return;
        }
        if (!field.message.empty()) {
            report_expected(field.message.front().span, field.listed ? "a value" : ":",
                            "a value follows its name as `name: value`");
            return;
        }
        check_scalar(field, known);
    }

    void check_scalar(const TextMessage::Field& field, const FieldDescriptor& known) {
        const std::string& text = field.scalar.value;
        const Span& span = field.scalar.span;
        switch (known.cpp_type()) {
            case FieldDescriptor::CPPTYPE_INT32:
                check_whole(field, std::numeric_limits<std::int32_t>::min(),
                            std::numeric_limits<std::int32_t>::max());
                return;
            case FieldDescriptor::CPPTYPE_UINT32:
                check_whole(field, 0, std::numeric_limits<std::uint32_t>::max());
                return;
            case FieldDescriptor::CPPTYPE_BOOL:
                if (field.quoted || !parse_truth(text)) {
                    report(span, fmt::format("`{}` is neither `true` nor `false`", span.text()));
                }
                return;
            case FieldDescriptor::CPPTYPE_ENUM:
                if (field.quoted || !parse_enumeration(field, *known.enum_type())) {
                    report_enumeration(field, known);
                }
                return;
            case FieldDescriptor::CPPTYPE_STRING:
                if (!field.quoted) {
                    report(span, fmt::format("`{}` is no text, which this field needs", text),
                           "put it in quotes");
                }
                return;
            default:
                TT_RUN_CHECK(false);  // our schemas have no other types
        }
    }

    void check_whole(const TextMessage::Field& field, std::int64_t least, std::int64_t most) {
        const Span& span = field.scalar.span;
        if (field.quoted || !looks_whole(field.scalar.value)) {
            report(span, fmt::format("`{}` is no whole number, which this field needs", span.text()));
            return;
        }
        const auto value = parse_whole(field.scalar.value);
        if (!value || *value < least || *value > most) {
            report(span, fmt::format("`{}` is out of range for this field", span.text()));
        }
    }

    void report_enumeration(const TextMessage::Field& field, const FieldDescriptor& known) {
        std::vector<std::string_view> values;
        for (int k = 1; k < known.enum_type()->value_count(); ++k) {  // the first is the invalid one
            values.push_back(known.enum_type()->value(k)->name());
        }
        const auto near = support::nearest_spelling(field.scalar.value, values);
        report(field.scalar.span,
               fmt::format("`{}` is no value of `{}`", field.scalar.value, field.name.value),
               near ? fmt::format("did you mean `{}`?", *near)
                    : fmt::format("its values are {}", fmt::join(values, ", ")));
    }

    void report_expected(const Span& found, std::string_view wanted, std::string help) {
        report(found, fmt::format("`{}` is expected here, not `{}`", wanted, found.text()), std::move(help));
    }

    void warn_unknown(const TextMessage::Field& field, const pb::Descriptor& type) {
        std::vector<std::string_view> names;
        for (int k = 0; k < type.field_count(); ++k) {
            names.push_back(type.field(k)->name());
        }
        const auto near = support::nearest_spelling(field.name.value, names);
        sink_.report(Diagnostic(kinds_.unknown_field, field.name.span,
                                fmt::format("there is no field `{}` here; it is skipped", field.name.value))
                         .help(near ? fmt::format("did you mean `{}`?", *near)
                                    : fmt::format("the fields here are {}", fmt::join(names, ", "))));
    }

    void report(const Span& span, std::string message, std::string help = {}) {
        Diagnostic diagnostic(kinds_.syntax, span, std::move(message));
        if (!help.empty()) {
            diagnostic.help(std::move(help));
        }
        sink_.report(std::move(diagnostic));
    }

    const TextprotoKinds& kinds_;
    DiagnosticSink& sink_;
};

template <class Number>
Spanned<Number> number_in(const TextMessage::Field& field) {
    return {static_cast<Number>(parse_whole(field.scalar.value).value_or(0)), field.scalar.span};
}

}  // namespace

bool check_schema(const TextMessage& message, const pb::Descriptor& type, const TextprotoKinds& kinds,
                  DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    SchemaCheck(kinds, sink).check(message, type);
    return !watch.saw_error();
}

std::optional<Spanned<std::string>> TextprotoMessage::text(const char* name) const {
    const TextMessage::Field* field = message_->find(name);
    return field == nullptr ? std::nullopt : std::optional(field->scalar);
}

std::optional<Spanned<std::int32_t>> TextprotoMessage::integer(const char* name) const {
    const TextMessage::Field* field = message_->find(name);
    return field == nullptr ? std::nullopt : std::optional(number_in<std::int32_t>(*field));
}

std::optional<Spanned<std::uint32_t>> TextprotoMessage::unsigned_integer(const char* name) const {
    const TextMessage::Field* field = message_->find(name);
    return field == nullptr ? std::nullopt : std::optional(number_in<std::uint32_t>(*field));
}

std::optional<Spanned<bool>> TextprotoMessage::truth(const char* name) const {
    const TextMessage::Field* field = message_->find(name);
    return field == nullptr ? std::nullopt
                            : std::optional(Spanned<bool>{parse_truth(field->scalar.value).value_or(false),
                                                          field->scalar.span});
}

std::optional<Spanned<int>> TextprotoMessage::enumeration(const char* name) const {
    const std::vector<Spanned<int>> all = enumerations(name);
    return all.empty() ? std::nullopt : std::optional(all.back());
}

std::vector<Spanned<std::int32_t>> TextprotoMessage::integers(const char* name) const {
    std::vector<Spanned<std::int32_t>> values;
    for (const TextMessage::Field& field : message_->fields) {
        if (field.name.value == name) {
            values.push_back(number_in<std::int32_t>(field));
        }
    }
    return values;
}

std::vector<Spanned<int>> TextprotoMessage::enumerations(const char* name) const {
    const FieldDescriptor* known = type_->FindFieldByName(name);
    std::vector<Spanned<int>> values;
    for (const TextMessage::Field& field : message_->fields) {
        if (field.name.value == name) {
            values.push_back({parse_enumeration(field, *known->enum_type()).value_or(0), field.scalar.span});
        }
    }
    return values;
}

std::optional<TextprotoMessage> TextprotoMessage::message(const char* name) const {
    std::vector<TextprotoMessage> all = messages(name);
    return all.empty() ? std::nullopt : std::optional(std::move(all.back()));
}

std::vector<TextprotoMessage> TextprotoMessage::messages(const char* name) const {
    std::vector<TextprotoMessage> values;
    const pb::Descriptor* type = nullptr;
    for (const TextMessage::Field& field : message_->fields) {
        if (field.name.value == name) {
            type = type == nullptr ? type_->FindFieldByName(name)->message_type() : type;
            values.emplace_back(field.message.front(), *type,
                                field.listed ? field.message.front().span : field.name.span);
        }
    }
    return values;
}

}  // namespace tt_run::topology
