#include <fmt/format.h>

#include "support/yaml_document.hpp"
#include "test/fuzz/target.hpp"
#include "topology/draw/draw_cluster.hpp"
#include "topology/draw/missing_links.hpp"
#include "topology/draw/pen_text.hpp"
#include "topology/mgd/text_message.hpp"
#include "topology/physical/cabling_descriptor.hpp"
#include "topology/physical/cabling_union.hpp"
#include "topology/physical/cluster_file.hpp"
#include "topology/physical/cluster_json.hpp"
#include "topology/physical/cluster_mapping.hpp"
#include "topology/physical/cluster_text.hpp"
#include "topology/physical/deployment_descriptor.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/saved_cluster.hpp"
#include "topology/physical/synthetic_string.hpp"
#include "topology/physical/synthetic_system.hpp"
#include "topology/physical/system_descriptor.hpp"
#include "topology/physical/umd_descriptor.hpp"
#include "topology/physical/umd_export.hpp"
#include "topology/physical/umd_join.hpp"
#include "topology/physical/visible_devices.hpp"

namespace tt_run::fuzz {

using support::DiagnosticSink;
using support::SourceTextPtr;
using support::YamlNode;
using topology::Cluster;
using topology::TextMessage;

namespace {

constexpr std::size_t kMostDrawnChips = 64;

std::optional<YamlNode> yaml_of(const SourceTextPtr& source) {
    return load_checked([&](auto& sink) { return support::parse_yaml(source, sink); });
}

std::optional<TextMessage> message_of(const SourceTextPtr& source) {
    return load_checked(
        [&](auto& sink) { return topology::parse_text_message(source, topology::kClusterSyntax, sink); });
}

/// Every form that a cluster can be given holds it, and our own gives it back.
void check_cluster(const std::optional<Cluster>& cluster) {
    if (!cluster) {
        return;
    }
    render_cluster_text(*cluster);
    for (const std::string& form : {render_cluster_json(*cluster), render_cluster_yaml(*cluster)}) {
        const SourceTextPtr source = as_source(form);
        demand(topology::begins_as_saved_cluster(source), "a saved cluster is known as one");
        DiagnosticSink sink;
        const auto again = topology::read_saved_cluster(source, sink);
        demand(again && again->same_hardware(*cluster), "a saved cluster is the same hardware");
    }
    export_umd_descriptors(*cluster, "name");
    if (cluster->asics().size() <= kMostDrawnChips) {
        render_text(draw_cluster(*cluster, topology::draw::judge_links(*cluster)), {});
    }
}

void read_umd(std::string_view bytes) {
    std::vector<topology::HostDescriptor> hosts;
    for (const std::string_view part : parts_of(bytes)) {
        const SourceTextPtr source = as_source(part, fmt::format("host-{}.yaml", hosts.size()));
        const auto root = yaml_of(source);
        if (!root || !topology::looks_like_umd_descriptor(*root)) {
            return;
        }
        auto descriptor =
            load_checked([&](auto& sink) { return topology::read_umd_descriptor(source, *root, sink); });
        if (!descriptor) {
            return;
        }
        std::string name = descriptor->cluster_id.empty() ? source->name() : descriptor->cluster_id;
        hosts.push_back({*std::move(descriptor), std::move(name), std::nullopt, {}});
    }
    check_cluster(load_checked([&](auto& sink) {
        return topology::join_umd_descriptors(std::move(hosts), topology::Origin::imported, "input", sink);
    }));
}

template <class LooksLike, class Read>
void read_yaml_cluster(std::string_view bytes, LooksLike looks_like, Read read) {
    const SourceTextPtr source = as_source(bytes);
    if (const auto root = yaml_of(source); root && looks_like(*root)) {
        check_cluster(load_checked([&](auto& sink) { return read(source, *root, sink); }));
    }
}

void read_saved(std::string_view bytes) {
    const SourceTextPtr source = as_source(bytes);
    const auto cluster = load_checked([&](auto& sink) { return topology::read_saved_cluster(source, sink); });
    demand(!cluster || yaml_of(source), "what is read row by row is a document");
    check_cluster(cluster);
}

template <class LooksLike, class Read>
void read_text_cluster(std::string_view bytes, LooksLike looks_like, Read read) {
    const SourceTextPtr source = as_source(bytes);
    if (const auto message = message_of(source); message && looks_like(*message)) {
        check_cluster(load_checked([&](auto& sink) { return read(*message, sink); }));
    }
}

void read_cabling(std::string_view bytes) {
    const std::vector<std::string_view> parts = parts_of(bytes);
    const SourceTextPtr cabling_text = as_source(parts.front());
    const SourceTextPtr deployment_text = as_source(parts.back());
    const auto cabling = message_of(cabling_text);
    const auto deployment = message_of(deployment_text);
    if (cabling && deployment && topology::looks_like_cabling_descriptor(*cabling)) {
        check_cluster(load_checked([&](auto& sink) {
            return topology::read_cabling_descriptor(*cabling, parts.size() > 1 ? &*deployment : nullptr,
                                                     sink);
        }));
    }
}

void unite(std::string_view bytes) {
    std::vector<TextMessage> cablings;
    for (const std::string_view part : parts_of(bytes)) {
        auto cabling = message_of(as_source(part, fmt::format("{}.textproto", cablings.size())));
        if (!cabling) {
            return;
        }
        cablings.push_back(*std::move(cabling));
    }
    std::vector<const TextMessage*> all;
    for (const TextMessage& cabling : cablings) {
        all.push_back(&cabling);
    }
    const auto united = load_checked([&](auto& sink) { return topology::unite_cablings(all, sink); });
    if (united) {
        check_cluster(load_checked(
            [&](auto& sink) { return topology::read_cabling_descriptor(*united, nullptr, sink); }));
    }
}

/// Two of each: itself again, and with one cable elsewhere.
std::vector<std::string> cabling_pairs() {
    const std::string_view one =
        R"(graph_templates { key: "g" value { children { name: "a" node_ref { node_descriptor: "WH_GALAXY_X_TORUS" } }
internal_connections { key: "QSFP_DD" value { connections { port_a { path: "a" tray_id: 1 port_id: 2 } port_b {
path: "a" tray_id: 3 port_id: 2 } } } } } }
root_instance { template_name: "g" child_mappings { key: "a" value { host_id: 0 } } }
)";
    std::string other(one);
    other.replace(other.find("3 port_id"), 1, "2");
    return {fmt::format("{}%%\n{}", one, one), fmt::format("{}%%\n{}", one, other)};
}

