#pragma once

#include <expected>
#include <string>

namespace tt_run::support {

/// The world refused: no such file, no `mpiexec`, no permission. Holds one line: what was being attempted,
/// outermost first, then the reason. A user's mistake in a text is a Diagnostic instead.
class Error {
  public:
    explicit Error(std::string reason) : message_(std::move(reason)) {}

    /// The reason that `errno` value `code` stands for.
    static Error from_errno(int code);

    /// Adds what was being attempted, in front: `while_doing("starting mpiexec")`.
    [[nodiscard]] Error while_doing(const std::string& attempt) && {
        return Error(attempt + ": " + std::move(message_));
    }

    const std::string& message() const { return message_; }

  private:
    std::string message_;
};

template <class T>
using Result = std::expected<T, Error>;

}  // namespace tt_run::support
