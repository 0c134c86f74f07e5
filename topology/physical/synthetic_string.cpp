#include "topology/physical/synthetic_string.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "support/text.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/synthetic_system.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;
using Wiring = SyntheticString::Wiring;
using Fault = SyntheticString::Fault;

namespace {

struct WiringName {
    std::string_view name;
    Wiring wiring;
    bool takes_shape;
};
constexpr WiringName kWirings[] = {
    {"none", Wiring::none, false}, {"line", Wiring::line, false},  {"ring", Wiring::ring, false},
    {"mesh", Wiring::mesh, true},  {"torus", Wiring::torus, true}, {"all-to-all", Wiring::all_to_all, false},
};

struct FaultName {
    std::string_view mark;
    Fault::Kind kind;
};
constexpr FaultName kFaults[] = {
    {"-link:", Fault::Kind::link},
    {"-chip:", Fault::Kind::chip},
    {"-board:", Fault::Kind::board},
    {"-host:", Fault::Kind::host},
};

class Parser {
  public:
    Parser(const Span& text, DiagnosticSink& sink) : span_(text), text_(text.text()), sink_(sink) {}

    std::optional<SyntheticString> parse() {
        const support::ErrorWatch watch(sink_);
        const std::size_t system_end = next_fault(0);
        const std::size_t wiring_at = std::min(text_.substr(0, system_end).find('@'), system_end);
        const std::size_t count_at = std::min(text_.substr(0, wiring_at).find('*'), wiring_at);
        found_.word = part(0, count_at);
        read_word();
        if (count_at < wiring_at) {
            read_count(part(count_at + 1, wiring_at));
        }
        if (wiring_at < system_end) {
            read_wiring(part(wiring_at + 1, system_end));
        }
        for (std::size_t at = system_end; at < text_.size();) {
            const std::size_t end = next_fault(at + 1);
            read_fault(part(at, end));
            at = end;
        }
        return watch.saw_error() ? std::nullopt : std::optional(std::move(found_));
    }

  private:
    Span part(std::size_t from, std::size_t to) const {
        // Blanks round the pieces do no harm: `t3k -chip:0/1/0`.
        while (from < to && text_[from] == ' ') {
            ++from;
        }
        while (to > from && text_[to - 1] == ' ') {
            --to;
        }
        return span_.part(from, to);
    }

    std::size_t next_fault(std::size_t from) const {
        std::size_t next = text_.size();
        for (const FaultName& fault : kFaults) {
            next = std::min(next, text_.find(fault.mark, from));
        }
        return std::min(next, text_.size());
    }

    void fail(support::DiagnosticKind kind, const Span& at, std::string message, std::string help = {}) {
        Diagnostic diagnostic(kind, at, std::move(message));
        if (!help.empty()) {
            diagnostic.help(std::move(help));
        }
        sink_.report(std::move(diagnostic));
    }

    void read_word() {
        const std::string_view word = found_.word.text();
        found_.site = find_synthetic_site(word);
        found_.machine = find_synthetic_machine(found_.site != nullptr ? found_.site->machine : word);
        if (found_.machine != nullptr) {
            return;
        }
        std::vector<std::string_view> known;
        for (const SyntheticWord& one : synthetic_words()) {
            known.push_back(one.word);
        }
        const auto near = support::nearest_spelling(word, known);
        fail(kSyntheticUnknownWord, found_.word, fmt::format("`{}` is no system that we can imagine", word),
             near ? fmt::format("did you mean `{}`?", *near) : "`tt-run show --list` prints all of them");
    }

    std::optional<std::uint32_t> positive(const Span& span, std::string_view what) {
        const auto number = parse_number(span.text());
        if (!number || *number == 0 || *number > UINT32_MAX || span.text().starts_with("0x")) {
            fail(kSyntheticSyntax, span,
                 fmt::format("`{}` is no {}; expected a number from 1", span.text(), what));
            return std::nullopt;
        }
        return static_cast<std::uint32_t>(*number);
    }

    void read_count(const Span& span) {
        found_.count_span = span;
        found_.count = positive(span, "count").value_or(1);
        if (found_.site != nullptr && found_.count > 1) {
            fail(kSyntheticSyntax, span,
                 fmt::format("`{}` is a whole site and stands alone", found_.word.text()),
                 fmt::format("for more hosts, multiply `{}`", found_.site->machine));
        }
    }

