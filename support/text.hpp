#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/source_text.hpp"

namespace tt_run::support {

std::string_view trim(std::string_view text);

/// The pieces between separators, empty ones too: `"a,,b"` gives three.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The pieces of `span` between separators with blanks trimmed off, each with its place; empty pieces too.
std::vector<Span> split_span(const Span& span, char separator);

std::string join(const std::vector<std::string>& pieces, std::string_view separator);

/// A decimal integer that is the whole of `text` (an optional minus in front); empty if it is no such thing
/// or does not fit 64 bits.
std::optional<std::int64_t> parse_integer(std::string_view text);

/// `text` as one word for a POSIX shell: unchanged where no shell would touch it, else in single quotes.
std::string shell_quoted(std::string_view text);

/// A word of a shell-quoted text with its quotes taken off, and where it was written, quotes included.
using ShellWord = Spanned<std::string>;

/// The quote that is never closed.
struct UnbalancedQuote {
    Span opened_at;
};

/// Splits as a POSIX shell splits words: blanks separate, single quotes keep everything, double quotes keep
/// all but backslash before `"`, `\`, `$` and `` ` ``, a backslash keeps the next character. Nothing is
/// expanded.
std::expected<std::vector<ShellWord>, UnbalancedQuote> split_shell_words(const Span& text);

}  // namespace tt_run::support
