#include "topology/physical/cabling_union.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <string>

#include <fmt/format.h>

#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/text_field.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

namespace {

std::string_view file_of(const Span& span) {
    return span.source->name();
}

bool is_same(const TextMessage& a, const TextMessage& b) {
    return std::ranges::equal(a.fields, b.fields,
                              [](const TextMessage::Field& x, const TextMessage::Field& y) {
                                  return x.name.value == y.name.value && x.scalar.value == y.scalar.value &&
                                         x.message.size() == y.message.size() &&
                                         (x.message.empty() || is_same(x.message.front(), y.message.front()));
                              });
}

/// The text of a field, "" if there is none; whoever reads the whole says what is wrong with it.
std::string word_in(const TextMessage& message, std::string_view name) {
    const TextMessage::Field* field = message.find(name);
    return field == nullptr ? std::string() : field->scalar.value;
}

/// The value of the entry of a map field; null if it has none.
TextMessage* value_in(TextMessage& message, std::string_view map, std::string_view key) {
    for (TextMessage::Field& field : message.fields) {
        if (field.name.value != map || field.message.empty() ||
            word_in(field.message.front(), "key") != key) {
            continue;
        }
        for (TextMessage::Field& part : field.message.front().fields) {
            if (part.name.value == "value" && !part.message.empty()) {
                return &part.message.front();
            }
        }
    }
    return nullptr;
}

/// The node type of a Galaxy that is closed as both are; nothing if they are not both such Galaxies.
std::optional<std::string> united_torus(std::string_view a, std::string_view b) {
    for (const std::string_view machine : {"WH_GALAXY", "BH_GALAXY", "BH_GALAXY_REV_AB", "BH_GALAXY_REV_C"}) {
        const auto has = [&](std::string_view name, std::string_view torus) {
            return name == fmt::format("{}_{}_TORUS", machine, torus);
        };
        const auto is_torus = [&](std::string_view name) {
            return has(name, "X") || has(name, "Y") || has(name, "XY");
        };
        if (is_torus(a) && is_torus(b)) {
            return a == b ? std::string(a) : fmt::format("{}_XY_TORUS", machine);
        }
    }
    return std::nullopt;
}

/// What a cable joins, whichever end is written first.
std::pair<std::string, std::string> ends_of(const TextMessage& cable) {
    const auto end = [&](std::string_view name) {
        std::string text;
        DiagnosticSink told_later;
        for (const TextMessage* port : cable.messages(name)) {
            for (const TextMessage::Field& field : port->fields) {
                text += field.name.value == "path" ? field.scalar.value + "\n" : "";
            }
            text += fmt::format("{}/{}", number_in(*port, "tray_id", told_later),
                                number_in(*port, "port_id", told_later));
        }
        return text;
    };
    const std::pair<std::string, std::string> ends{end("port_a"), end("port_b")};
    return std::minmax(ends.first, ends.second);
}

class Union {
  public:
    Union(const TextMessage& first, DiagnosticSink& sink) : united_(first), sink_(sink) {}

    void add(const TextMessage& other) {
        for (const TextMessage::Field& field : other.fields) {
            const std::string_view name = field.message.empty() ? "" : std::string_view(field.name.value);
            if (name == "graph_templates") {
                add_entry(field, [&](const std::string& key, TextMessage& into, const TextMessage& from) {
                    add_children(key, into, from);
                    add_cables(key, into, from);
                });
            } else if (name == "node_descriptors") {
                add_entry(field, [&](const std::string& key, TextMessage& into, const TextMessage& from) {
                    if (!is_same(into, from)) {
                        report_mismatch(fmt::format("node type `{}`", key), into.span, from.span);
                    }
                });
            } else if (name == "root_instance") {
                add_root(field);
            } else {
                united_.fields.push_back(field);
            }
        }
    }

    TextMessage take() { return std::move(united_); }

  private:
    /// `unite(key, ours, theirs)` if the map has an entry of this key already.
    template <class Unite>
    void add_entry(const TextMessage::Field& field, Unite unite) {
        const TextMessage& entry = field.message.front();
        const std::string key = word_in(entry, "key");
        TextMessage* const ours = value_in(united_, field.name.value, key);
        const auto theirs = entry.messages("value");
        if (ours == nullptr) {
            united_.fields.push_back(field);
        } else if (!theirs.empty()) {
            unite(key, *ours, *theirs.back());
        }
    }

    void add_root(const TextMessage::Field& field) {
        const auto roots = united_.messages("root_instance");
        if (roots.empty()) {
            united_.fields.push_back(field);
        } else if (!is_same(*roots.back(), field.message.front())) {
            sink_.report(Diagnostic(kCablingMismatch, field.message.front().span,
                                    fmt::format("this root instance is not that of `{}`, which is taken",
                                                file_of(roots.back()->span)))
                             .with_severity(support::Severity::warning)
                             .also(roots.back()->span, "this one"));
        }
    }

