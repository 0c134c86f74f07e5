#include "sockets/socket_report.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "device/mesh_device_state.hpp"
#include "distributed/wait_report.hpp"
#include "fabric/time_model.hpp"
#include "fabric/traffic.hpp"
#include "job/variable_names.hpp"
#include "support/file.hpp"
#include "support/text.hpp"
#include "tt_run/device/warnings.hpp"

namespace tt_run::sockets {

namespace {

using LinkKey = std::tuple<fabric::NodeAt, fabric::NodeAt, std::uint32_t>;
struct LinkTotals {
    std::string from;
    std::string to;
    std::string link;
    std::uint64_t payload_bytes = 0;
    std::uint64_t packets = 0;
    fabric::Microseconds modelled{};
};

/// What this process has to report, and where.
class RankReport {
  public:
    /// Null without TT_RUN_REPORT.
    static RankReport* get() {
        static RankReport* const report = make();
        return report;
    }

    void add_connection(std::string json) {
        const std::lock_guard lock(mutex_);
        connections_.push_back(std::move(json));
    }

    void add_link(const LinkKey& key, const LinkTotals& totals) {
        const std::lock_guard lock(mutex_);
        LinkTotals& sum =
            links_.try_emplace(key, LinkTotals{totals.from, totals.to, totals.link}).first->second;
        sum.payload_bytes += totals.payload_bytes;
        sum.packets += totals.packets;
        sum.modelled += totals.modelled;
    }

    /// To tt-run, which writes it where it runs itself; else here.
    void write() const {
        const std::string text = render();
        if (distributed::WaitReport::get().hand_over(text)) {
            return;
        }
        std::error_code ignored;
        std::filesystem::create_directories(directory_, ignored);
        const std::string path = fmt::format("{}/rank{}.json", directory_, rank_);
        if (const auto written = support::write_file(path, text); !written) {
            device::warn(written.error().message());
        }
    }

  private:
    static RankReport* make() {
        const char* const directory = std::getenv(job::kReportVariable);
        if (directory == nullptr || *directory == '\0') {
            return nullptr;
        }
        auto* const report = new RankReport;
        report->directory_ = directory;
        report->rank_ = *distributed::DistributedContext::get_world_context()->rank();
        std::atexit([] { get()->write(); });
        return report;
    }

    std::string render() const {
        std::vector<std::string> links;
        for (const auto& [key, totals] : links_) {
            links.push_back(fmt::format(
                R"(  {{"from": "{}", "to": "{}", "link": "{}", "payload_bytes": {}, "packets": {}, "modelled_us": {:.3f}}})",
                totals.from, totals.to, totals.link, totals.payload_bytes, totals.packets,
                totals.modelled.count()));
        }
        return fmt::format(
            "{{\"schema\": \"tt-run-rank-report\", \"version\": 2, \"rank\": {},\n \"model\": \"{}\",\n "
            "\"connections\": [\n{}\n "
            "],\n "
            "\"links\": [\n{}\n ]}}\n",
            rank_, fabric::time_model({}, fabric::FabricConfig::mesh).label,
            support::join(connections_, ",\n"), support::join(links, ",\n"));
    }

    mutable std::mutex mutex_;
    std::string directory_;
    std::int32_t rank_ = 0;
    std::vector<std::string> connections_;
    std::map<LinkKey, LinkTotals> links_;
};

/// Inside a JSON string.
std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        safe += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    }
    return safe;
}

std::string link_name(const topology::Cluster& cluster, std::uint32_t index) {
    const topology::Link& link = cluster.links()[index];
    return fmt::format("{}/{}~{}/{}", cluster.name_of(link.a.asic), link.a.channel,
                       cluster.name_of(link.b.asic), link.b.channel);
}

fabric::NodeAt node_at(const fabric::FabricSystem& system, device::FabricNodeId id) {
    return *system.find({topology::MeshId{id.mesh_id}, topology::ChipId{id.chip_id}});
}

/// A connection's bytes on the links of its way; their modelled time, alone on it.
fabric::Microseconds report_links(RankReport& report, const SocketState& state, std::size_t connection,
                                  std::uint64_t bytes) {
    const fabric::ControlPlane* const plane = state.device->state().runtime->control_plane();
    if (plane == nullptr || state.sender_nodes[connection] == state.receiver_nodes[connection]) {
        return {};
    }
    const fabric::FabricSystem& system = plane->system();
    const fabric::Transfer transfer{node_at(system, state.sender_nodes[connection]),
                                    node_at(system, state.receiver_nodes[connection]), bytes,
                                    static_cast<std::uint32_t>(state.links[connection])};
    const fabric::FabricConfig config = plane->options().settings.config;
    fabric::PacketFormat format = fabric::packet_format(config);
    format.max_payload_bytes = state.payload;
    const auto traffic = count_traffic(*plane, {transfer}, format);
    if (!traffic) {
        return {};
    }
    for (const fabric::LinkTraffic& link : *traffic) {
        report.add_link({link.from, link.to, link.link},
                        {fabric::name_of(system.node(link.from)), fabric::name_of(system.node(link.to)),
                         link_name(system.cluster(), link.link), link.payload_bytes, link.packets,
                         fabric::sending_time(*plane, link)});
    }
    return predict_time(*plane, {transfer})->total;
}

}  // namespace

void report_socket(const SocketState& state) {
    RankReport* const report = RankReport::get();
    if (report == nullptr) {
        return;
    }
    const bool sends = state.endpoint == SocketEndpoint::sender;
    for (std::size_t k = 0; k < state.senders.size(); ++k) {
        if (!(sends ? state.senders[k] != nullptr : state.receivers[k] != nullptr)) {
            continue;
        }
        const std::uint64_t transfers = sends ? state.senders[k]->transfers : state.receivers[k]->transfers;
        const std::uint64_t bytes = sends ? state.senders[k]->bytes : state.receivers[k]->bytes;
        const fabric::Microseconds modelled =
            sends ? report_links(*report, state, k, bytes) : fabric::Microseconds{};
        report->add_connection(fmt::format(
            R"(  {{"socket": {}, "end": "{}", "sender_rank": {}, "receiver_rank": {}, "connection": {}, "from": "{}", )"
            R"("to": "{}", "made_at": "{}", "transfers": {}, "bytes": {}, "waited_seconds": {:.6f}, "modelled_us": {}}})",
            state.number, sends ? "sender" : "receiver", *state.config.sender_rank,
            *state.config.receiver_rank, k, state.sender_nodes[k].text(), state.receiver_nodes[k].text(),
            escaped(state.made_at), transfers, bytes, static_cast<double>(state.waited_ns->load()) * 1e-9,
            sends ? fmt::format("{:.3f}", modelled.count()) : "null"));
    }
}

}  // namespace tt_run::sockets
