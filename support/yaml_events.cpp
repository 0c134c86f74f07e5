#include "support/yaml_events.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>
#include <yaml.h>

#include "support/character_offsets.hpp"
#include "support/check.hpp"
#include "support/diagnostic_kinds.hpp"

namespace tt_run::support {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// libyaml would skip the mark, but counts it in some places and not in others.
std::size_t byte_order_mark_size(std::string_view text) {
    return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

/// What libyaml finds wrong, and how we say it. `opened` labels the place where the trouble began.
struct Wording {
    std::string_view problem;
    std::string_view message;
    std::string_view opened = {};
    std::string_view help = {};
};

constexpr std::string_view kQuoteIt = "put text with special characters in quotes";

// Of what libyaml finds wrong, these mean several things to the writer of a file.
constexpr std::string_view kNoContent = "did not find expected node content";
constexpr std::string_view kNoKey = "did not find expected key";
constexpr std::string_view kNoDash = "did not find expected '-' indicator";
constexpr std::string_view kValueTooMany = "mapping values are not allowed in this context";

constexpr std::array<Wording, 27> kWordings{{
    {"did not find expected ',' or ']'", "expected `,` or `]`", "this list is still open",
     "close it with `]`; text with special characters needs quotes"},
    {"did not find expected ',' or '}'", "expected `,` or `}`", "this map is still open",
     "close it with `}`; text with special characters needs quotes"},
    {kNoKey, "expected a key, as deep as the others of its map", "this map begins here"},
    {kNoDash, "expected `-`, as deep as the others of its list", "this list begins here"},
    {kNoContent, "expected a value", "", kQuoteIt},
    {"did not find expected <document start>", "expected the end of the document"},
    {"could not find expected ':'", "expected `:` after a key", "the key begins here"},
    {kValueTooMany, "`:` cannot stand here: it makes a second value of one line", "", kQuoteIt},
    {"mapping keys are not allowed in this context", "a key cannot begin here"},
    {"block sequence entries are not allowed in this context",
     "a list cannot begin here; its first `-` belongs on a line of its own"},
    {"found character that cannot start any token", "no value begins with this character", "", kQuoteIt},
    {"found unexpected ':'", "`:` cannot stand here", "", kQuoteIt},
    {"found a tab character that violates indentation", "a tab cannot indent; use blanks"},
    {"found a tab character where an indentation space is expected", "a tab cannot indent; use blanks"},
    {"found unexpected end of stream", "the text ends inside quotes", "the quotes begin here"},
    {"found unexpected document indicator", "the document ends inside quotes", "the quotes begin here"},
    {"found unknown escape character", "this is no escape that YAML knows", "",
     "in single quotes a backslash means itself"},
    {"did not find expected hexdecimal number", "expected hexadecimal digits in this escape"},
    {"found invalid Unicode character escape code", "this escape names no character"},
    {"did not find expected alphabetic or numeric character",
     "an anchor or alias needs a name of letters and digits", "", kQuoteIt},
    {"found undefined tag handle", "this tag is not declared", "", kQuoteIt},
    {"did not find expected comment or line break", "expected the end of the line"},
    {"found duplicate %YAML directive", "a second %YAML directive"},
    {"found duplicate %TAG directive", "a second %TAG directive for the same tag"},
    {"found incompatible YAML document", "this version of YAML is not read; 1.1 and 1.2 are"},
    {"found unknown directive name", "this directive is not known"},
    {"exceeded max depth", "this document is nested too deep"},
}};

const Wording* wording_of(std::string_view problem) {
    const auto* found = std::find_if(kWordings.begin(), kWordings.end(),
                                     [&](const Wording& wording) { return wording.problem == problem; });
    return found == kWordings.end() ? nullptr : found;
}

std::string_view view(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

bool is_text_tag(std::string_view tag) {
    return tag == "!" || tag == YAML_STR_TAG;
}

}  // namespace

struct YamlEvents::Parser {
    explicit Parser(const SourceTextPtr& text)
        : source(text), skipped(byte_order_mark_size(text->text())), offsets(text->text().substr(skipped)) {
        const std::string_view content = text->text().substr(skipped);
        TT_RUN_CHECK(yaml_parser_initialize(&parser) == 1);  // else memory has run out
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser, reinterpret_cast<const yaml_char_t*>(content.data()),
                                     content.size());
    }
    ~Parser() {
        yaml_event_delete(&event);
        yaml_parser_delete(&parser);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    /// libyaml counts characters.
    std::size_t byte_at(const yaml_mark_t& mark) const { return skipped + offsets.offset(mark.index); }

    Span place(const yaml_mark_t& mark) const {
        const std::size_t at = byte_at(mark);
        return {source, at, std::min(source->text().size(), at + 1)};
    }

    /// libyaml counts a node's anchor and tag to it; we mean the value.
    std::size_t past_properties(std::size_t at, std::size_t end) const {
        const std::string_view text = source->text();
        while (at < end && (text[at] == '&' || text[at] == '!')) {
            at = std::min(text.find_first_of(" \t\r\n", at), end);
            at = std::min(text.find_first_not_of(" \t\r\n", at), end);
        }
        return at;
    }

    YamlEvent scalar() const {
        const auto& scalar = event.data.scalar;
        YamlEvent made{YamlEvent::Kind::scalar,
                       byte_at(event.start_mark),
                       byte_at(event.end_mark),
                       {reinterpret_cast<const char*>(scalar.value), scalar.length},
                       view(scalar.anchor),
                       scalar.style != YAML_PLAIN_SCALAR_STYLE || is_text_tag(view(scalar.tag))};
        if (scalar.anchor != nullptr || scalar.tag != nullptr) {
            made.begin = past_properties(made.begin, made.end);
        }
        return made;
    }

    YamlEvent collection(YamlEvent::Kind kind, const yaml_char_t* anchor, const yaml_char_t* tag,
                         bool is_flow) {
        const std::size_t size = source->text().size();
        std::size_t begin = byte_at(event.start_mark);
        if (anchor != nullptr || tag != nullptr) {
            begin = past_properties(begin, size);
        }
        open.push_back({begin, is_flow && text_at(begin, "[{")});
        return {kind, begin, std::min(begin + 1, size), {}, view(anchor), false};
    }

    YamlEvent collection_end(YamlEvent::Kind kind) {
        open.pop_back();
        return bare(kind);
    }

    YamlEvent bare(YamlEvent::Kind kind) const {
        return {kind, byte_at(event.start_mark), byte_at(event.end_mark), {}, {}, false};
    }

    Diagnostic wrong_bytes() const {
        const std::size_t at = skipped + parser.problem_offset;
        const Span span{source, at, std::min(source->text().size(), at + 1)};
        if (view_is(parser.problem, "control characters are not allowed")) {
            return Diagnostic(kYamlSyntax, span,
                              fmt::format("the control character U+{:04X} cannot stand in YAML",
                                          static_cast<unsigned>(parser.problem_value)));
        }
        return Diagnostic(kYamlSyntax, span, "these bytes are no UTF-8 text").help("save the file as UTF-8");
    }

    Diagnostic wrong_syntax() const {
        const Span span = place(parser.problem_mark);
        if (span.text() == "\t") {
            return Diagnostic(kYamlSyntax, span, "a tab cannot indent; use blanks");
        }
        if (auto told = told_by_place(span)) {
            return *std::move(told);
        }
        const Wording* wording = wording_of(parser.problem);
        if (wording == nullptr) {
            return Diagnostic(kYamlSyntax, span, fmt::format("this is no valid YAML: {}", parser.problem));
        }
        Diagnostic made(kYamlSyntax, span, std::string(wording->message));
        if (!wording->opened.empty() && parser.context != nullptr) {
            made.also(place(parser.context_mark), std::string(wording->opened));
        }
        if (!wording->help.empty()) {
            made.help(std::string(wording->help));
        }
        return made;
    }

    /// What one and the same complaint of libyaml means in some places; nothing elsewhere.
    std::optional<Diagnostic> told_by_place(const Span& span) const {
        const std::string_view problem = parser.problem;
        const std::string_view text = source->text();
        const std::size_t line = text.substr(0, span.begin).find_last_of('\n');
        const std::size_t line_begin = line == std::string_view::npos ? 0 : line + 1;
        const std::string_view before = text.substr(line_begin, span.begin - line_begin);
        const bool is_first = before.find_first_not_of(" -\t") == std::string_view::npos;
        const auto bracketed =
            std::find_if(open.rbegin(), open.rend(), [](const Opened& one) { return one.is_bracketed; });
        if (problem == kNoContent && span.text().empty() && bracketed != open.rend()) {
            const bool is_list = text[bracketed->begin] == '[';
            return Diagnostic(kYamlSyntax, span,
                              fmt::format("the text ends inside a {}", is_list ? "list" : "map"))
                .also({source, bracketed->begin, bracketed->begin + 1}, "it begins here")
                .help(fmt::format("close it with `{}`", is_list ? ']' : '}'));
        }
        if (problem == kNoContent && text_at(span.begin, ",]}")) {
            return Diagnostic(kYamlSyntax, span, "expected a value")
                .help(
                    fmt::format("remove this `{}`, or put text that begins with it in quotes", span.text()));
        }
        if ((problem == kNoKey || problem == kNoDash) && !is_first) {
            return Diagnostic(kYamlSyntax, span, "the value of this line ends before this")
                .help(text_at(span.begin, ",]}")
                          ? fmt::format("remove this `{}`", span.text())
                          : std::string("put the whole of a text with quotes or brackets in it in quotes"));
        }
        if (problem == kValueTooMany && before.find(": ") == std::string_view::npos) {
            return Diagnostic(kYamlSyntax, span, "`:` cannot stand here: its line is too deep")
                .help("begin the line as far in as the other keys of its map");
        }
        return std::nullopt;
    }

    bool text_at(std::size_t at, std::string_view any_of) const {
        return at < source->text().size() && any_of.find(source->text()[at]) != std::string_view::npos;
    }

    static bool view_is(const char* text, std::string_view other) { return text != nullptr && text == other; }

    SourceTextPtr source;
    std::size_t skipped;  ///< bytes before what libyaml sees
    CharacterOffsets offsets;
    yaml_parser_t parser{};
    yaml_event_t event{};
    struct Opened {
        std::size_t begin;
        bool is_bracketed;  ///< by `[` or `{`, which wants its counterpart
    };
    std::vector<Opened> open;  ///< lists and maps, outermost first
    bool failed = false;
};

YamlEvents::YamlEvents(const SourceTextPtr& source) : parser_(std::make_unique<Parser>(source)) {}

YamlEvents::~YamlEvents() = default;

std::optional<YamlEvent> YamlEvents::next(DiagnosticSink& sink) {
    yaml_event_t& event = parser_->event;
    yaml_event_delete(&event);
    for (;;) {
        if (parser_->failed) {
            return std::nullopt;
        }
        if (yaml_parser_parse(&parser_->parser, &event) == 0) {
            parser_->failed = true;
            TT_RUN_CHECK(parser_->parser.error != YAML_MEMORY_ERROR);
            sink.report(parser_->parser.error == YAML_READER_ERROR ? parser_->wrong_bytes()
                                                                   : parser_->wrong_syntax());
            return std::nullopt;
        }
        switch (event.type) {
            case YAML_STREAM_START_EVENT:
                yaml_event_delete(&event);
                continue;
            case YAML_NO_EVENT:
            case YAML_STREAM_END_EVENT:
                return parser_->bare(YamlEvent::Kind::end_of_text);
            case YAML_DOCUMENT_START_EVENT:
                return parser_->bare(YamlEvent::Kind::document_begin);
            case YAML_DOCUMENT_END_EVENT:
                return parser_->bare(YamlEvent::Kind::document_end);
            case YAML_SEQUENCE_START_EVENT:
                return parser_->collection(YamlEvent::Kind::sequence_begin, event.data.sequence_start.anchor,
                                           event.data.sequence_start.tag,
                                           event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
            case YAML_SEQUENCE_END_EVENT:
                return parser_->collection_end(YamlEvent::Kind::sequence_end);
            case YAML_MAPPING_START_EVENT:
                return parser_->collection(YamlEvent::Kind::mapping_begin, event.data.mapping_start.anchor,
                                           event.data.mapping_start.tag,
                                           event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
            case YAML_MAPPING_END_EVENT:
                return parser_->collection_end(YamlEvent::Kind::mapping_end);
            case YAML_SCALAR_EVENT:
                return parser_->scalar();
            case YAML_ALIAS_EVENT: {
                YamlEvent alias = parser_->bare(YamlEvent::Kind::alias);
                alias.text = view(event.data.alias.anchor);
                return alias;
            }
        }
    }
}

}  // namespace tt_run::support
