#pragma once

#include <optional>
#include <string_view>

#include "topology/physical/umd_descriptor.hpp"

namespace tt_run::topology {

/// The chips of a descriptor that is being read, found by their numbers once all are there.
class UmdChips {
  public:
    UmdChips(const UmdDescriptor& found, support::DiagnosticSink& sink) : found_(found), sink_(sink) {}

    /// Position in `UmdDescriptor::chips`; empty exactly when it reported that `text`, under the key `where`,
    /// is no number or the number of no chip.
    std::optional<std::size_t> known(std::string_view text, const support::Span& place,
                                     std::string_view where) const;
    std::optional<std::size_t> known(const support::YamlNode& node, std::string_view where) const;

  private:
    std::optional<std::size_t> position_of(std::uint64_t chip) const;

    const UmdDescriptor& found_;
    support::DiagnosticSink& sink_;
};

}  // namespace tt_run::topology
