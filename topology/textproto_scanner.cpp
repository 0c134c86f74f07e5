#include "topology/textproto_scanner.hpp"

#include <algorithm>

namespace tt_run::topology {

using support::SourceTextPtr;
using support::Span;

namespace {

constexpr std::size_t kTabWidth = 8;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/// Walks over text that protobuf has accepted; on any other text it stops somewhere, in bounds.
class Scanner {
  public:
    Scanner(std::string_view text, std::size_t at) : text_(text), at_(std::min(at, text.size())) {}

    std::size_t at() const { return at_; }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool at_end() const { return at_ >= text_.size(); }

    void skip_blanks() {
        while (!at_end()) {
            if (peek() == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (std::string_view(" \t\r\n\v\f").find(peek()) != std::string_view::npos) {
                ++at_;
            } else {
                return;
            }
        }
    }

    void skip_token() {
        const char first = peek();
        if (first == '"' || first == '\'') {
            skip_string();
        } else if (is_word(first)) {
            while (!at_end() && is_word(peek())) {
                ++at_;
            }
        } else if (!at_end()) {
            ++at_;
        }
    }

    /// A scalar with its sign, or strings that stand side by side, or a message in its braces.
    void skip_value() {
        const char first = peek();
        if (first == '{' || first == '<') {
            skip_message();
            return;
        }
        if (first == '-') {
            ++at_;
            skip_blanks();
        }
        skip_token();
        while (first == '"' || first == '\'') {
            const std::size_t end = at_;
            skip_blanks();
            if (peek() != '"' && peek() != '\'') {
                at_ = end;
                return;
            }
            skip_token();
        }
    }

    bool take(char c) {
        skip_blanks();
        if (peek() != c || at_end()) {
            return false;
        }
        ++at_;
        skip_blanks();
        return true;
    }

  private:
    void skip_string() {
        const char quote = text_[at_++];
        while (!at_end() && peek() != quote && peek() != '\n') {
            at_ += peek() == '\\' ? 2 : 1;
        }
        at_ = std::min(at_ + 1, text_.size());
    }

    void skip_message() {
        std::size_t depth = 0;
        do {
            depth += peek() == '{' || peek() == '<' ? 1 : 0;
            depth -= peek() == '}' || peek() == '>' ? 1 : 0;
            skip_token();
            skip_blanks();
        } while (depth > 0 && !at_end());
    }

    std::string_view text_;
    std::size_t at_;
};

}  // namespace

std::size_t offset_of_token(const support::SourceText& source, int line, int column) {
    const std::size_t begin = source.line_begin(static_cast<std::size_t>(std::max(line, 0)) + 1);
    const std::string_view text = source.text().substr(begin);
    const auto wanted = static_cast<std::size_t>(std::max(column, 0));
    std::size_t reached = 0;
    std::size_t at = 0;
    while (at < text.size() && reached < wanted && text[at] != '\n') {
        reached += text[at] == '\t' ? kTabWidth - reached % kTabWidth : 1;
        ++at;
    }
    return begin + at;
}

Span token_at(const SourceTextPtr& source, std::size_t offset) {
    Scanner scanner(source->text(), offset);
    scanner.skip_token();
    return {source, std::min(offset, source->text().size()), scanner.at()};
}

std::vector<Span> values_of_field_at(const SourceTextPtr& source, std::size_t offset) {
    Scanner scanner(source->text(), offset);
    scanner.skip_token();
    const Span name{source, offset, scanner.at()};
    scanner.take(':');
    scanner.skip_blanks();
    const auto is_message = [&] { return scanner.peek() == '{' || scanner.peek() == '<'; };
    if (is_message()) {
        return {name};
    }
    if (!scanner.take('[')) {
        const std::size_t begin = scanner.at();
        scanner.skip_value();
        return {Span{source, begin, scanner.at()}};
    }
    std::vector<Span> values;
    while (!scanner.at_end() && scanner.peek() != ']') {
        const std::size_t begin = scanner.at();
        const bool braced = is_message();
        scanner.skip_value();
        values.push_back({source, begin, braced ? begin + 1 : scanner.at()});
        if (!scanner.take(',')) {
            break;
        }
    }
    return values;
}

}  // namespace tt_run::topology
