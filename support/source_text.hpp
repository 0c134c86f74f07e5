#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tt_run::support {

/// A text that the user gave us, with the name under which to speak of it: a file's path, or `<--mpi-args>`
/// for what is no file. Immutable, so spans into it stay good; shared, so a diagnostic may outlive its
/// loader.
class SourceText {
  public:
    SourceText(std::string name, std::string text);

    const std::string& name() const { return name_; }
    std::string_view text() const { return text_; }

    /// Both from 1. The column counts code points (a byte that is no UTF-8 counts as one).
    struct Position {
        std::size_t line = 1;
        std::size_t column = 1;
    };
    /// Where byte `offset` stands; offsets past the end stand at the end.
    Position position(std::size_t offset) const;

    /// The line with number `line` (from 1), without its line end; empty past the last one.
    std::string_view line(std::size_t line) const;
    /// Byte offset of the first byte of `line` (from 1); the text's size past the last one.
    std::size_t line_begin(std::size_t line) const;
    std::size_t line_count() const { return line_begins_.size(); }

  private:
    std::string name_;
    std::string text_;
    std::vector<std::size_t> line_begins_;
};

using SourceTextPtr = std::shared_ptr<const SourceText>;

SourceTextPtr make_source_text(std::string name, std::string text);

/// Bytes [begin, end) of a source text. Default-constructed: nowhere (a diagnostic with no place).
struct Span {
    SourceTextPtr source;
    std::size_t begin = 0;
    std::size_t end = 0;

    explicit operator bool() const { return source != nullptr; }
    std::string_view text() const;
    /// Bytes [begin + from, begin + to) of this span, for a part of a word or a list.
    Span part(std::size_t from, std::size_t to) const { return {source, begin + from, begin + to}; }
};

/// A value and where it was written.
template <class T>
struct Spanned {
    T value{};
    Span span;
};

}  // namespace tt_run::support
