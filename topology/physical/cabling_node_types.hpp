#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/diagnostic.hpp"
#include "topology/mgd/text_message.hpp"
#include "topology/physical/board_ports.hpp"

namespace tt_run::topology {

/// What a node of this type is made of, wherever it is described.
struct CablingNodeType {
    std::string motherboard;
    std::vector<std::pair<std::uint32_t, BoardType>> boards;  ///< by tray
    std::vector<MachineCable> cables;
    std::vector<MachineCable> usual_cables;  ///< as NodeFacts has them
};

/// The node types that a cabling descriptor can name: its own, and the vendor's. Refers to the message.
class CablingNodeTypes {
  public:
    CablingNodeTypes(const TextMessage& cabling, support::DiagnosticSink& sink);

    /// The type that `at` calls `name` in its `node_descriptor`. Empty exactly when it reported an error.
    std::optional<CablingNodeType> find(const std::string& name, const TextMessage& at);

  private:
    std::optional<CablingNodeType> read(const TextMessage& message);

    support::DiagnosticSink& sink_;
    std::map<std::string, const TextMessage*> own_;
};

/// Reports that `name` is none of `known`.
void report_unknown_node(const std::string& name, const support::Span& place,
                         const std::vector<std::string_view>& known, support::DiagnosticSink& sink);

std::optional<PortType> known_port_type(const std::string& name, const support::Span& place,
                                        support::DiagnosticSink& sink);

}  // namespace tt_run::topology
