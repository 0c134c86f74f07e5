#include "topology/textproto_message.hpp"

#include <algorithm>
#include <regex>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>

#include "support/spelling.hpp"
#include "topology/textproto_scanner.hpp"

namespace tt_run::topology {

namespace pb = google::protobuf;
using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;
using support::Span;
using support::Spanned;

namespace {

constexpr int kDeepestNesting = 64;

std::vector<std::string_view> field_names(const pb::Descriptor& type) {
    std::vector<std::string_view> names;
    for (int k = 0; k < type.field_count(); ++k) {
        names.push_back(type.field(k)->name());
    }
    return names;
}

/// The enum of the first field called `name` anywhere in the format; null if there is none.
const pb::EnumDescriptor* enum_of_field(const pb::FileDescriptor& file, const std::string& name) {
    for (int k = 0; k < file.message_type_count(); ++k) {
        const pb::FieldDescriptor* field = file.message_type(k)->FindFieldByName(name);
        if (field != nullptr && field->enum_type() != nullptr) {
            return field->enum_type();
        }
    }
    return nullptr;
}

std::string plain(std::string message) {
    if (message.size() > 1 && message[0] >= 'A' && message[0] <= 'Z' && message[1] >= 'a') {
        message[0] = static_cast<char>(message[0] - 'A' + 'a');
    }
    std::replace(message.begin(), message.end(), '"', '`');
    while (message.ends_with('.')) {
        message.pop_back();
    }
    return message;
}

/// Says what protobuf's parser says, in our words and with what to do.
class Reporter : public pb::io::ErrorCollector {
  public:
    Reporter(const SourceTextPtr& source, const TextprotoKinds& kinds, const pb::Descriptor& root,
             DiagnosticSink& sink)
        : source_(source), kinds_(kinds), root_(root), sink_(sink) {}

    bool saw_error() const { return saw_error_; }

    void AddError(int line, int column, const std::string& message) override {
        // The tokenizer may go on after the parser gave up; what follows is noise.
        if (!std::exchange(saw_error_, true)) {
            report_error(offset_of_token(*source_, line, column), message);
        }
    }

    void AddWarning(int line, int column, const std::string& message) override {
        static const std::regex kNoField("Message type \"([^\"]*)\" has no field named \"([^\"]*)\".*");
        const Span token = token_at(source_, offset_of_token(*source_, line, column));
        std::smatch match;
        if (!std::regex_match(message, match, kNoField)) {
            sink_.report(Diagnostic(kinds_.unknown_field, token, plain(message)));
            return;
        }
        // protobuf may point behind the name that it means.
        Diagnostic diagnostic(kinds_.unknown_field, named_before(token, match[2]),
                              fmt::format("there is no field `{}` here; it is skipped", match[2].str()));
        const pb::Descriptor* type = root_.file()->pool()->FindMessageTypeByName(match[1]);
        if (type != nullptr) {
            const auto near = support::nearest_spelling(match[2].str(), field_names(*type));
            diagnostic.help(near
                                ? fmt::format("did you mean `{}`?", *near)
                                : fmt::format("the fields here are {}", fmt::join(field_names(*type), ", ")));
        }
        sink_.report(std::move(diagnostic));
    }

  private:
    Span named_before(const Span& token, const std::string& name) const {
        if (token.text() == name) {
            return token;
        }
        const std::size_t found = source_->text().rfind(name, token.begin);
        return found == std::string_view::npos ? token : Span{source_, found, found + name.size()};
    }

