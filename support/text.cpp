#include "support/text.hpp"

#include <algorithm>
#include <charconv>

namespace tt_run::support {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(char letter) {
    return kBlanks.find(letter) != std::string_view::npos;
}

}  // namespace

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlanks);
    return first == std::string_view::npos ? text.substr(0, 0)
                                           : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    std::size_t begin = 0;
    for (std::size_t at = text.find(separator); at != std::string_view::npos;
         at = text.find(separator, begin)) {
        pieces.push_back(text.substr(begin, at - begin));
        begin = at + 1;
    }
    pieces.push_back(text.substr(begin));
    return pieces;
}

std::vector<Span> split_span(const Span& span, char separator) {
    std::vector<Span> pieces;
    const std::string_view text = span.text();
    for (const std::string_view piece : split(text, separator)) {
        const std::string_view word = trim(piece);
        const auto from = static_cast<std::size_t>(word.data() - text.data());
        pieces.push_back(span.part(from, from + word.size()));
    }
    return pieces;
}

std::string join(const std::vector<std::string>& pieces, std::string_view separator) {
    std::string joined;
    for (const std::string& piece : pieces) {
        joined += (&piece == pieces.data() ? "" : std::string(separator)) + piece;
    }
    return joined;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

std::string shell_quoted(std::string_view text) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-+=./:,@%^").find(c) != std::string_view::npos;
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

std::expected<std::vector<ShellWord>, UnbalancedQuote> split_shell_words(const Span& span) {
    const std::string_view text = span.text();
    std::vector<ShellWord> words;
    std::size_t at = 0;
    while (true) {
        while (at < text.size() && is_blank(text[at])) {
            ++at;
        }
        if (at == text.size()) {
            return words;
        }
        const std::size_t begin = at;
        std::string word;
        while (at < text.size() && !is_blank(text[at])) {
            const char c = text[at++];
            if (c == '\\') {
                if (at < text.size()) {
                    word += text[at++];
                }
            } else if (c == '\'' || c == '"') {
                const std::size_t opened = at - 1;
                for (; at < text.size() && text[at] != c; ++at) {
                    const bool escape =
                        c == '"' && text[at] == '\\' && at + 1 < text.size() &&
                        std::string_view("\"\\$`").find(text[at + 1]) != std::string_view::npos;
                    at += escape ? 1 : 0;
                    word += text[at];
                }
                if (at == text.size()) {
                    return std::unexpected(UnbalancedQuote{span.part(opened, opened + 1)});
                }
                ++at;
            } else {
                word += c;
            }
        }
        words.push_back({std::move(word), span.part(begin, at)});
    }
}

}  // namespace tt_run::support
