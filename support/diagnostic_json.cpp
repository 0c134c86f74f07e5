#include <nlohmann/json.hpp>

#include "support/diagnostic_render.hpp"

namespace tt_run::support {

namespace {

using nlohmann::ordered_json;

ordered_json to_json(const Label& label) {
    ordered_json json;
    if (label.span) {
        const SourceText::Position begin = label.span.source->position(label.span.begin);
        const SourceText::Position end = label.span.source->position(label.span.end);
        json["file"] = label.span.source->name();
        json["line"] = begin.line;
        json["column"] = begin.column;
        json["end_line"] = end.line;
        json["end_column"] = end.column;
    }
    json["text"] = label.text;
    return json;
}

ordered_json to_json(const Diagnostic& diagnostic) {
    ordered_json json;
    json["kind"] = diagnostic.kind().name;
    json["severity"] = name_of(diagnostic.severity());
    json["message"] = diagnostic.message();
    json["primary"] = to_json(diagnostic.primary());
    json["also"] = ordered_json::array();
    for (const Label& label : diagnostic.secondary()) {
        json["also"].push_back(to_json(label));
    }
    json["notes"] = diagnostic.notes();
    json["help"] = diagnostic.helps();
    return json;
}

}  // namespace

std::string render_json(const DiagnosticSink& sink) {
    ordered_json json;
    json["schema"] = "tt-run/diagnostics";
    json["version"] = 1;
    json["diagnostics"] = ordered_json::array();
    for (const Diagnostic& diagnostic : sink.diagnostics()) {
        json["diagnostics"].push_back(to_json(diagnostic));
    }
    json["counts"] = {{"error", sink.count(Severity::error)},
                      {"warning", sink.count(Severity::warning)},
                      {"note", sink.count(Severity::note)}};
    return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tt_run::support