void read_cluster_mapping(std::string_view bytes) {
    if (const auto root = yaml_of(as_source(bytes)); root && topology::looks_like_mapping(*root)) {
        load_checked([&](auto& sink) { return topology::read_mapping(*root, sink); });
    }
}

void recognise(std::string_view bytes) {
    const SourceTextPtr source = as_source(bytes);
    const auto kind = topology::recognise_cluster_file(source);
    const auto file =
        load_checked([&](auto& sink) { return topology::parse_cluster_file(source, "input", sink); });
    demand(!file || !kind || file->kind == *kind, "a file is taken for one kind only");
}

void build_synthetic(std::string_view bytes) {
    const SourceTextPtr source = as_source(bytes);
    const support::Span text{source, 0, bytes.size()};
    DiagnosticSink sink;
    const auto system = topology::parse_synthetic(text, sink);
    check_diagnostics(sink);
    // Larger systems are imagined as fast as memory can be filled, which is no news to a fuzzer.
    if (!system || std::uint64_t{system->count} * 32 <= 4096) {
        check_cluster(load_checked([&](auto& s) { return topology::build_synthetic(text, s); }));
    }
}

void read_visible_devices(std::string_view bytes) {
    static const std::vector<Cluster> clusters = [] {
        std::vector<Cluster> made;
        for (const char* name : {"t3k", "wh-galaxy", "p150*8"}) {
            DiagnosticSink sink;
            made.push_back(*topology::build_synthetic(name, sink));
        }
        return made;
    }();
    const SourceTextPtr source = as_source(bytes);
    for (const Cluster& cluster : clusters) {
        for (const auto rule : {topology::VisibleDevicesRule::live, topology::VisibleDevicesRule::mock}) {
            const topology::HostIndex host{};
            const auto visible = load_checked([&](auto& sink) {
                return topology::resolve_visible_devices(cluster, host,
                                                         support::Span{source, 0, bytes.size()}, rule, sink);
            });
            if (!visible || visible->devices.empty()) {
                continue;
            }
            const SourceTextPtr written =
                as_source(topology::render_visible_devices(cluster, host, visible->devices, rule));
            const auto again = load_checked([&](auto& sink) {
                return topology::resolve_visible_devices(
                    cluster, host, support::Span{written, 0, written->text().size()}, rule, sink);
            });
            demand(again && again->chips == visible->chips, "devices as we write them are these devices");
            check_cluster(topology::visible_cluster(cluster, visible->chips));
        }
    }
}

