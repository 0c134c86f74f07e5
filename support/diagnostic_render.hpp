#pragma once

#include <string>

#include "support/diagnostic.hpp"

namespace tt_run::support {

enum class Colour { off, on };

/// Compiler style: `file:line:col: error: message [kind]`, the lines concerned with carets, notes, help.
/// Ends with a line end. Long lines are cut around the caret, long messages in their middle; bytes that no
/// terminal should see are shown as `?`, so that a hostile file cannot write to it.
std::string render_text(const Diagnostic& diagnostic, Colour colour);

/// All of a sink, then one line that counts those that were not kept (only if there are any).
std::string render_text(const DiagnosticSink& sink, Colour colour);

/// `{"schema": "tt-run/diagnostics", "version": 1, "diagnostics": [...], "counts": {...}}`; see
/// docs/formats/diagnostics.md. Text that is no UTF-8 has its bad bytes replaced.
std::string render_json(const DiagnosticSink& sink);

}  // namespace tt_run::support
