#include "support/source_text.hpp"

#include <algorithm>

namespace tt_run::support {

namespace {

bool is_utf8_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

SourceText::SourceText(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
    line_begins_.push_back(0);
    for (std::size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
        line_begins_.push_back(at + 1);
    }
}

SourceText::Position SourceText::position(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const auto next = std::upper_bound(line_begins_.begin(), line_begins_.end(), offset);
    const auto line = static_cast<std::size_t>(next - line_begins_.begin());
    const std::string_view before = text().substr(line_begins_[line - 1], offset - line_begins_[line - 1]);
    const auto continuations = std::count_if(before.begin(), before.end(), is_utf8_continuation);
    return {line, before.size() - static_cast<std::size_t>(continuations) + 1};
}

std::string_view SourceText::line(std::size_t line) const {
    if (line == 0 || line > line_begins_.size()) {
        return {};
    }
    std::string_view rest = text().substr(line_begins_[line - 1]);
    rest = rest.substr(0, rest.find('\n'));
    return rest.ends_with('\r') ? rest.substr(0, rest.size() - 1) : rest;
}

std::size_t SourceText::line_begin(std::size_t line) const {
    return line == 0 || line > line_begins_.size() ? text_.size() : line_begins_[line - 1];
}

SourceTextPtr make_source_text(std::string name, std::string text) {
    return std::make_shared<const SourceText>(std::move(name), std::move(text));
}

std::string_view Span::text() const {
    return source ? source->text().substr(begin, end - begin) : std::string_view();
}

}  // namespace tt_run::support
