#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "support/diagnostic.hpp"
#include "topology/mgd/text_message.hpp"

namespace tt_run::topology {

/// Typed access; each reports a bad value with its place. A missing field gives the type's zero, as Protobuf
/// has it.
std::uint64_t number_in(const TextMessage& message, std::string_view name, support::DiagnosticSink& sink,
                        std::uint64_t most = UINT32_MAX);
std::string text_in(const TextMessage& message, std::string_view name, support::DiagnosticSink& sink);

/// The entries of a map field, `name { key: "K" value { ... } }`, by their keys; of several with one key the
/// last.
std::map<std::string, const TextMessage*> entries_in(const TextMessage& message, std::string_view name,
                                                     support::DiagnosticSink& sink);

}  // namespace tt_run::topology
