#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"

namespace tt_run::topology {

/// Rows and columns.
using Grid = std::array<support::Spanned<std::int32_t>, 2>;

/// Reads the values of an MGD 1.0 file and reports each that is not what it must be. `what` names, for
/// messages, the map that is read from: "this board". Every answer is empty exactly when it reported an
/// error.
class MgdYamlFields {
  public:
    explicit MgdYamlFields(support::DiagnosticSink& sink) : sink_(sink) {}

    /// An error of this format, to be added to and reported.
    support::Diagnostic problem(const support::Span& span, std::string message) const;
    void report(support::Diagnostic diagnostic) { sink_.report(std::move(diagnostic)); }

    void warn_of_unknown_keys(const support::YamlNode& map, std::initializer_list<std::string_view> known,
                              std::string_view what);
    /// Null if there is no such key or nothing under it.
    const support::YamlNode* require(const support::YamlNode& map, std::string_view key,
                                     std::string_view what);
    /// The maps in the list under `key`, without what is no map.
    std::vector<const support::YamlNode*> maps_in(const support::YamlNode& root, std::string_view key);
    std::optional<support::Spanned<std::string>> text(const support::YamlNode& map, std::string_view key,
                                                      std::string_view what);
    std::optional<support::Spanned<std::int32_t>> number(const support::YamlNode& value,
                                                         std::string_view what, std::int32_t least);
    /// `[rows, columns]`, each at least 1.
    std::optional<Grid> grid(const support::YamlNode& value, std::string_view key);

  private:
    support::DiagnosticSink& sink_;
};

}  // namespace tt_run::topology
