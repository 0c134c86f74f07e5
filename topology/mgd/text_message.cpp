#include "topology/mgd/text_message.hpp"

#include <algorithm>
#include <limits>
#include <ranges>

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "support/file.hpp"
#include "support/utf8.hpp"

namespace tt_run::topology {

namespace pb = google::protobuf;
using support::Diagnostic;
using support::DiagnosticSink;
using support::SourceTextPtr;
using support::Span;
using Tokenizer = pb::io::Tokenizer;

namespace {

constexpr std::size_t kDeepest = 100;
constexpr std::size_t kTabWidth = 8;

/// The error has been reported; unwinds to the door.
struct Abandon {};

/// Turns the tokenizer's places into bytes. It counts both from 0, in bytes but for tabs, which reach to the
/// next multiple of 8. Quickest when asked in the text's order.
class TokenPlaces {
  public:
    explicit TokenPlaces(const support::SourceText& source) : source_(source) {}

    std::size_t offset(int line, int column) {
        if (line != line_ || column < column_) {
            line_ = line;
            column_ = 0;
            at_ = source_.line_begin(static_cast<std::size_t>(line) + 1);
        }
        const std::string_view text = source_.text();
        while (column_ < column && at_ < text.size() && text[at_] != '\n') {
            column_ += text[at_] == '\t' ? static_cast<int>(kTabWidth - column_ % kTabWidth) : 1;
            ++at_;
        }
        return at_;
    }

  private:
    const support::SourceText& source_;
    int line_ = -1;
    int column_ = 0;
    std::size_t at_ = 0;
};

/// "Invalid control characters encountered in text." as we write messages.
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

class Parser : private pb::io::ErrorCollector {
  public:
    Parser(const SourceTextPtr& source, support::DiagnosticKind syntax, DiagnosticSink& sink)
        : source_(source),
          syntax_(syntax),
          sink_(sink),
          places_(*source),
          stream_(source->text().data(), static_cast<int>(source->text().size())),
          tokenizer_(&stream_, this) {
        tokenizer_.set_comment_style(Tokenizer::SH_COMMENT_STYLE);
        tokenizer_.set_allow_f_after_float(true);
        tokenizer_.set_require_space_after_number(false);
    }

    TextMessage parse() {
        if (source_->text().starts_with("\xEF\xBB\xBF")) {
            fail({source_, 0, 3}, "the file begins with a byte order mark", "save it as UTF-8 without one");
        }
        TextMessage message;
        message.span = {source_, 0, 0};
        advance();
        fields(message, '\0', 0);
        return message;
    }

  private:
    void AddError(int line, int column, const std::string& message) override {
        if (!tokenizer_error_) {  // the first one counts
            const std::size_t at = places_.offset(line, column);
            tokenizer_error_ = Diagnostic(
                syntax_, Span{source_, at, std::min(at + 1, source_->text().size())}, plain(message));
        }
    }

    void advance() {
        more_ = tokenizer_.Next();
        if (tokenizer_error_) {
            sink_.report(*std::move(tokenizer_error_));
            throw Abandon{};
        }
        begin_ = more_ ? places_.offset(token().line, token().column) : source_->text().size();
    }

    const Tokenizer::Token& token() { return tokenizer_.current(); }
    bool at(char symbol) {
        return more_ && token().type == Tokenizer::TYPE_SYMBOL && token().text[0] == symbol;
    }
    bool at_word() { return more_ && token().type == Tokenizer::TYPE_IDENTIFIER; }
    Span here() { return {source_, begin_, begin_ + (more_ ? token().text.size() : 0)}; }

    bool take(char symbol) {
        if (!at(symbol)) {
            return false;
        }
        advance();
        return true;
    }

    [[noreturn]] void fail(const Span& span, std::string message, std::string_view help = {}) {
        Diagnostic diagnostic(syntax_, span, std::move(message));
        if (!help.empty()) {
            diagnostic.help(std::string(help));
        }
        sink_.report(std::move(diagnostic));
        throw Abandon{};
    }

    [[noreturn]] void fail_here(std::string_view wanted, std::string_view help = {}) {
        const std::string_view rest = source_->text().substr(begin_);
        if (rest.starts_with("//") || rest.starts_with("/*")) {
            fail({source_, begin_, begin_ + 2},
                 fmt::format("`{}` begins no comment in this format", rest.substr(0, 2)),
                 "comments begin with `#` and end with the line");
        }
        const std::string found = more_ ? fmt::format("`{}`", token().text) : "the end of the file";
        fail(here(), fmt::format("{} is expected here, not {}", wanted, found), help);
    }

