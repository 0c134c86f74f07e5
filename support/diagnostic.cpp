#include "support/diagnostic.hpp"

#include <algorithm>

namespace tt_run::support {

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::note:
            return "note";
        case Severity::warning:
            return "warning";
        case Severity::error:
            return "error";
    }
    return "error";
}

void DiagnosticSink::report(Diagnostic diagnostic) {
    if (diagnostic.severity() == Severity::warning &&
        std::find(promoted_.begin(), promoted_.end(), diagnostic.kind().name) != promoted_.end()) {
        diagnostic.with_severity(Severity::error);
    }
    std::size_t& count = counts_[static_cast<std::size_t>(diagnostic.severity())];
    if (++count <= kKept) {
        diagnostics_.push_back(std::move(diagnostic));
    }
}

}  // namespace tt_run::support
