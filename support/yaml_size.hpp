#pragma once

#include <cstddef>
#include <optional>

#include "support/source_text.hpp"

namespace tt_run::support {

/// No document is read that has more nodes, aliases counted as often as they are used and what an anchor
/// names twice.
inline constexpr std::size_t kMostYamlNodes = 4'000'000;

/// Where a document gets larger than that, found by adding numbers: nothing is replaced by what it names.
/// Nothing if it does not, as far as the text is YAML.
std::optional<Span> find_yaml_excess(const SourceTextPtr& source);

}  // namespace tt_run::support
