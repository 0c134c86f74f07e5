#include "support/yaml_plain.hpp"

#include <algorithm>
#include <cstring>

namespace tt_run::support {

namespace {

struct Unusual {};
struct TooLarge {};

/// Neither blank nor of any meaning at the start of a plain scalar.
constexpr std::string_view kNoPlainStart = ",[]{}#&*!|>'\"%@`?";
/// Below so many keys every pair is compared; above, they are sorted.
constexpr std::size_t kFewKeys = 12;

bool is_null_word(std::string_view text) {
    return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

class Parser {
  public:
    explicit Parser(const SourceTextPtr& source) : source_(source), text_(source->text()) {}

    YamlNode parse() {
        check_bytes();
        skip_to_content();
        if (at_ == text_.size()) {
            return null_at(0);
        }
        YamlNode root = block(column(), -1, 0);
        skip_to_content();
        if (at_ != text_.size()) {
            throw Unusual{};
        }
        return root;
    }

  private:
    /// Bytes that need the full reader's care: control characters, a byte order mark, directives and document
    /// marks.
    void check_bytes() const {
        for (const char c : text_) {
            const auto byte = static_cast<unsigned char>(c);
            if ((byte < 0x20 && c != '\n' && c != '\r') || byte >= 0x7F) {
                throw Unusual{};
            }
        }
        if (text_.starts_with("---") || text_.starts_with('%') ||
            text_.find("\n---") != std::string_view::npos || text_.find("\n...") != std::string_view::npos ||
            text_.find("\n%") != std::string_view::npos) {
            throw Unusual{};
        }
    }

    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\n'; }
    bool at_line_end() const { return peek() == '\n' || peek() == '\r'; }
    bool blank_follows(std::size_t ahead) const {
        const char c = peek(ahead);
        return c == ' ' || c == '\n' || c == '\r';
    }

    void newline() {
        at_ += peek() == '\r' ? 1 : 0;
        if (at_ < text_.size()) {
            if (text_[at_] != '\n') {
                throw Unusual{};
            }
            ++at_;
        }
        line_begin_ = at_;
    }

    /// Past blanks, comments and line ends.
    void skip_to_content() {
        while (at_ < text_.size()) {
            if (peek() == ' ') {
                ++at_;
            } else if (peek() == '#' && (at_ == line_begin_ || text_[at_ - 1] == ' ')) {
                const void* end = std::memchr(text_.data() + at_, '\n', text_.size() - at_);
                at_ = end == nullptr ? text_.size()
                                     : static_cast<std::size_t>(static_cast<const char*>(end) - text_.data());
            } else if (at_line_end()) {
                newline();
            } else {
                return;
            }
        }
    }

    /// Past blanks and a comment; true if the line ends there.
    bool rest_of_line_is_blank() {
        while (peek() == ' ' && at_ < text_.size()) {
            ++at_;
        }
        if (peek() == '#' && at_ > 0 && text_[at_ - 1] == ' ') {
            while (!at_line_end()) {
                ++at_;
            }
        }
        return at_ >= text_.size() || at_line_end();
    }

    int column() const { return static_cast<int>(at_ - line_begin_); }

    void count() {
        if (++nodes_ > kMostYamlNodes) {
            throw TooLarge{};
        }
    }

    YamlNode null_at(std::size_t at) {
        count();
        YamlNode node;
        node.span = {source_, at, at};
        return node;
    }

    YamlNode collection(YamlNode::Kind kind, std::size_t depth) {
        count();
        if (depth >= kDeepestYaml) {
            throw Unusual{};
        }
        YamlNode node;
        node.kind = kind;
        node.span = {source_, at_, at_ + 1};
        return node;
    }

    /// A node at the current place, whose line it may share with what stands before it. `indent` is the
    /// column of its first letter, `parent` that of the collection around it.
    YamlNode block(int indent, int parent, std::size_t depth) {
        if (peek() == '-' && blank_follows(1)) {
            return block_sequence(indent, depth);
        }
        const std::size_t begin = at_;
        if (peek() == '[' || peek() == '{') {
            YamlNode node = flow(depth);
            if (!rest_of_line_is_blank()) {
                throw Unusual{};  // a collection as a key, or text behind it
            }
            return node;
        }
        YamlNode scalar = block_scalar();
        if (peek() == ':' && blank_follows(1)) {
            if (line_begin_ > begin) {
                throw Unusual{};
            }
            return block_mapping(indent, std::move(scalar), depth);
        }
        if (!rest_of_line_is_blank()) {
            throw Unusual{};
        }
        refuse_continuation(parent);
        return scalar;
    }

    /// A scalar may go on in following lines that are deeper than what holds it; that is for the full reader.
    void refuse_continuation(int parent) {
        skip_to_content();
        if (at_ < text_.size() && column() > parent) {
            throw Unusual{};
        }
    }

    YamlNode block_scalar() {
        if (peek() == '"' || peek() == '\'') {
            return quoted();
        }
        const std::size_t begin = at_;
        if (kNoPlainStart.find(peek()) != std::string_view::npos ||
            ((peek() == '-' || peek() == ':') && blank_follows(1))) {
            throw Unusual{};
        }
        while (!at_line_end()) {
            if ((peek() == ':' && blank_follows(1)) || (peek() == '#' && text_[at_ - 1] == ' ')) {
                break;
            }
            ++at_;
        }
        return plain(begin);
    }

    YamlNode plain(std::size_t begin) {
        std::size_t end = at_;
        while (end > begin && text_[end - 1] == ' ') {
            --end;
        }
        count();
        YamlNode node;
        node.text.assign(text_.substr(begin, end - begin));
        node.span = {source_, begin, end};
        node.kind = YamlNode::Kind::scalar;
        if (is_null_word(node.text)) {  // as the full reader has it: nothing, at the place of the word
            node.kind = YamlNode::Kind::null;
            node.text.clear();
            node.span.end = begin;
        }
        return node;
    }

    YamlNode quoted() {
        const std::size_t begin = at_;
        const char quote = text_[at_++];
        count();
        YamlNode node;
        node.kind = YamlNode::Kind::scalar;
        node.quoted = true;
        while (peek() != quote || at_ >= text_.size()) {
            if (at_line_end()) {
                throw Unusual{};
            }
            if (peek() == '\\' && quote == '"') {
                if (peek(1) != '"' && peek(1) != '\\') {
                    throw Unusual{};
                }
                ++at_;
            }
            node.text += text_[at_++];
        }
        ++at_;
        if (peek() == quote) {
            throw Unusual{};  // a doubled quote
        }
        node.span = {source_, begin, at_};
        return node;
    }

    YamlNode block_sequence(int indent, std::size_t depth) {
        YamlNode sequence = collection(YamlNode::Kind::sequence, depth);
        while (at_ < text_.size() && column() == indent && peek() == '-' && blank_follows(1)) {
            ++at_;
            if (rest_of_line_is_blank()) {
                sequence.items.push_back(next_lines(indent, depth));
            } else {
                sequence.items.push_back(block(column(), indent, depth + 1));
            }
            skip_to_content();
        }
        if (at_ < text_.size() && column() > indent) {
            throw Unusual{};
        }
        return sequence;
    }

    /// What stands below the line of a `-` or a `key:`; null if nothing deeper does.
    YamlNode next_lines(int parent, std::size_t depth) {
        const std::size_t here = at_;
        skip_to_content();
        if (at_ >= text_.size() || column() <= parent) {
            return null_at(std::min(here, text_.size()));
        }
        return block(column(), parent, depth + 1);
    }

    YamlNode block_mapping(int indent, YamlNode key, std::size_t depth) {
        const std::size_t after_key = at_;
        at_ = key.span.begin;
        YamlNode mapping = collection(YamlNode::Kind::mapping, depth);
        at_ = after_key;
        for (;;) {
            ++at_;  // the colon
            Spanned<std::string> name{std::move(key.text), std::move(key.span)};
            mapping.entries.push_back({std::move(name), mapping_value(indent, depth)});
            skip_to_content();
            if (at_ >= text_.size() || column() != indent || (peek() == '-' && blank_follows(1))) {
                break;
            }
            key = block_scalar();
            if (peek() != ':' || !blank_follows(1)) {
                throw Unusual{};
            }
        }
        if (at_ < text_.size() && column() > indent) {
            throw Unusual{};
        }
        refuse_duplicates(mapping);
        return mapping;
    }

    YamlNode mapping_value(int indent, std::size_t depth) {
        if (!rest_of_line_is_blank()) {
            if (peek() == '[' || peek() == '{') {
                return block(column(), indent, depth + 1);
            }
            YamlNode scalar = block_scalar();
            if (!rest_of_line_is_blank()) {
                throw Unusual{};  // `a: b: c`
            }
            refuse_continuation(indent);
            return scalar;
        }
        const std::size_t here = at_;
        skip_to_content();
        // A list may stand as deep as the key that it belongs to.
        if (at_ < text_.size() && column() == indent && peek() == '-' && blank_follows(1)) {
            return block_sequence(indent, depth + 1);
        }
        if (at_ >= text_.size() || column() <= indent) {
            return null_at(std::min(here, text_.size()));
        }
        return block(column(), indent, depth + 1);
    }

    void refuse_duplicates(const YamlNode& mapping) const {
        const std::vector<YamlEntry>& entries = mapping.entries;
        if (entries.size() <= kFewKeys) {
            for (std::size_t k = 1; k < entries.size(); ++k) {
                for (std::size_t j = 0; j < k; ++j) {
                    if (entries[j].key.value == entries[k].key.value) {
                        throw Unusual{};
                    }
                }
            }
            return;
        }
        std::vector<std::string_view> keys;
        for (const YamlEntry& entry : entries) {
            keys.push_back(entry.key.value);
        }
        std::sort(keys.begin(), keys.end());
        if (std::adjacent_find(keys.begin(), keys.end()) != keys.end()) {
            throw Unusual{};
        }
    }

    YamlNode flow(std::size_t depth) { return peek() == '[' ? flow_sequence(depth) : flow_mapping(depth); }

    /// The next comma or closing bracket; true for the bracket.
    bool flow_ends(char closing) {
        skip_to_content();
        if (peek() == ',') {
            ++at_;
            skip_to_content();
            if (peek() != closing) {
                return false;
            }
        }
        if (at_ >= text_.size() || peek() != closing) {
            throw Unusual{};
        }
        ++at_;
        return true;
    }

    YamlNode flow_value(std::size_t depth) {
        if (peek() == '[' || peek() == '{') {
            return flow(depth + 1);
        }
        if (peek() == '"' || peek() == '\'') {
            return quoted();
        }
        const std::size_t begin = at_;
        if (kNoPlainStart.find(peek()) != std::string_view::npos ||
            ((peek() == '-' || peek() == ':') && !is_flow_letter(1))) {
            throw Unusual{};
        }
        while (!at_line_end() && !is_flow_mark(peek()) && !(peek() == ':' && !is_flow_letter(1))) {
            if (peek() == '#') {
                throw Unusual{};
            }
            ++at_;
        }
        return plain(begin);
    }

    static bool is_flow_mark(char c) { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }
    bool is_flow_letter(std::size_t ahead) const {
        return !blank_follows(ahead) && !is_flow_mark(peek(ahead));
    }

    YamlNode flow_sequence(std::size_t depth) {
        YamlNode sequence = collection(YamlNode::Kind::sequence, depth);
        ++at_;
        skip_to_content();
        if (peek() == ']') {
            ++at_;
            return sequence;
        }
        do {
            sequence.items.push_back(flow_value(depth));
            skip_to_content();
            if (peek() != ',' && peek() != ']') {
                throw Unusual{};  // a pair without braces, or a scalar of several lines
            }
        } while (!flow_ends(']'));
        return sequence;
    }

    YamlNode flow_mapping(std::size_t depth) {
        YamlNode mapping = collection(YamlNode::Kind::mapping, depth);
        ++at_;
        skip_to_content();
        if (peek() == '}') {
            ++at_;
            return mapping;
        }
        do {
            if (peek() == '[' || peek() == '{') {
                throw Unusual{};
            }
            YamlNode key = flow_value(depth);
            const std::size_t key_line = line_begin_;
            skip_to_content();
            if (peek() != ':' || line_begin_ != key_line || (!key.quoted && is_flow_letter(1))) {
                throw Unusual{};
            }
            ++at_;
            skip_to_content();
            YamlNode value = peek() == ',' || peek() == '}' ? null_at(at_) : flow_value(depth);
            Spanned<std::string> name{std::move(key.text), std::move(key.span)};
            mapping.entries.push_back({std::move(name), std::move(value)});
        } while (!flow_ends('}'));
        refuse_duplicates(mapping);
        return mapping;
    }

    SourceTextPtr source_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_begin_ = 0;
    std::size_t nodes_ = 0;
};

}  // namespace

PlainYaml parse_plain_yaml(const SourceTextPtr& source, YamlNode& into) {
    try {
        into = Parser(source).parse();
        return PlainYaml::read;
    } catch (const Unusual&) {
        return PlainYaml::unusual;
    } catch (const TooLarge&) {
        return PlainYaml::too_large;
    }
}

}  // namespace tt_run::support