    void report_error(std::size_t offset, const std::string& message) {
        const Span token = token_at(source_, offset);
        const std::string_view text = source_->text();
        static const std::regex kEnum("Unknown enumeration value of \"([^\"]*)\" for field \"([^\"]*)\".*");
        static const std::regex kTwice("Non-repeated field \"([^\"]*)\" is specified multiple times.*");
        static const std::regex kOneof("Field \"([^\"]*)\" is specified along with field \"([^\"]*)\".*");
        static const std::regex kExpected("Expected \"(.)\", found \"(.*)\".*");
        static const std::regex kInteger("Expected integer, got: (.*)");
        static const std::regex kRange("Integer out of range.*");
        std::smatch match;
        if (text.starts_with("\xEF\xBB\xBF") && offset <= 3) {
            report(Span{source_, 0, 3}, "the file begins with a byte order mark",
                   "save it as UTF-8 without one");
        } else if (text.substr(offset).starts_with("//") || text.substr(offset).starts_with("/*")) {
            report(token, fmt::format("`{}` begins no comment in this format", text.substr(offset, 2)),
                   "comments begin with `#` and end with the line");
        } else if (token.begin == text.size() && message.find("Expected identifier") == 0) {
            report(token, "the file ends inside a block", "a `}` is missing");
        } else if (token.text() == "]") {
            report(token, "the list ends where a value is expected", "remove the comma before `]`");
        } else if (std::regex_match(message, match, kEnum)) {
            report_enum(named_before(token, match[1]), match[1], match[2]);
        } else if (std::regex_match(message, match, kTwice)) {
            report(named_before(token, match[1]),
                   fmt::format("`{}` is given twice; it has one value", match[1].str()),
                   "remove one of the two");
        } else if (std::regex_match(message, match, kOneof)) {
            report(named_before(token, match[1]),
                   fmt::format("`{}` stands beside `{}`; only one of them may be given", match[1].str(),
                               match[2].str()),
                   "give each a block of its own");
        } else if (std::regex_match(message, match, kInteger)) {
            report(token, fmt::format("`{}` is no whole number, which this field needs", token.text()), {});
        } else if (std::regex_match(message, kRange)) {
            report(token, fmt::format("`{}` is out of range for this field", token.text()), {});
        } else if (std::regex_match(message, match, kExpected)) {
            report_expected(token, match[1]);
        } else if (message.find("recursion limit") != std::string::npos) {
            report(token, fmt::format("blocks are nested more than {} deep", kDeepestNesting), {});
        } else {
            report(token, plain(message), {});
        }
    }

    void report_expected(const Span& token, const std::string& wanted) {
        const std::string found =
            token.begin == token.end ? "the end of the file" : fmt::format("`{}`", token.text());
        report(token, fmt::format("`{}` is expected here, not {}", wanted, found),
               wanted == ":"   ? "a value follows its name as `name: value`"
               : wanted == "{" ? "this field holds a block: `name { ... }`"
                               : "");
    }

    void report_enum(const Span& span, const std::string& value, const std::string& field) {
        const pb::EnumDescriptor* type = enum_of_field(*root_.file(), field);
        std::vector<std::string_view> values;
        for (int k = 1; type != nullptr && k < type->value_count(); ++k) {  // the first is the invalid one
            values.push_back(type->value(k)->name());
        }
        const auto near = support::nearest_spelling(value, values);
        report(span, fmt::format("`{}` is no value of `{}`", value, field),
               near ? fmt::format("did you mean `{}`?", *near)
                    : fmt::format("its values are {}", fmt::join(values, ", ")));
    }

    void report(const Span& span, std::string message, std::string help) {
        Diagnostic diagnostic(kinds_.syntax, span, std::move(message));
        if (!help.empty()) {
            diagnostic.help(std::move(help));
        }
        sink_.report(std::move(diagnostic));
    }

