#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "support/diagnostic_render.hpp"

namespace tt_run::support {

namespace {

constexpr std::size_t kWindowColumns = 110;
/// A longer line is no text for people, and taking it apart for each of many diagnostics would take minutes.
constexpr std::size_t kLongestShownLine = 65536;

struct Palette {
    Colour colour;

    std::string paint(std::string_view code, std::string_view text) const {
        return colour == Colour::on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }
    std::string bold(std::string_view text) const { return paint("1", text); }
    std::string severity(Severity severity) const {
        const char* code = severity == Severity::error     ? "1;31"
                           : severity == Severity::warning ? "1;35"
                                                           : "1;36";
        return paint(code, fmt::format("{}:", name_of(severity)));
    }
};

/// A mark under one line: columns from 0, in code points of the shown line.
struct Mark {
    std::size_t column = 0;
    std::size_t width = 1;
    bool primary = false;
    const std::string* text = nullptr;
};

/// One code point is one column; what is neither printable nor UTF-8 becomes one `?`.
std::vector<std::string> columns_of(std::string_view line) {
    std::vector<std::string> columns;
    for (std::size_t at = 0; at < line.size();) {
        const auto lead = static_cast<unsigned char>(line[at]);
        const std::size_t length = lead < 0x80    ? 1
                                   : lead >= 0xF0 ? 4
                                   : lead >= 0xE0 ? 3
                                   : lead >= 0xC0 ? 2
                                                  : 0;
        bool whole = length != 0 && at + length <= line.size();
        for (std::size_t k = 1; whole && k < length; ++k) {
            whole = (static_cast<unsigned char>(line[at + k]) & 0xC0U) == 0x80U;
        }
        if (!whole) {
            // A stray continuation byte has no column of its own in SourceText either.
            if (lead < 0x80 || lead >= 0xC0 || columns.empty()) {
                columns.emplace_back("?");
            }
            ++at;
            continue;
        }
        const bool control = length == 1 ? lead < 0x20 || lead == 0x7F
                                         : lead == 0xC2 && static_cast<unsigned char>(line[at + 1]) < 0xA0;
        columns.push_back(lead == '\t' ? " " : control ? "?" : std::string(line.substr(at, length)));
        at += length;
    }
    return columns;
}

std::string join_columns(const std::vector<std::string>& columns, std::size_t from, std::size_t to) {
    std::string joined;
    for (std::size_t column = from; column < std::min(to, columns.size()); ++column) {
        joined += columns[column];
    }
    return joined;
}

/// Words that may hold a user's own text: cut in the middle if nobody would read that much.
std::string words(std::string_view text) {
    constexpr std::size_t kMost = 2000;
    const std::vector<std::string> columns =
        columns_of(text.size() <= kLongestShownLine ? text : text.substr(0, kLongestShownLine));
    if (columns.size() <= kMost) {
        return join_columns(columns, 0, columns.size());
    }
    return join_columns(columns, 0, kMost / 2) + " ... " +
           join_columns(columns, columns.size() - kMost / 4, columns.size());
}

Mark mark_of(const Label& label, bool primary) {
    const SourceText& source = *label.span.source;
    const SourceText::Position begin = source.position(label.span.begin);
    const SourceText::Position end = source.position(std::max(label.span.begin, label.span.end));
    if (end.line == begin.line) {
        return {begin.column - 1, std::max<std::size_t>(1, end.column - begin.column), primary, &label.text};
    }
    const std::string_view line = source.line(begin.line);
    const std::size_t line_columns = line.size() > kLongestShownLine ? 0 : columns_of(line).size();
    const std::size_t last = std::max(line_columns + 1, begin.column + 1);
    return {begin.column - 1, std::max<std::size_t>(1, last - begin.column), primary, &label.text};
}

class Picture {
  public:
    Picture(const Palette& palette, const SourceTextPtr& source) : palette_(palette), source_(source) {}

    void add(const Label& label, bool primary) {
        const std::size_t line = source_->position(label.span.begin).line;
        marks_[line].push_back(mark_of(label, primary));
    }

    std::string draw() {
        const std::size_t gutter =
            std::max<std::size_t>(4, fmt::formatted_size("{}", marks_.rbegin()->first));
        std::string drawn;
        for (auto& [line, marks] : marks_) {
            std::stable_sort(marks.begin(), marks.end(),
                             [](const Mark& a, const Mark& b) { return a.column < b.column; });
            draw_line(line, marks, gutter, drawn);
        }
        return drawn;
    }

