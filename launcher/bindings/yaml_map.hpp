#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/bindings/rank_binding.hpp"
#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"

namespace tt_run::launcher {

/// Reads the keys of one YAML map and reports what is wrong with them. Every key that is asked for counts as
/// known; `finish` warns of the others, with the nearest known spelling. Borrows the node and the sink.
class YamlMap {
  public:
    /// `what` names the map in messages: "a row of `rank_bindings`". Reports it if the node is no map.
    YamlMap(const support::YamlNode& node, std::string what, support::DiagnosticSink& sink);

    bool is_map() const { return node_.is_mapping(); }

    /// The value, unless the key is absent or holds null.
    const support::YamlNode* find(std::string_view key);
    /// As `find`; reports a missing key, at the map itself.
    const support::YamlNode* require(std::string_view key);

    /// A whole number of at least `least` and at most 2^31-1; reports anything else.
    std::optional<support::Spanned<std::int32_t>> integer(std::string_view key, std::int32_t least);
    std::optional<support::Spanned<std::int32_t>> required_integer(std::string_view key, std::int32_t least);
    /// A scalar's text; absent, null and empty are nothing.
    std::optional<support::Spanned<std::string>> text(std::string_view key);
    /// A map of variable names to values. Plain scalars that YAML does not read as text (`1`, `on`) are taken
    /// as they are written, with a note, for the existing tt-run refuses them; null is an error.
    std::vector<EnvironmentEntry> environment(std::string_view key);

    void finish();

  private:
    std::optional<support::Spanned<std::int32_t>> integer_of(const support::YamlNode* value,
                                                             std::string_view key, std::int32_t least);
    void report_type(const support::YamlNode& value, std::string_view key, std::string_view wanted);

    const support::YamlNode& node_;
    std::string what_;
    support::DiagnosticSink& sink_;
    std::set<std::string, std::less<>> asked_;
};

/// Reads a whole number of at least `least` from a scalar; nothing if it is none. No diagnostics.
std::optional<std::int32_t> whole_number(const support::YamlNode& node, std::int32_t least);

/// A name that a shell, and execve, take for a variable: no `=`, no NUL, not empty.
bool is_variable_name(std::string_view name);

}  // namespace tt_run::launcher