    const SourceTextPtr& source_;
    const TextprotoKinds& kinds_;
    const pb::Descriptor& root_;
    DiagnosticSink& sink_;
    bool saw_error_ = false;
};

}  // namespace

bool parse_textproto(const SourceTextPtr& source, const TextprotoKinds& kinds, pb::Message& message,
                     pb::TextFormat::ParseInfoTree& places, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    Reporter reporter(source, kinds, *message.GetDescriptor(), sink);
    pb::TextFormat::Parser parser;
    parser.RecordErrorsTo(&reporter);
    parser.WriteLocationsTo(&places);
    parser.AllowUnknownField(true);
    parser.AllowUnknownExtension(true);
    parser.SetRecursionLimit(kDeepestNesting);
    pb::io::ArrayInputStream stream(source->text().data(), static_cast<int>(source->text().size()));
    if (!parser.Parse(&stream, &message) && !watch.saw_error()) {
        sink.report(Diagnostic(kinds.syntax, Span{source, 0, 0}, "this text cannot be read"));
    }
    return !watch.saw_error();
}

const TextprotoMessage::Field* TextprotoMessage::field(const char* name) const {
    return message_.GetDescriptor()->FindFieldByName(name);
}

std::vector<Span> TextprotoMessage::places(const Field* field) const {
    std::vector<Span> found;
    for (int k = 0; places_ != nullptr; ++k) {
        const auto location = places_->GetLocation(field, field->is_repeated() ? k : -1);
        if (location.line < 0) {
            break;
        }
        for (Span& value :
             values_of_field_at(source_, offset_of_token(*source_, location.line, location.column))) {
            found.push_back(std::move(value));
        }
        if (!field->is_repeated()) {
            break;
        }
    }
    return found;
}

Span TextprotoMessage::place(const Field* field) const {
    std::vector<Span> found = places(field);
    return found.empty() ? span_ : std::move(found.front());
}

std::optional<Spanned<std::string>> TextprotoMessage::text(const char* name) const {
    const Field* found = field(name);
    return has(found) ? std::optional(Spanned<std::string>{
                            message_.GetReflection()->GetString(message_, found), place(found)})
                      : std::nullopt;
}

std::optional<Spanned<std::int32_t>> TextprotoMessage::integer(const char* name) const {
    const Field* found = field(name);
    return has(found) ? std::optional(Spanned<std::int32_t>{
                            message_.GetReflection()->GetInt32(message_, found), place(found)})
                      : std::nullopt;
}

std::optional<Spanned<std::uint32_t>> TextprotoMessage::unsigned_integer(const char* name) const {
    const Field* found = field(name);
    return has(found) ? std::optional(Spanned<std::uint32_t>{
                            message_.GetReflection()->GetUInt32(message_, found), place(found)})
                      : std::nullopt;
}

std::optional<Spanned<bool>> TextprotoMessage::truth(const char* name) const {
    const Field* found = field(name);
    return has(found) ? std::optional(
                            Spanned<bool>{message_.GetReflection()->GetBool(message_, found), place(found)})
                      : std::nullopt;
}

std::optional<Spanned<int>> TextprotoMessage::enumeration(const char* name) const {
    const Field* found = field(name);
    return has(found) ? std::optional(Spanned<int>{message_.GetReflection()->GetEnumValue(message_, found),
                                                   place(found)})
                      : std::nullopt;
}

std::vector<Spanned<std::int32_t>> TextprotoMessage::integers(const char* name) const {
    const Field* found = field(name);
    const std::vector<Span> spans = places(found);
    std::vector<Spanned<std::int32_t>> values;
    for (int k = 0; k < message_.GetReflection()->FieldSize(message_, found); ++k) {
        const auto at = static_cast<std::size_t>(k);
        values.push_back({message_.GetReflection()->GetRepeatedInt32(message_, found, k),
                          at < spans.size() ? spans[at] : span_});
    }
    return values;
}

std::vector<Spanned<int>> TextprotoMessage::enumerations(const char* name) const {
    const Field* found = field(name);
    const std::vector<Span> spans = places(found);
    std::vector<Spanned<int>> values;
    for (int k = 0; k < message_.GetReflection()->FieldSize(message_, found); ++k) {
        const auto at = static_cast<std::size_t>(k);
        values.push_back({message_.GetReflection()->GetRepeatedEnumValue(message_, found, k),
                          at < spans.size() ? spans[at] : span_});
    }
    return values;
}

std::optional<TextprotoMessage> TextprotoMessage::message(const char* name) const {
    const Field* found = field(name);
    if (!has(found)) {
        return std::nullopt;
    }
    const auto* nested = places_ != nullptr ? places_->GetTreeForNested(found, -1) : nullptr;
    return TextprotoMessage(message_.GetReflection()->GetMessage(message_, found), nested, source_,
                            place(found));
}

std::vector<TextprotoMessage> TextprotoMessage::messages(const char* name) const {
    const Field* found = field(name);
    const std::vector<Span> spans = places(found);
    std::vector<TextprotoMessage> values;
    for (int k = 0; k < message_.GetReflection()->FieldSize(message_, found); ++k) {
        const auto* nested = places_ != nullptr ? places_->GetTreeForNested(found, k) : nullptr;
        const auto at = static_cast<std::size_t>(k);
        values.emplace_back(message_.GetReflection()->GetRepeatedMessage(message_, found, k), nested, source_,
                            at < spans.size() ? spans[at] : span_);
    }
    return values;
}

}  // namespace tt_run::topology
