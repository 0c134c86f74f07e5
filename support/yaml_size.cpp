#include "support/yaml_size.hpp"

#include <map>
#include <string>
#include <vector>

#include "support/yaml_events.hpp"

namespace tt_run::support {

namespace {

class Size {
  public:
    void take(const YamlEvent& event) {
        switch (event.kind) {
            case YamlEvent::Kind::scalar:
                ++placed_;
                remember(event.anchor, 1);
                break;
            case YamlEvent::Kind::alias:
                placed_ += size_of(event.text);
                break;
            case YamlEvent::Kind::sequence_begin:
            case YamlEvent::Kind::mapping_begin:
                open_.push_back({placed_++, std::string(event.anchor)});
                break;
            case YamlEvent::Kind::sequence_end:
            case YamlEvent::Kind::mapping_end:
                remember(open_.back().anchor, placed_ - open_.back().placed_before);
                open_.pop_back();
                break;
            case YamlEvent::Kind::document_begin:
            case YamlEvent::Kind::document_end:
            case YamlEvent::Kind::end_of_text:
                break;
        }
    }
    std::size_t nodes() const { return placed_ + kept_; }

  private:
    struct Open {
        std::size_t placed_before;
        std::string anchor;
    };

    void remember(std::string_view anchor, std::size_t size) {
        if (!anchor.empty()) {
            named_[std::string(anchor)] = size;
            kept_ += size;
        }
    }
    /// An alias that names nothing is for the reader of the document to refuse.
    std::size_t size_of(std::string_view alias) const {
        const auto found = named_.find(alias);
        return found == named_.end() ? 1 : found->second;
    }

    std::size_t placed_ = 0;  ///< in the document
    std::size_t kept_ = 0;    ///< a second time, for aliases to come
    std::vector<Open> open_;
    std::map<std::string, std::size_t, std::less<>> named_;
};

}  // namespace

std::optional<Span> find_yaml_excess(const SourceTextPtr& source) {
    YamlEvents events(source);
    Size size;
    DiagnosticSink ignored;
    for (;;) {
        const std::optional<YamlEvent> event = events.next(ignored);
        if (!event || event->kind == YamlEvent::Kind::end_of_text) {
            return std::nullopt;
        }
        size.take(*event);
        if (size.nodes() > kMostYamlNodes) {
            return Span{source, event->begin, event->end};
        }
    }
}

}  // namespace tt_run::support
