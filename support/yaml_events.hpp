#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "support/diagnostic.hpp"
#include "support/source_text.hpp"

namespace tt_run::support {

/// One step through a YAML text. A mapping's keys and values come in turn, between its begin and its end.
struct YamlEvent {
    enum class Kind {
        document_begin,
        document_end,
        sequence_begin,
        sequence_end,
        mapping_begin,
        mapping_end,
        scalar,
        alias,
        end_of_text,
    };

    Kind kind = Kind::end_of_text;
    std::size_t begin = 0;    ///< bytes of the source text: [begin, end)
    std::size_t end = 0;      ///< of a collection: just its first byte
    std::string_view text;    ///< of a scalar; of an alias, the name
    std::string_view anchor;  ///< the name behind `&`, if any
    bool quoted = false;      ///< of a scalar: in quotes, a block, or tagged as text
};

/// Walks a YAML text from begin to end. Not thread-safe. The one place that sees libyaml.
class YamlEvents {
  public:
    explicit YamlEvents(const SourceTextPtr& source);
    ~YamlEvents();
    YamlEvents(const YamlEvents&) = delete;
    YamlEvents& operator=(const YamlEvents&) = delete;

    /// The next event; its texts live until the next call. Nothing, for good, once the text has turned out to
    /// be no YAML, which is then reported as `yaml-syntax`.
    std::optional<YamlEvent> next(DiagnosticSink& sink);

  private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace tt_run::support
