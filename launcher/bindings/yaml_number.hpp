#pragma once

#include <cstdint>
#include <optional>

#include "support/yaml_document.hpp"

namespace tt_run::launcher {

/// A scalar's whole number as YAML 1.1 has it, and with it the existing tt-run: `12`, `+12`, `1_000`, `0x1F`,
/// `0b101`, octal with a zero before it (`014` is 12, `08` is 8), and `2.0`, which is 2. In quotation marks:
/// decimal digits only. Nothing if it is none, or does not fit. No diagnostics.
std::optional<std::int64_t> yaml_integer(const support::YamlNode& scalar);

}  // namespace tt_run::launcher
