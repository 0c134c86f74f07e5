#include "topology/physical/cabling_node_types.hpp"

#include <fmt/format.h>

#include "support/spelling.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/text_field.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

void report_unknown_node(const std::string& name, const Span& place,
                         const std::vector<std::string_view>& known, DiagnosticSink& sink) {
    Diagnostic unknown(kUnknownNodeType, place,
                       fmt::format("`{}` is no node type of this file, nor one of the vendor's", name));
    if (const auto near = support::nearest_spelling(name, known)) {
        unknown.help(fmt::format("did you mean `{}`?", *near));
    }
    sink.report(std::move(unknown));
}

CablingNodeTypes::CablingNodeTypes(const TextMessage& cabling, DiagnosticSink& sink)
    : sink_(sink), own_(entries_in(cabling, "node_descriptors", sink)) {}

std::optional<CablingNodeType> CablingNodeTypes::find(const std::string& name, const TextMessage& at) {
    if (const auto own = own_.find(name); own != own_.end()) {
        return read(*own->second);
    }
    if (const NodeFacts* facts = find_node(name)) {
        CablingNodeType type{std::string(facts->motherboard), {}, facts->cables, facts->usual_cables};
        for (std::uint32_t tray = 1; tray <= facts->boards; ++tray) {
            type.boards.emplace_back(tray, facts->board);
        }
        return type;
    }
    std::vector<std::string_view> known = node_names();
    for (const auto& [key, message] : own_) {
        known.push_back(key);
    }
    const TextMessage::Field* field = at.find("node_descriptor");
    report_unknown_node(name, field == nullptr ? at.span : field->scalar.span, known, sink_);
    return std::nullopt;
}

std::optional<CablingNodeType> CablingNodeTypes::read(const TextMessage& message) {
    const support::ErrorWatch watch(sink_);
    CablingNodeType type;
    type.motherboard = text_in(message, "motherboard", sink_);
    for (const TextMessage* boards : message.messages("boards")) {
        for (const TextMessage* board : boards->messages("board")) {
            const std::string name = text_in(*board, "board_type", sink_);
            const auto known = parse_board_type(name);
            if (!known) {
                sink_.report(Diagnostic(kUnknownBoardType, board->span,
                                        fmt::format("`{}` is no board type that we know", name))
                                 .with_severity(support::Severity::error));
                continue;
            }
            type.boards.emplace_back(number_in(*board, "tray_id", sink_), *known);
        }
    }
    for (const auto& [type_name, connections] : entries_in(message, "port_type_connections", sink_)) {
        const auto port_type = known_port_type(type_name, connections->span, sink_);
        for (const TextMessage* cable : connections->messages("connections")) {
            const auto a = cable->messages("port_a");
            const auto b = cable->messages("port_b");
            if (port_type && !a.empty() && !b.empty()) {
                const auto small = [&](const TextMessage& port, std::string_view field) {
                    return static_cast<std::uint8_t>(number_in(port, field, sink_, 255));
                };
                type.cables.push_back({*port_type, small(*a.back(), "tray_id"), small(*a.back(), "port_id"),
                                       small(*b.back(), "tray_id"), small(*b.back(), "port_id")});
            }
        }
    }
    return watch.saw_error() ? std::nullopt : std::optional(std::move(type));
}

std::optional<PortType> known_port_type(const std::string& name, const Span& place, DiagnosticSink& sink) {
    const auto type = parse_port_type(name);
    if (!type) {
        sink.report(Diagnostic(kUnknownPort, place, fmt::format("`{}` is no port type that we know", name)));
    }
    return type;
}

}  // namespace tt_run::topology