  private:
    void draw_line(std::size_t line, const std::vector<Mark>& marks, std::size_t gutter,
                   std::string& drawn) const {
        const std::string_view text = source_->line(line);
        if (text.size() > kLongestShownLine) {
            drawn += fmt::format("{:>{}} | (a line of {} bytes is not shown)\n", line, gutter, text.size());
            return;
        }
        const std::vector<std::string> columns = columns_of(text);
        const std::size_t shown_from = first_shown_column(columns.size(), marks);
        const std::size_t shown_to = shown_from + kWindowColumns;
        const std::string_view cut_left = shown_from > 0 ? "..." : "";
        const std::string_view cut_right = shown_to < columns.size() ? "..." : "";
        drawn += fmt::format("{:>{}} | {}{}{}\n", line, gutter, cut_left,
                             join_columns(columns, shown_from, shown_to), cut_right);
        for (const Mark& mark : marks) {
            const std::size_t column = mark.column - std::min(mark.column, shown_from) + cut_left.size();
            const std::size_t room = shown_to > mark.column ? shown_to - mark.column : 1;
            const std::string under(std::min(mark.width, room), mark.primary ? '^' : '-');
            const std::string said = mark.text->empty() ? "" : " " + words(*mark.text);
            drawn += fmt::format("{:>{}} | {:{}}{}\n", "", gutter, "", column,
                                 palette_.paint(mark.primary ? "1;32" : "1;34", under + said));
        }
    }

    static std::size_t first_shown_column(std::size_t columns, const std::vector<Mark>& marks) {
        if (columns <= kWindowColumns) {
            return 0;
        }
        const auto primary =
            std::find_if(marks.begin(), marks.end(), [](const Mark& mark) { return mark.primary; });
        const std::size_t wanted = primary != marks.end() ? primary->column : marks.front().column;
        return wanted < kWindowColumns * 3 / 4
                   ? 0
                   : std::min(wanted - kWindowColumns / 2, columns - kWindowColumns);
    }

    const Palette& palette_;
    SourceTextPtr source_;
    std::map<std::size_t, std::vector<Mark>> marks_;
};

std::string place(const Span& span) {
    const SourceText::Position position = span.source->position(span.begin);
    return fmt::format("{}:{}:{}", words(span.source->name()), position.line, position.column);
}

/// One picture for the primary's text, then one for each other text, in order of first mention.
std::string draw_pictures(const Diagnostic& diagnostic, const Palette& palette) {
    std::vector<std::pair<SourceTextPtr, Picture>> pictures;
    const auto picture_of = [&](const Label& label) -> Picture& {
        for (auto& [source, picture] : pictures) {
            if (source == label.span.source) {
                return picture;
            }
        }
        return pictures.emplace_back(label.span.source, Picture(palette, label.span.source)).second;
    };
    if (diagnostic.primary().span) {
        picture_of(diagnostic.primary()).add(diagnostic.primary(), true);
    }
    std::map<const SourceText*, Span> first_in;
    for (const Label& label : diagnostic.secondary()) {
        if (label.span) {
            picture_of(label).add(label, false);
            first_in.try_emplace(label.span.source.get(), label.span);
        }
    }
    std::string drawn;
    for (auto& [source, picture] : pictures) {
        if (source != diagnostic.primary().span.source) {
            drawn += fmt::format("{}\n", palette.bold(place(first_in.at(source.get())) + ":"));
        }
        drawn += picture.draw();
    }
    return drawn;
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, Colour colour) {
    const Palette palette{colour};
    std::string text;
    const Span& span = diagnostic.primary().span;
    text += palette.bold(span ? place(span) + ":" : "tt-run:");
    text += fmt::format(" {} {} [{}]\n", palette.severity(diagnostic.severity()),
                        palette.bold(words(diagnostic.message())), diagnostic.kind().name);
    text += draw_pictures(diagnostic, palette);
    for (const std::string& note : diagnostic.notes()) {
        text += fmt::format("{} {}\n", palette.paint("1;36", "note:"), words(note));
    }
    for (const std::string& help : diagnostic.helps()) {
        text += fmt::format("{} {}\n", palette.paint("1;32", "help:"), words(help));
    }
    return text;
}

std::string render_text(const DiagnosticSink& sink, Colour colour) {
    std::string text;
    for (const Diagnostic& diagnostic : sink.diagnostics()) {
        text += render_text(diagnostic, colour);
    }
    const std::size_t dropped = sink.reported() - sink.diagnostics().size();
    if (dropped != 0) {
        text += fmt::format("tt-run: {} more like these are not shown\n", dropped);
    }
    return text;
}

}  // namespace tt_run::support
