#include "launcher/hosts/host_names.hpp"

#include <set>

#include <fmt/format.h>

#include "launcher/diagnostic_kinds.hpp"
#include "support/text.hpp"

namespace tt_run::launcher {

using support::Diagnostic;
using support::Spanned;

namespace {

/// What spoils a name; empty if nothing does.
std::string_view fault_of(std::string_view name, std::string_view written) {
    if (name[0] == '-') {
        return "begins with `-`, as if a variable before it were empty";
    }
    if (written.find_first_of("\n\r\t") != std::string_view::npos ||
        name.find(' ') != std::string_view::npos) {
        return "has a blank in it";
    }
    return "";
}

}  // namespace

std::vector<Spanned<std::string>> parse_host_names(const Spanned<std::string>& written,
                                                   support::DiagnosticSink& sink) {
    std::vector<Spanned<std::string>> names;
    std::set<std::string> seen;
    // The word may stand in a shell's quotes; its pieces have places only if it is shown as it is.
    const std::size_t shown_at = written.span.text().find(written.value);
    std::size_t begin = 0;
    for (const std::string_view piece : support::split(written.value, ',')) {
        const bool blank = piece.find_first_not_of(' ') == std::string_view::npos;
        const std::string name(blank ? "" : support::trim(piece));
        const support::Span span = shown_at == std::string_view::npos
                                       ? written.span
                                       : written.span.part(shown_at + begin, shown_at + begin + piece.size());
        begin += piece.size() + 1;
        if (name.empty()) {
            continue;
        }
        const std::string_view fault = fault_of(name, piece);
        if (!fault.empty() || !seen.insert(name).second) {
            sink.report(Diagnostic(
                kHostList, span,
                fmt::format("`{}` in --hosts {}", name, fault.empty() ? "is named twice" : fault)));
        }
        names.push_back({name, span});
    }
    if (names.empty()) {
        sink.report(Diagnostic(kHostList, written.span, "--hosts names no host"));
    }
    return names;
}

}  // namespace tt_run::launcher
