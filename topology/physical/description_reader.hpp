#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"

namespace tt_run::topology {

/// Reading values out of parsed YAML or JSON. Each function reports what is wrong, with its place, as
/// `cluster-bad-value` or `cluster-missing-field`, and gives nothing then. `what` names the value for the
/// reader of the message: "chip", "board id".

/// A non-negative integer, decimal or `0x` hexadecimal, quoted or not, up to `most`.
std::optional<std::uint64_t> read_number(const support::YamlNode& node, std::string_view what,
                                         support::DiagnosticSink& sink, std::uint64_t most = UINT64_MAX);
/// The same in 32 bits.
std::optional<std::uint32_t> read_small_number(const support::YamlNode& node, std::string_view what,
                                               support::DiagnosticSink& sink,
                                               std::uint32_t most = UINT32_MAX);
std::optional<std::int32_t> read_signed(const support::YamlNode& node, std::string_view what,
                                        support::DiagnosticSink& sink);
std::optional<std::string> read_word(const support::YamlNode& node, std::string_view what,
                                     support::DiagnosticSink& sink);
std::optional<bool> read_truth(const support::YamlNode& node, std::string_view what,
                               support::DiagnosticSink& sink);

/// The value under `key`, which must be there.
const support::YamlNode* require(const support::YamlNode& map, std::string_view key,
                                 support::DiagnosticSink& sink);

/// True if `node` is of `kind`; reports otherwise.
bool expect_kind(const support::YamlNode& node, support::YamlNode::Kind kind, std::string_view what,
                 support::DiagnosticSink& sink);

/// A list with so many errors in it is not read on: it is refused anyway, and a hostile one may have
/// millions.
inline constexpr std::size_t kMostErrorsInList = 50;

/// The number that is the whole of `text`; no sign, no blanks.
std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace tt_run::topology
