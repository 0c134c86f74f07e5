#include "topology/physical/umd_chips.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::Span;
using support::YamlNode;

std::optional<std::size_t> UmdChips::position_of(std::uint64_t chip) const {
    const auto at = std::lower_bound(found_.chips.begin(), found_.chips.end(), chip,
                                     [](const UmdDescriptor::Chip& one, std::uint64_t key) {
                                         return static_cast<std::uint64_t>(one.chip) < key;
                                     });
    if (at == found_.chips.end() || static_cast<std::uint64_t>(at->chip) != chip) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(at - found_.chips.begin());
}

std::optional<std::size_t> UmdChips::known(std::string_view text, const Span& place,
                                           std::string_view where) const {
    const auto number = parse_number(text);
    if (!number) {
        sink_.report(Diagnostic(kClusterBadValue, place,
                                fmt::format("`{}` is no chip number; expected a number from 0", text)));
        return std::nullopt;
    }
    const auto position = position_of(*number);
    if (!position) {
        sink_.report(
            Diagnostic(kUnknownChip, place,
                       fmt::format("chip `{}` in `{}` is not among those under `arch`", text, where)));
    }
    return position;
}

std::optional<std::size_t> UmdChips::known(const YamlNode& node, std::string_view where) const {
    const auto word = read_word(node, "chip number", sink_);
    return word ? known(*word, node.span, where) : std::nullopt;
}

}  // namespace tt_run::topology
