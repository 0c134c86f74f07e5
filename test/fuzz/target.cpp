#include "test/fuzz/target.hpp"

#include <algorithm>

#include "support/diagnostic_render.hpp"

namespace tt_run::fuzz {

const std::vector<Target>& targets() {
    static const std::vector<Target> all = [] {
        std::vector<Target> found;
        for (auto* part : {support_targets, topology_targets, cluster_targets, launcher_targets,
                           record_targets, supervision_targets, socket_targets}) {
            for (Target& target : part()) {
                found.push_back(std::move(target));
            }
        }
        std::sort(found.begin(), found.end(),
                  [](const Target& a, const Target& b) { return a.name < b.name; });
        return found;
    }();
    return all;
}

const Target* find_target(std::string_view name) {
    const auto found = std::find_if(targets().begin(), targets().end(),
                                    [&](const Target& target) { return target.name == name; });
    return found == targets().end() ? nullptr : &*found;
}

void demand(bool kept, std::string_view promise) {
    if (!kept) {
        throw BrokenPromise{std::string(promise)};
    }
}

support::SourceTextPtr as_source(std::string_view bytes, std::string name) {
    return support::make_source_text(std::move(name), std::string(bytes));
}

std::vector<std::string_view> parts_of(std::string_view bytes) {
    constexpr std::string_view kBetween = "\n%%\n";
    std::vector<std::string_view> parts;
    for (std::size_t at = bytes.find(kBetween); at != std::string_view::npos; at = bytes.find(kBetween)) {
        parts.push_back(bytes.substr(0, at + 1));
        bytes.remove_prefix(at + kBetween.size());
    }
    parts.push_back(bytes);
    return parts;
}

namespace {

void check_span(const support::Span& span) {
    if (span) {
        demand(span.begin <= span.end && span.end <= span.source->text().size(),
               "a span lies within its text");
    }
}

}  // namespace

void check_diagnostics(const support::DiagnosticSink& sink) {
    for (const support::Diagnostic& diagnostic : sink.diagnostics()) {
        check_span(diagnostic.primary().span);
        for (const support::Label& label : diagnostic.secondary()) {
            check_span(label.span);
        }
    }
    const std::string shown = render_text(sink, support::Colour::off);
    demand(!shown.empty() || sink.reported() == 0, "what is reported is shown");
    demand(std::none_of(shown.begin(), shown.end(),
                        [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7F; }),
           "what is shown writes nothing but text to a terminal");
    demand(!render_json(sink).empty(), "diagnostics have a form for machines");
}

}  // namespace tt_run::fuzz