std::vector<std::string> synthetic_strings() {
    std::vector<std::string> strings;
    for (const topology::SyntheticWord& word : topology::synthetic_words()) {
        strings.emplace_back(word.word);
    }
    for (const char* more :
         {"n300*4", "wh-galaxy*4@torus2x2", "wh-galaxy*5@all-to-all:4", "bh-galaxy*2@line:3",
          "t3k-link:0/1/0/14-chip:0/2/1", "t3k*2@ring-host:host-1", "wh-galaxy-board:0/3",
          "t3k-link:0/1/0~0/1/1", "p150*8@none", "bh-galaxy*999999999", "wh-galaxy*3@mesh3x1:16"}) {
        strings.emplace_back(more);
    }
    return strings;
}

std::vector<std::string> device_lists() {
    return {"0",
            "0,1",
            "",
            " 3 , 2",
            "0000:b1:00.0,0000:ca:00.0",
            "b1:00.0",
            "0-3",
            "0-4000000000",
            "-1",
            "99999999999999999999",
            "0,,1",
            "0000:B1:00.0",
            "(0,0)-(1,3)"};
}

}  // namespace

std::vector<Target> cluster_targets() {
    return {
        {.name = "cabling", .endings = {".textproto"}, .run = read_cabling},
        {.name = "cabling-union", .endings = {".textproto"}, .run = unite, .made = cabling_pairs},
        {.name = "cluster-kind", .endings = {".yaml", ".textproto", ".json"}, .run = recognise},
        {.name = "cluster-mapping", .endings = {".yaml"}, .run = read_cluster_mapping},
        {.name = "deployment",
         .endings = {".textproto"},
         .run =
             [](std::string_view bytes) {
                 read_text_cluster(bytes, topology::looks_like_deployment_descriptor,
                                   topology::read_deployment_descriptor);
             }},
        {.name = "factory-system",
         .endings = {".textproto"},
         .run =
             [](std::string_view bytes) {
                 read_text_cluster(bytes, topology::looks_like_factory_system_descriptor,
                                   topology::read_factory_system_descriptor);
             }},
        {.name = "physical-system",
         .endings = {".textproto"},
         .run =
             [](std::string_view bytes) {
                 read_text_cluster(bytes, topology::looks_like_physical_system_descriptor,
                                   topology::read_physical_system_descriptor);
             }},
        {.name = "saved-cluster",
         .largest = 16384,
         .endings = {".json", ".yaml"},
         .run = read_saved,
         .made =
             [] {
                 DiagnosticSink sink;
                 return std::vector<std::string>{
                     render_cluster_json(*topology::build_synthetic("n300", sink)),
                     render_cluster_yaml(*topology::build_synthetic("n300*2", sink))};
             }},
        {.name = "synthetic", .largest = 128, .run = build_synthetic, .made = synthetic_strings},
        {.name = "system-dump",
         .endings = {".yaml"},
         .run =
             [](std::string_view bytes) {
                 read_yaml_cluster(bytes, topology::looks_like_physical_system_dump,
                                   topology::read_physical_system_dump);
             }},
        {.name = "umd", .largest = 16384, .endings = {".yaml"}, .run = read_umd},
        {.name = "visible-devices", .largest = 256, .run = read_visible_devices, .made = device_lists},
    };
}

}  // namespace tt_run::fuzz
