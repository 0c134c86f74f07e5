#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "support/source_text.hpp"

namespace tt_run::support {

enum class Severity { note, warning, error };

std::string_view name_of(Severity severity);

/// One rule that a user's text can break: its stable name, shown in brackets and used by tests, and how grave
/// breaking it is. Each folder lists its own in `diagnostic_kinds.hpp`; a test finds them there and demands a
/// golden case for every one.
struct DiagnosticKind {
    std::string_view name;
    Severity severity = Severity::error;
};

struct Label {
    Span span;
    std::string text;
};

/// What is wrong with a user's text, as data. Wording: lower case, no full stop, the user's own text in
/// backticks; the message says what we saw and then the rule, the help says what to do.
class Diagnostic {
  public:
    /// `span` is what the caret points at; it may be nowhere.
    Diagnostic(DiagnosticKind kind, Span span, std::string message)
        : kind_(kind),
          severity_(kind.severity),
          primary_{std::move(span), {}},
          message_(std::move(message)) {}

    /// Text behind the caret itself.
    Diagnostic& label(std::string text) & { return primary_.text = std::move(text), *this; }
    /// Another place that the reader should see, with its own text.
    Diagnostic& also(Span span, std::string text) & {
        return secondary_.push_back({std::move(span), std::move(text)}), *this;
    }
    /// A line of explanation below the picture.
    Diagnostic& note(std::string text) & { return notes_.push_back(std::move(text)), *this; }
    /// What to do about it.
    Diagnostic& help(std::string text) & { return help_.push_back(std::move(text)), *this; }
    /// Only where one rule is graver in one mode than in another.
    Diagnostic& with_severity(Severity severity) & { return severity_ = severity, *this; }

    Diagnostic&& label(std::string text) && { return std::move(label(std::move(text))); }
    Diagnostic&& also(Span span, std::string text) && {
        return std::move(also(std::move(span), std::move(text)));
    }
    Diagnostic&& note(std::string text) && { return std::move(note(std::move(text))); }
    Diagnostic&& help(std::string text) && { return std::move(help(std::move(text))); }
    Diagnostic&& with_severity(Severity severity) && { return std::move(with_severity(severity)); }

    DiagnosticKind kind() const { return kind_; }
    Severity severity() const { return severity_; }
    const std::string& message() const { return message_; }
    const Label& primary() const { return primary_; }
    const std::vector<Label>& secondary() const { return secondary_; }
    const std::vector<std::string>& notes() const { return notes_; }
    const std::vector<std::string>& helps() const { return help_; }

  private:
    DiagnosticKind kind_;
    Severity severity_;
    Label primary_;
    std::string message_;
    std::vector<Label> secondary_;
    std::vector<std::string> notes_;
    std::vector<std::string> help_;
};

/// Collects diagnostics in the order in which they are reported. Keeps the first `kKept` of each severity and
/// counts the rest, so that a hostile file cannot fill memory. Not thread-safe.
class DiagnosticSink {
  public:
    static constexpr std::size_t kKept = 500;

    void report(Diagnostic diagnostic);

    /// From now on a warning of this kind is an error (`--strict`).
    void treat_as_error(DiagnosticKind kind) { promoted_.push_back(kind.name); }

    const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
    /// How many were reported, kept or not.
    std::size_t count(Severity severity) const { return counts_[static_cast<std::size_t>(severity)]; }
    std::size_t errors() const { return count(Severity::error); }
    std::size_t reported() const { return counts_[0] + counts_[1] + counts_[2]; }

  private:
    std::vector<Diagnostic> diagnostics_;
    std::vector<std::string_view> promoted_;
    std::size_t counts_[3] = {0, 0, 0};
};

/// Tells whether a stretch of work reported errors: the loaders' rule is "empty exactly when it reported an
/// error", and this is how they know.
class ErrorWatch {
  public:
    explicit ErrorWatch(const DiagnosticSink& sink) : sink_(sink), before_(sink.errors()) {}
    bool saw_error() const { return sink_.errors() != before_; }

  private:
    const DiagnosticSink& sink_;
    std::size_t before_;
};

}  // namespace tt_run::support