    void add_children(const std::string& name, TextMessage& into, const TextMessage& from) {
        std::map<std::string, TextMessage*> ours;
        for (TextMessage::Field& field : into.fields) {
            if (field.name.value == "children" && !field.message.empty()) {
                ours.emplace(word_in(field.message.front(), "name"), &field.message.front());
            }
        }
        const auto theirs = from.messages("children");
        if (ours.empty()) {
            std::ranges::copy_if(
                from.fields, std::back_inserter(into.fields),
                [](const TextMessage::Field& field) { return field.name.value == "children"; });
            return;
        }
        for (const TextMessage* child : theirs) {
            const std::string child_name = word_in(*child, "name");
            const auto found = ours.find(child_name);
            if (found == ours.end()) {
                sink_.report(Diagnostic(kCablingMismatch, child->span,
                                        fmt::format("template `{}` has no child `{}` in `{}`", name,
                                                    child_name, file_of(into.span)))
                                 .also(into.span, "the template there")
                                 .help("a template has the same children in every file"));
                continue;
            }
            if (!unite_child(*found->second, *child)) {
                report_mismatch(fmt::format("child `{}` of template `{}`", child_name, name),
                                found->second->span, child->span);
            }
            ours.erase(found);
        }
        for (const auto& [child_name, child] : ours) {
            if (!theirs.empty()) {
                sink_.report(Diagnostic(kCablingMismatch, from.span,
                                        fmt::format("template `{}` has a child `{}` in `{}`, but not here",
                                                    name, child_name, file_of(child->span)))
                                 .also(child->span, "the child")
                                 .help("a template has the same children in every file"));
            }
        }
    }

    /// False if they differ in more than how a Galaxy is closed.
    static bool unite_child(TextMessage& ours, const TextMessage& theirs) {
        const auto node = theirs.messages("node_ref");
        for (TextMessage::Field& field : ours.fields) {
            if (field.name.value != "node_ref" || field.message.empty() || node.empty()) {
                continue;
            }
            for (TextMessage::Field& type : field.message.front().fields) {
                const auto torus = united_torus(type.scalar.value, word_in(*node.back(), "node_descriptor"));
                if (type.name.value == "node_descriptor" && torus) {
                    type.scalar.value = *torus;
                    return true;
                }
            }
        }
        return is_same(ours, theirs);
    }

    void add_cables(const std::string& name, TextMessage& into, const TextMessage& from) {
        for (const TextMessage::Field& field : from.fields) {
            if (field.name.value != "internal_connections" || field.message.empty()) {
                continue;
            }
            const TextMessage& entry = field.message.front();
            TextMessage* const ours = value_in(into, field.name.value, word_in(entry, "key"));
            if (ours == nullptr) {
                into.fields.push_back(field);
                continue;
            }
            for (const TextMessage* connections : entry.messages("value")) {
                add_cables_of_type(name, *ours, *connections);
            }
        }
    }

    void add_cables_of_type(const std::string& name, TextMessage& into, const TextMessage& from) {
        std::set<std::pair<std::string, std::string>> known;
        for (const TextMessage* cable : into.messages("connections")) {
            known.insert(ends_of(*cable));
        }
        std::vector<const TextMessage*> again;
        for (const TextMessage::Field& field : from.fields) {
            if (!field.message.empty() && known.contains(ends_of(field.message.front()))) {
                again.push_back(&field.message.front());
            } else {
                into.fields.push_back(field);
            }
        }
        if (!again.empty()) {
            sink_.report(Diagnostic(
                kDuplicateLink, again.front()->span,
                again.size() == 1 ? fmt::format("this cable of template `{}` stands in a file before this "
                                                "one, too; it is laid once",
                                                name)
                                  : fmt::format("{} cables of template `{}` from here on stand in files "
                                                "before this one, too; they are laid once",
                                                again.size(), name)));
        }
    }

    void report_mismatch(const std::string& what, const Span& first, const Span& second) {
        sink_.report(Diagnostic(kCablingMismatch, second,
                                fmt::format("{} differs from the one in `{}`", what, file_of(first)))
                         .also(first, "that one")
                         .help("what stands in several files must be the same in all; only Galaxies may be "
                               "closed to different tori"));
    }

    TextMessage united_;
    DiagnosticSink& sink_;
};

}  // namespace

std::optional<TextMessage> unite_cablings(const std::vector<const TextMessage*>& cablings,
                                          DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    Union united(*cablings.front(), sink);
    for (const TextMessage* cabling : cablings | std::views::drop(1)) {
        united.add(*cabling);
    }
    return watch.saw_error() ? std::nullopt : std::optional(united.take());
}

}  // namespace tt_run::topology
