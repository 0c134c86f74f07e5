#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "topology/physical/cluster_assembly.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/system_descriptor.hpp"
#include "topology/physical/text_field.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

class FactoryReader {
  public:
    FactoryReader(const TextMessage& root, DiagnosticSink& sink)
        : root_(root), sink_(sink), assembly_(Origin::imported, root.span.source->name()) {}

    std::optional<Cluster> read() {
        const support::ErrorWatch watch(sink_);
        for (const TextMessage* host : root_.messages("hosts")) {
            read_host(*host);
        }
        for (const TextMessage* types : root_.messages("board_types")) {
            for (const TextMessage* board : types->messages("board_locations")) {
                read_board(*board);
            }
        }
        for (const TextMessage* links : root_.messages("eth_connections")) {
            for (const TextMessage* link : links->messages("connection")) {
                read_link(*link);
            }
        }
        std::optional<Cluster> cluster = std::move(assembly_).finish(sink_);
        return watch.saw_error() ? std::nullopt : std::move(cluster);
    }

  private:
    std::uint32_t small(const TextMessage& message, std::string_view name) {
        return static_cast<std::uint32_t>(number_in(message, name, sink_));
    }

    void read_host(const TextMessage& message) {
        Host host;
        host.name = text_in(message, "hostname", sink_);
        host.motherboard = text_in(message, "motherboard", sink_);
        host.hall = text_in(message, "hall", sink_);
        host.aisle = text_in(message, "aisle", sink_);
        host.group = text_in(message, "group_name", sink_);
        if (message.find("rack") != nullptr) {
            host.rack = small(message, "rack");
        }
        if (message.find("shelf_u") != nullptr) {
            host.shelf = small(message, "shelf_u");
        }
        hosts_.push_back(assembly_.add_host(std::move(host), message.span));
    }

    std::optional<std::uint32_t> host_id(const TextMessage& message) {
        const std::uint32_t id = small(message, "host_id");
        if (id < hosts_.size()) {
            return id;
        }
        const TextMessage::Field* field = message.find("host_id");
        sink_.report(Diagnostic(kUnknownHostId, field == nullptr ? message.span : field->scalar.span,
                                fmt::format("there is no host {}; the file lists {} `hosts`, numbered from 0",
                                            id, hosts_.size())));
        return std::nullopt;
    }

    void read_board(const TextMessage& message) {
        const auto host = host_id(message);
        const std::string name = text_in(message, "board_type", sink_);
        const auto type = parse_board_type(name);
        if (!type) {
            sink_.report(
                Diagnostic(kUnknownBoardType, message.span,
                           fmt::format("`{}` is no board type that we know; its chips cannot be known "
                                       "either",
                                       name))
                    .with_severity(support::Severity::error));
        }
        if (!host || !type) {
            return;
        }
        Board board;
        board.tray = small(message, "tray_id");
        board.type = *type;
        const std::uint32_t ref = assembly_.add_board(hosts_[*host], board, message.span);
        const BoardFacts& facts = facts_of(*type);
        for (std::uint32_t k = 0; k < facts.chips; ++k) {
            Asic asic;
            asic.location = facts.first_location + k;
            asic.has_pcie = k < facts.pcie_chips;
            asics_[{*host, board.tray, asic.location}] = assembly_.add_asic(ref, asic, message.span);
        }
    }

    struct End {
        std::uint32_t asic;
        std::uint32_t channel;
    };

    std::optional<End> read_end(const TextMessage& link, std::string_view name) {
        const auto ends = link.messages(name);
        if (ends.empty()) {
            sink_.report(
                Diagnostic(kClusterMissingField, link.span, fmt::format("`{}` is missing here", name)));
            return std::nullopt;
        }
        const TextMessage& end = *ends.back();
        const auto host = host_id(end);
        if (!host) {
            return std::nullopt;
        }
        const std::uint32_t tray = small(end, "tray_id");
        const std::uint32_t location = small(end, "asic_location");
        const auto asic = asics_.find({*host, tray, location});
        if (asic == asics_.end()) {
            sink_.report(Diagnostic(kUnknownChip, end.span,
                                    fmt::format("there is no chip at location {} on tray {} of host {} in "
                                                "`board_types`",
                                                location, tray, *host)));
            return std::nullopt;
        }
        return End{asic->second, small(end, "chan_id")};
    }

    void read_link(const TextMessage& link) {
        const auto a = read_end(link, "endpoint_a");
        const auto b = read_end(link, "endpoint_b");
        if (a && b) {
            assembly_.add_link(a->asic, a->channel, b->asic, b->channel, link.span);
        }
    }

    const TextMessage& root_;
    DiagnosticSink& sink_;
    ClusterAssembly assembly_;
    std::vector<std::uint32_t> hosts_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> asics_;
};

}  // namespace

bool looks_like_factory_system_descriptor(const TextMessage& root) {
    return root.find("board_types") != nullptr || root.find("eth_connections") != nullptr;
}

std::optional<Cluster> read_factory_system_descriptor(const TextMessage& root, DiagnosticSink& sink) {
    return FactoryReader(root, sink).read();
}

}  // namespace tt_run::topology
