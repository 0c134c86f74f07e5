#include "launcher/hosts/host_files.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "launcher/diagnostic_kinds.hpp"
#include "launcher/hosts/host_names.hpp"
#include "support/letter_case.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using support::Spanned;

namespace {

/// A span that is eaten word by word, blanks being skipped.
class LineCursor {
  public:
    explicit LineCursor(Span rest) : rest_(std::move(rest)) { skip_blanks(); }

    bool at_end() const { return rest_.begin == rest_.end; }
    const Span& rest() const { return rest_; }

    /// Letters, digits and all else but blanks and the given stops; may be empty.
    Span word(std::string_view stops) {
        std::size_t length = 0;
        const std::string_view text = rest_.text();
        while (length < text.size() && !is_blank(text[length]) &&
               stops.find(text[length]) == std::string_view::npos) {
            ++length;
        }
        const Span taken = rest_.part(0, length);
        rest_.begin += length;
        skip_blanks();
        return taken;
    }

    bool take(char c) {
        if (at_end() || rest_.text()[0] != c) {
            return false;
        }
        ++rest_.begin;
        skip_blanks();
        return true;
    }

  private:
    static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
    void skip_blanks() {
        while (!at_end() && is_blank(rest_.text()[0])) {
            ++rest_.begin;
        }
    }
    Span rest_;
};

/// The lines that say something, without comments.
std::vector<LineCursor> lines_of(const support::SourceTextPtr& source) {
    std::vector<LineCursor> lines;
    for (std::size_t line = 1; line <= source->line_count(); ++line) {
        const std::string_view text = source->line(line);
        const std::size_t begin = source->line_begin(line);
        const LineCursor cursor(Span{source, begin, begin + std::min(text.find('#'), text.size())});
        if (!cursor.at_end()) {
            lines.push_back(cursor);
        }
    }
    return lines;
}

bool is_host_name(std::string_view name) {
    return !name.empty() && name[0] != '-' && std::all_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) > ' ' && c != ',' && c != '=';
    });
}

std::optional<int> slot_count(std::string_view text) {
    const auto number = support::parse_integer(text);
    return number && *number >= 1 && *number <= kMostSlots ? std::optional(static_cast<int>(*number))
                                                           : std::nullopt;
}

std::optional<HostSlots> parse_hostfile_line(LineCursor line, DiagnosticSink& sink) {
    const Span name = line.word("");
    auto host = parse_host({std::string(name.text()), name}, sink);
    while (!line.at_end()) {
        const Span key = line.word("=");
        const bool has_value = line.take('=');
        const Span value = line.word("");
        const bool is_slots = support::equal_ignoring_case(key.text(), "slots");
        const bool is_known = is_slots || support::equal_ignoring_case(key.text(), "max_slots") ||
                              support::equal_ignoring_case(key.text(), "max-slots") ||
                              support::equal_ignoring_case(key.text(), "binding");
        if (!has_value || !is_known || (is_slots && !slot_count(value.text()))) {
            const Span all{key.source, key.begin, std::max(value.end, key.end)};
            sink.report(Diagnostic(kHostfileSyntax, all,
                                   fmt::format("`{}` says nothing about a host here", all.text()))
                            .help("a line is `name`, `name:slots` or `name slots=N`"));
            return std::nullopt;
        }
        if (is_slots && host) {
            host->slots = *slot_count(value.text());
        }
    }
    return host;
}

/// `rank N = HOST slot = S`; reports and gives nothing when it is not of that form.
std::optional<std::pair<Spanned<job::Rank>, Spanned<std::string>>> parse_rankfile_line(LineCursor line,
                                                                                       DiagnosticSink& sink) {
    const Span whole = line.rest();
    const Span keyword = line.word("=");
    const Span number = line.word("=");
    const auto rank = support::parse_integer(number.text());
    const bool begins_well =
        support::equal_ignoring_case(keyword.text(), "rank") && rank && *rank >= 0 && *rank <= kMostSlots;
    const bool has_host = line.take('=');
    const Span host = line.word("");
    bool ends_well = line.at_end();
    if (!ends_well) {
        const Span slot = line.word("=");
        ends_well = (support::equal_ignoring_case(slot.text(), "slot") ||
                     support::equal_ignoring_case(slot.text(), "slots")) &&
                    line.take('=') && !line.word("").text().empty() && line.at_end();
    }
    if (!begins_well || !has_host || !ends_well || !is_host_name(host.text())) {
        sink.report(Diagnostic(kRankfileSyntax, whole, "this line places no rank")
                        .help("a line is `rank N=HOST slot=S`"));
        return std::nullopt;
    }
    return std::pair{Spanned<job::Rank>{{static_cast<int>(*rank)}, number},
                     Spanned<std::string>{std::string(host.text()), host}};
}

}  // namespace

std::optional<HostSlots> parse_host(const Spanned<std::string>& written, DiagnosticSink& sink) {
    HostSlots host{written, 1};
    // One colon parts the slots off; more of them are an IPv6 address.
    if (const std::size_t colon = written.value.find(':');
        colon != std::string::npos && colon == written.value.rfind(':')) {
        const auto slots = slot_count(std::string_view(written.value).substr(colon + 1));
        if (!slots) {
            sink.report(Diagnostic(
                kHostList, written.span,
                fmt::format("`{}` gives its host `{}` slots; it must be a whole number of at least 1",
                            written.value, written.value.substr(colon + 1))));
            return std::nullopt;
        }
        host.slots = *slots;
        host.host.value.resize(colon);
    }
    if (!is_host_name(host.host.value)) {
        sink.report(Diagnostic(kHostList, written.span,
                               host.host.value.empty()
                                   ? std::string("a host has no name here")
                                   : fmt::format("`{}` is no name that a host can have", host.host.value))
                        .help("an empty shell variable in the list looks like this"));
        return std::nullopt;
    }
    return host;
}

std::optional<std::vector<HostSlots>> parse_hostfile(const support::SourceTextPtr& source,
                                                     DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    std::vector<HostSlots> hosts;
    for (const LineCursor& line : lines_of(source)) {
        if (auto host = parse_hostfile_line(line, sink)) {
            hosts.push_back(*std::move(host));
        }
    }
    if (hosts.empty() && !watch.saw_error()) {
        sink.report(Diagnostic(kHostfileSyntax, Span{source, 0, 0}, "this hostfile names no host"));
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(hosts));
}

std::optional<RankPlaces> parse_rankfile(const support::SourceTextPtr& source, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    RankPlaces places;
    for (const LineCursor& line : lines_of(source)) {
        const auto place = parse_rankfile_line(line, sink);
        if (!place) {
            continue;
        }
        const auto [first, is_new] = places.try_emplace(place->first.value, place->second);
        if (!is_new) {
            sink.report(Diagnostic(kRankfileSyntax, place->first.span,
                                   fmt::format("rank {} is placed twice", place->first.value.value))
                            .also(first->second.span, "first here"));
        }
    }
    if (places.empty() && !watch.saw_error()) {
        sink.report(Diagnostic(kRankfileSyntax, Span{source, 0, 0}, "this rankfile places no rank"));
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(places));
}

}  // namespace tt_run::launcher