    void read_wiring(const Span& span) {
        found_.wiring_span = span;
        if (found_.site != nullptr) {
            fail(kSyntheticSyntax, span,
                 fmt::format("`{}` is a whole site with its own cables", found_.word.text()));
            return;
        }
        std::string_view name = span.text();
        if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
            found_.links = positive(span.part(colon + 1, name.size()), "number of links");
            name = name.substr(0, colon);
        }
        // `torus6x6`: the shape begins at the first digit.
        const std::size_t digits = std::min(name.find_first_of("0123456789"), name.size());
        const std::string_view base = name.substr(0, digits);
        const auto known = std::find_if(std::begin(kWirings), std::end(kWirings),
                                        [&](const WiringName& one) { return one.name == base; });
        if (known == std::end(kWirings)) {
            std::vector<std::string_view> names;
            for (const WiringName& one : kWirings) {
                names.push_back(one.name);
            }
            const auto near = support::nearest_spelling(base, names);
            fail(kSyntheticSyntax, span, fmt::format("`{}` is no wiring", base),
                 near ? fmt::format("did you mean `{}`?", *near)
                      : "known are none, line, ring, mesh, torus and all-to-all");
            return;
        }
        found_.wiring = known->wiring;
        if (digits < name.size()) {
            read_shape(*known, span.part(digits, name.size()));
        }
    }

    void read_shape(const WiringName& wiring, const Span& span) {
        const std::string_view shape = span.text();
        const std::size_t cross = shape.find('x');
        if (!wiring.takes_shape || cross == std::string_view::npos) {
            fail(kSyntheticSyntax, span, fmt::format("`{}` does not belong after `{}`", shape, wiring.name),
                 wiring.takes_shape ? "a shape is rows x columns of hosts, as in `torus6x6`" : "");
            return;
        }
        found_.rows = positive(span.part(0, cross), "number of rows").value_or(0);
        found_.columns = positive(span.part(cross + 1, shape.size()), "number of columns").value_or(0);
        if (std::uint64_t{found_.rows} * found_.columns != found_.count &&
            found_.rows * found_.columns != 0) {
            Diagnostic mismatch(kSyntheticSyntax, span,
                                fmt::format("{} has places for {} hosts, but there {} {}", shape,
                                            std::uint64_t{found_.rows} * found_.columns,
                                            found_.count == 1 ? "is" : "are", found_.count));
            if (found_.count_span) {
                mismatch.also(found_.count_span, "the number of hosts");
            }
            sink_.report(std::move(mismatch));
        }
    }

    void read_fault(const Span& span) {
        const auto known = std::find_if(std::begin(kFaults), std::end(kFaults), [&](const FaultName& one) {
            return span.text().starts_with(one.mark);
        });
        const Span place = span.part(known->mark.size(), span.text().size());
        Fault fault{known->kind, {}, {}, place};
        const std::size_t tilde = place.text().find('~');
        const bool pair = tilde != std::string_view::npos;
        fault.first = support::split_span(pair ? place.part(0, tilde) : place, '/');
        if (pair) {
            fault.second = support::split_span(place.part(tilde + 1, place.text().size()), '/');
        }
        constexpr std::size_t kParts[] = {4, 3, 2, 1};
        constexpr std::string_view kForms[] = {"HOST/TRAY/LOCATION/CHANNEL", "HOST/TRAY/LOCATION",
                                               "HOST/TRAY", "HOST"};
        const auto kind = static_cast<std::size_t>(fault.kind);
        const std::size_t parts = pair ? 3 : kParts[kind];
        const bool pair_fits = !pair || (fault.kind == Fault::Kind::link && fault.second.size() == 3);
        if (fault.first.size() != parts || !pair_fits) {
            fail(kSyntheticSyntax, place,
                 fmt::format("`{}` names no {}", place.text(), known->mark.substr(1, known->mark.size() - 2)),
                 fault.kind == Fault::Kind::link
                     ? "a link is HOST/TRAY/LOCATION/CHANNEL, or two chips with `~` between them"
                     : fmt::format("expected {}", kForms[kind]));
            return;
        }
        found_.faults.push_back(std::move(fault));
    }

    Span span_;
    std::string_view text_;
    DiagnosticSink& sink_;
    SyntheticString found_;
};

}  // namespace

std::optional<SyntheticString> parse_synthetic(const Span& text, DiagnosticSink& sink) {
    return Parser(text, sink).parse();
}

}  // namespace tt_run::topology
