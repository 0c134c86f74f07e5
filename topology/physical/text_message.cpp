#include "topology/physical/text_message.hpp"

#include <fmt/format.h>

#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;
using support::Span;

namespace {

constexpr std::size_t kDeepest = 100;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-' || c == '+' || c == '/';
}

/// The reported error has been sent; unwinds to the door.
struct Abandon {};

class Parser {
  public:
    Parser(const SourceTextPtr& source, DiagnosticSink& sink)
        : source_(source), text_(source->text()), sink_(sink) {}

    TextMessage parse() {
        TextMessage message;
        message.span = {source_, 0, 0};
        fields(message, '\0', 0);
        return message;
    }

  private:
    Span here() const { return {source_, at_, std::min(at_ + 1, text_.size())}; }

    [[noreturn]] void fail(const Span& span, std::string message) {
        sink_.report(Diagnostic(kClusterSyntax, span, std::move(message)));
        throw Abandon{};
    }

    std::string seen() const {
        return at_ >= text_.size() ? "the end of the text" : fmt::format("`{}`", text_.substr(at_, 1));
    }

    void skip_blanks() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '#') {
                const std::size_t end = text_.find('\n', at_);
                at_ = end == std::string_view::npos ? text_.size() : end;
            } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
                ++at_;
            } else {
                return;
            }
        }
    }

    bool take(char c) {
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == c) {
            ++at_;
            return true;
        }
        return false;
    }

    support::Spanned<std::string> word(std::string_view what) {
        skip_blanks();
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_word(text_[at_])) {
            ++at_;
        }
        if (at_ == begin) {
            fail(here(), fmt::format("expected {}, found {}", what, seen()));
        }
        return {std::string(text_.substr(begin, at_ - begin)), {source_, begin, at_}};
    }

    char escaped() {
        const char c = text_[at_++];
        switch (c) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            default:
                return c;
        }
    }

    /// One or more quoted pieces side by side.
    support::Spanned<std::string> quoted() {
        support::Spanned<std::string> value;
        const std::size_t begin = at_;
        while (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
            const std::size_t opened = at_;
            const char quote = text_[at_++];
            while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
                if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
                    ++at_;
                    value.value += escaped();
                } else {
                    value.value += text_[at_++];
                }
            }
            if (at_ >= text_.size() || text_[at_] != quote) {
                fail({source_, opened, opened + 1}, "this quote is never closed");
            }
            value.span = {source_, begin, ++at_};
            skip_blanks();
        }
        return value;
    }

    void fields(TextMessage& into, char closing, std::size_t depth) {
        if (depth > kDeepest) {
            fail(into.span, fmt::format("messages are nested more than {} deep", kDeepest));
        }
        for (skip_blanks(); at_ < text_.size() && text_[at_] != closing; skip_blanks()) {
            field(into, depth);
            if (!take(';')) {
                take(',');
            }
        }
        if (closing != '\0' && !take(closing)) {
            fail(into.span,
                 fmt::format("this message is never closed; the text ends before its `{}`", closing));
        }
    }

    void field(TextMessage& into, std::size_t depth) {
        support::Spanned<std::string> name = take('[') ? extension() : word("a field's name");
        const bool colon = take(':');
        if (!take('[')) {
            value(into, name, colon, depth);
            return;
        }
        while (!take(']')) {
            value(into, name, true, depth);
            if (!take(',') && (skip_blanks(), at_ >= text_.size() || text_[at_] != ']')) {
                fail(here(), fmt::format("expected `,` or `]`, found {}", seen()));
            }
        }
    }

    support::Spanned<std::string> extension() {
        support::Spanned<std::string> name = word("an extension's name");
        if (!take(']')) {
            fail(here(), fmt::format("expected `]`, found {}", seen()));
        }
        return name;
    }

    void value(TextMessage& into, const support::Spanned<std::string>& name, bool colon, std::size_t depth) {
        TextMessage::Field field{name, {}, false, {}};
        skip_blanks();
        const char c = at_ < text_.size() ? text_[at_] : '\0';
        if (c == '{' || c == '<') {
            TextMessage inner;
            inner.span = here();
            ++at_;
            fields(inner, c == '{' ? '}' : '>', depth + 1);
            field.message.push_back(std::move(inner));
        } else if (!colon) {
            fail(here(), fmt::format("expected `:` or `{{` after `{}`, found {}", name.value, seen()));
        } else if (c == '"' || c == '\'') {
            field.scalar = quoted();
            field.quoted = true;
        } else {
            field.scalar = word("a value");
        }
        into.fields.push_back(std::move(field));
    }

    SourceTextPtr source_;
    std::string_view text_;
    DiagnosticSink& sink_;
    std::size_t at_ = 0;
};

}  // namespace

const TextMessage::Field* TextMessage::find(std::string_view name) const {
    for (std::size_t k = fields.size(); k-- > 0;) {
        if (fields[k].name.value == name) {
            return &fields[k];
        }
    }
    return nullptr;
}

std::vector<const TextMessage*> TextMessage::messages(std::string_view name) const {
    std::vector<const TextMessage*> found;
    for (const Field& field : fields) {
        if (field.name.value == name && !field.message.empty()) {
            found.push_back(&field.message.front());
        }
    }
    return found;
}

std::optional<TextMessage> parse_text_message(const SourceTextPtr& source, DiagnosticSink& sink) {
    try {
        return Parser(source, sink).parse();
    } catch (const Abandon&) {
        return std::nullopt;
    }
}

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

}  // namespace tt_run::topology
