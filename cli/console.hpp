#pragma once

#include <string_view>

#include "support/diagnostic.hpp"
#include "support/diagnostic_render.hpp"
#include "support/host_environment.hpp"

namespace tt_run::cli {

/// Where tt-run writes. Answers go to standard output; diagnostics and talk to standard error, in colour if
/// that is a terminal and NO_COLOR is not set (or empty).
class Console {
  public:
    explicit Console(const support::HostEnvironment& host);

    int standard_input() const;
    int standard_output() const;
    int standard_error() const;
    /// Whether answers are read by people on a terminal that can do more than a typewriter.
    bool output_is_terminal() const;
    /// The same for talk.
    bool errors_are_watched() const { return errors_are_watched_; }
    /// Of talk.
    support::Colour colour() const { return colour_; }
    void print(std::string_view text) const;
    /// Why standard output did not take all that was printed (an errno), or 0.
    int lost_output() const { return lost_output_; }
    void print_error(std::string_view text) const;
    /// Prints all of them, or all but the notes.
    void print(const support::DiagnosticSink& sink, bool with_notes) const;

  private:
    support::Colour colour_;
    bool output_is_terminal_;
    bool errors_are_watched_;
    mutable int lost_output_ = 0;
};

}  // namespace tt_run::cli