    void fields(TextMessage& into, char closing, std::size_t depth) {
        if (depth > kDeepest) {
            fail(into.span, fmt::format("blocks are nested more than {} deep", kDeepest));
        }
        while (more_ && !(closing != '\0' && at(closing))) {
            field(into, depth);
            if (!take(';')) {
                take(',');
            }
        }
        if (closing != '\0' && !take(closing)) {
            sink_.report(Diagnostic(syntax_, here(), "the file ends inside a block")
                             .also(into.span, "this one")
                             .help(fmt::format("a `{}` is missing", closing)));
            throw Abandon{};
        }
    }

    void field(TextMessage& into, std::size_t depth) {
        const support::Spanned<std::string_view> name = field_name();
        const bool colon = take(':');
        if (!take('[')) {
            value(into, name, colon, false, depth);
            return;
        }
        while (!take(']')) {
            value(into, name, true, true, depth);
            if (take(',')) {
                if (at(']')) {
                    fail(here(), "the list ends where a value is expected", "remove the comma before `]`");
                }
            } else if (!at(']')) {
                fail_here("`,` or `]`");
            }
        }
    }

    support::Spanned<std::string_view> field_name() {
        Span span = here();
        if (take('[')) {  // an extension, or the type of an Any
            while (more_ && !at(']') && !at('{') && !at('}')) {
                advance();
            }
            span.end = begin_ + 1;
            if (!take(']')) {
                fail_here("`]`");
            }
        } else if (at_word() || (more_ && token().type == Tokenizer::TYPE_INTEGER)) {
            advance();
        } else {
            fail_here("a field's name");
        }
        return {source_->text().substr(span.begin, span.end - span.begin), span};
    }

    void value(TextMessage& into, const support::Spanned<std::string_view>& name, bool colon, bool listed,
               std::size_t depth) {
        TextMessage::Field& field = into.fields.emplace_back();
        field.name = name;
        field.listed = listed;
        if (at('{') || at('<')) {
            const char closing = at('{') ? '}' : '>';
            TextMessage inner;
            inner.span = here();
            advance();
            fields(inner, closing, depth + 1);
            field.message.push_back(std::move(inner));
        } else if (!colon) {
            fail_here("`:`", "a value follows its name as `name: value`");
        } else {
            scalar(field);
        }
    }

    void scalar(TextMessage::Field& field) {
        field.scalar.span = here();
        if (more_ && token().type == Tokenizer::TYPE_STRING) {
            field.quoted = true;
            while (more_ && token().type == Tokenizer::TYPE_STRING) {  // pieces side by side are one text
                Tokenizer::ParseStringAppend(token().text, &field.scalar.value);
                field.scalar.span.end = here().end;
                advance();
            }
            if (!support::is_utf8(field.scalar.value)) {
                fail(field.scalar.span, "this text is no UTF-8", "write it in UTF-8, escapes included");
            }
            return;
        }
        if (at('-')) {
            field.scalar.value = "-";
            advance();
        }
        const bool is_value = more_ && (at_word() || token().type == Tokenizer::TYPE_INTEGER ||
                                        token().type == Tokenizer::TYPE_FLOAT);
        if (!is_value) {
            fail_here("a value");
        }
        field.scalar.value += token().text;
        field.scalar.span.end = here().end;
        advance();
    }

    SourceTextPtr source_;
    support::DiagnosticKind syntax_;
    DiagnosticSink& sink_;
    TokenPlaces places_;
    std::optional<Diagnostic> tokenizer_error_;
    pb::io::ArrayInputStream stream_;
    Tokenizer tokenizer_;
    bool more_ = false;      ///< there is a current token
    std::size_t begin_ = 0;  ///< where it begins
};

}  // namespace

const TextMessage::Field* TextMessage::find(std::string_view name) const {
    for (const Field& field : fields | std::views::reverse) {
        if (field.name.value == name) {
            return &field;
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

std::optional<TextMessage> parse_text_message(const SourceTextPtr& source, support::DiagnosticKind syntax,
                                              DiagnosticSink& sink) {
    static_assert(support::kLargestTextBytes <= std::numeric_limits<int>::max());
    try {
        return Parser(source, syntax, sink).parse();
    } catch (const Abandon&) {
        return std::nullopt;
    }
}

}  // namespace tt_run::topology
