#pragma once

#include <cstddef>
#include <optional>

#include "support/yaml_document.hpp"

namespace tt_run::support {

/// The most nodes and the deepest nesting that any reader of YAML takes.
inline constexpr std::size_t kMostYamlNodes = 4'000'000;
inline constexpr std::size_t kDeepestYaml = 200;

enum class PlainYaml {
    read,       ///< `into` holds the document, just as the full reader would have built it
    unusual,    ///< not of the plain kind, or wrong: the full reader must look at it
    too_large,  ///< more than kMostYamlNodes nodes
};

/// Reads the plain kind of YAML that tools write, JSON included: block and flow collections, one-line
/// scalars, comments. No anchors, tags, block scalars, directives or second documents. Several times as
/// fast as the full reader (bench/topology). Reports nothing: whatever is not plainly right is `unusual`.
PlainYaml parse_plain_yaml(const SourceTextPtr& source, YamlNode& into);

}  // namespace tt_run::support
