#include "topology/physical/umd_join.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "topology/physical/cluster_assembly.hpp"
#include "topology/physical/diagnostic_kinds.hpp"
#include "topology/physical/umd_positions.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using Chip = UmdDescriptor::Chip;
using RemoteLink = UmdDescriptor::RemoteLink;

namespace {

void resolve_collisions(std::vector<HostDescriptor>& hosts, DiagnosticSink& sink) {
    std::set<std::string> taken;
    for (std::size_t k = 0; k < hosts.size(); ++k) {
        HostDescriptor& host = hosts[k];
        if (!taken.insert(host.host_name).second) {
            std::string renamed =
                fmt::format("{}__rank{}", host.host_name, host.rank.value_or(static_cast<std::uint32_t>(k)));
            while (!taken.insert(renamed).second) {
                renamed += "_";
            }
            sink.report(Diagnostic(kHostNameCollision, host.descriptor.place,
                                   fmt::format("a second descriptor is of host `{}`; it is called `{}`",
                                               host.host_name, renamed))
                            .note("if they are parts of one host, their links count as links between hosts"));
            host.host_name = renamed;
        }
    }
}

/// Switched-off units that no sound chip of the type has are worth a word, once per file.
void check_harvesting(const UmdDescriptor& descriptor, DiagnosticSink& sink) {
    const Chip* first = nullptr;
    std::size_t unusual = 0;
    for (const Chip& chip : descriptor.chips) {
        const BoardFacts& facts = facts_of(descriptor.boards[*chip.board].type);
        if (!chip.harvesting || facts.type == BoardType::unknown) {
            continue;
        }
        const int tensix = std::popcount(chip.harvesting->tensix);
        const int ethernet = std::popcount(chip.harvesting->ethernet);
        if (tensix != facts.expected_harvested_tensix ||
            ethernet != std::popcount(facts.expected_ethernet_mask)) {
            first = first == nullptr ? &chip : first;
            ++unusual;
        }
    }
    if (first == nullptr) {
        return;
    }
    const BoardFacts& facts = facts_of(descriptor.boards[*first->board].type);
    sink.report(
        Diagnostic(kHarvestingUnusual, first->place,
                   fmt::format("chip {} has {} tensix units and {} ethernet channels switched off; a {} "
                               "usually has {} and {}{}",
                               first->chip, std::popcount(first->harvesting->tensix),
                               std::popcount(first->harvesting->ethernet), facts.name,
                               facts.expected_harvested_tensix, std::popcount(facts.expected_ethernet_mask),
                               unusual > 1 ? fmt::format(" (and {} more like it)", unusual - 1) : "")));
}

/// A chip of one of the descriptors.
struct ChipRef {
    std::uint32_t host;
    std::uint32_t chip;
    auto operator<=>(const ChipRef&) const = default;
};

class Joiner {
  public:
    Joiner(std::vector<HostDescriptor>& hosts, ClusterAssembly& assembly, DiagnosticSink& sink)
        : hosts_(hosts), assembly_(assembly), sink_(sink) {}

    void run() {
        for (std::uint32_t host = 0; host < hosts_.size(); ++host) {
            add_host(host);
        }
        std::sort(by_unique_id_.begin(), by_unique_id_.end());
        index_remote_links();
        for (std::uint32_t host = 0; host < hosts_.size(); ++host) {
            const auto count = static_cast<std::uint32_t>(hosts_[host].descriptor.remote_links.size());
            for (std::uint32_t link = 0; link < count; ++link) {
                join(host, link);
            }
        }
    }

  private:
    void add_host(std::uint32_t index) {
        HostDescriptor& host = hosts_[index];
        const UmdDescriptor& descriptor = host.descriptor;
        Host made;
        made.name = host.host_name;
        made.motherboard = host.motherboard;
        made.rank = host.rank;
        made.io_device_type = descriptor.io_device_type;
        const std::uint32_t host_ref = assembly_.add_host(std::move(made), descriptor.place);

        const std::vector<TrayPosition> positions = derive_positions(descriptor, host.motherboard, sink_);
        std::map<std::pair<std::uint32_t, std::size_t>, std::uint32_t> boards;  // by tray and listed board
        std::vector<std::uint32_t> refs(descriptor.chips.size());
        for (std::size_t k = 0; k < descriptor.chips.size(); ++k) {
            const Chip& chip = descriptor.chips[k];
            const UmdDescriptor::Board& listed = descriptor.boards[*chip.board];
            const auto [board, is_new] = boards.try_emplace({positions[k].tray, *chip.board}, 0U);
            if (is_new) {
                Board one;
                one.tray = positions[k].tray;
                one.type = listed.type;
                one.architecture = chip.architecture;
                one.board_id = listed.board_id;
                board->second = assembly_.add_board(host_ref, one, listed.place);
            }
            refs[k] = assembly_.add_asic(board->second, asic_of(chip, positions[k]), chip.place);
            if (chip.unique_id) {
                by_unique_id_.push_back({*chip.unique_id, {index, static_cast<std::uint32_t>(k)}});
            }
        }
        for (const UmdDescriptor::LocalLink& link : descriptor.links) {
            assembly_.add_link(refs[link.chip_a], link.channel_a, refs[link.chip_b], link.channel_b,
                               link.place);
        }
        refs_.push_back(std::move(refs));
        check_harvesting(descriptor, sink_);
    }

    static Asic asic_of(const Chip& chip, const TrayPosition& position) {
        Asic asic;
        asic.location = position.location;
        asic.unique_id = chip.unique_id;
        asic.chip = chip.chip;
        asic.has_pcie = chip.has_pcie;
        asic.device_number = chip.device_number;
        asic.bus = chip.bus;
        asic.pci = chip.pci;
        asic.coordinate = chip.coordinate;
        asic.harvesting = chip.harvesting;
        return asic;
    }

    struct RemoteEnd {
        ChipRef chip;
        std::uint32_t channel;
        std::uint32_t link;
        auto operator<=>(const RemoteEnd&) const = default;
    };

    void index_remote_links() {
        for (std::uint32_t host = 0; host < hosts_.size(); ++host) {
            const std::vector<RemoteLink>& links = hosts_[host].descriptor.remote_links;
            for (std::uint32_t k = 0; k < links.size(); ++k) {
                remote_ends_.push_back(
                    {{host, static_cast<std::uint32_t>(links[k].chip)}, links[k].channel, k});
            }
        }
        std::sort(remote_ends_.begin(), remote_ends_.end());
    }

    std::optional<ChipRef> find_chip(std::uint64_t unique_id) const {
        const auto at =
            std::lower_bound(by_unique_id_.begin(), by_unique_id_.end(), unique_id,
                             [](const auto& entry, std::uint64_t key) { return entry.first < key; });
        return at == by_unique_id_.end() || at->first != unique_id ? std::nullopt : std::optional(at->second);
    }

    /// What the far host says of the channel; null if it says nothing.
    const RemoteLink* far_entry(const ChipRef& chip, std::uint32_t channel) const {
        const auto at =
            std::lower_bound(remote_ends_.begin(), remote_ends_.end(), RemoteEnd{chip, channel, 0});
        if (at == remote_ends_.end() || at->chip != chip || at->channel != channel) {
            return nullptr;
        }
        return &hosts_[chip.host].descriptor.remote_links[at->link];
    }

    void join(std::uint32_t host, std::uint32_t index) {
        const UmdDescriptor& descriptor = hosts_[host].descriptor;
        const RemoteLink& link = descriptor.remote_links[index];
        const Chip& chip = descriptor.chips[link.chip];
        const std::uint32_t near = refs_[host][link.chip];
        const auto far = find_chip(link.remote_unique_id);
        if (!far) {
            assembly_.add_open_end(near, link.channel, link.remote_unique_id, link.remote_channel,
                                   link.place);
            return;
        }
        const std::string near_name =
            fmt::format("chip {} channel {} of host `{}`", chip.chip, link.channel, hosts_[host].host_name);
        if (far->host == host) {
            sink_.report(
                Diagnostic(kContradictoryLink, link.place,
                           fmt::format("{} is listed as a link to another host, but chip {} is of this "
                                       "one",
                                       near_name, link.remote_unique_id))
                    .help("list it under `ethernet_connections`"));
            return;
        }
        const RemoteLink* back = far_entry(*far, link.remote_channel);
        const Chip& far_chip = hosts_[far->host].descriptor.chips[far->chip];
        const std::string far_name = fmt::format("chip {} channel {} of host `{}`", far_chip.chip,
                                                 link.remote_channel, hosts_[far->host].host_name);
        if (back == nullptr) {
            sink_.report(Diagnostic(kOneSidedLink, link.place,
                                    fmt::format("{} sees {}, which does not see it; the link is dropped",
                                                near_name, far_name))
                             .note("a link counts when both ends see it"));
            assembly_.add_open_end(near, link.channel, link.remote_unique_id, link.remote_channel,
                                   link.place);
        } else if (chip.unique_id != back->remote_unique_id || back->remote_channel != link.channel) {
            sink_.report(
                Diagnostic(kContradictoryLink, link.place,
                           fmt::format("{} sees {}, but that one sees another end", near_name, far_name))
                    .also(back->place, fmt::format("it sees chip {} channel {}", back->remote_unique_id,
                                                   back->remote_channel))
                    .help("capture all hosts again at one time"));
        } else if (std::tie(host, link.chip) < std::make_tuple(far->host, std::size_t{far->chip})) {
            assembly_.add_link(near, link.channel, refs_[far->host][far->chip], link.remote_channel,
                               link.place);
        }
    }

    std::vector<HostDescriptor>& hosts_;
    ClusterAssembly& assembly_;
    DiagnosticSink& sink_;
    std::vector<std::vector<std::uint32_t>> refs_;
    std::vector<std::pair<std::uint64_t, ChipRef>> by_unique_id_;
    std::vector<RemoteEnd> remote_ends_;
};

}  // namespace

std::optional<Cluster> join_umd_descriptors(std::vector<HostDescriptor> hosts, Origin origin,
                                            std::string source, DiagnosticSink& sink) {
    const support::ErrorWatch watch(sink);
    // One order for any order of files, so that warnings and renamed hosts come out the same.
    std::stable_sort(hosts.begin(), hosts.end(), [](const HostDescriptor& a, const HostDescriptor& b) {
        if (a.rank != b.rank) {
            return a.rank < b.rank;
        }
        return a.host_name != b.host_name ? natural_less(a.host_name, b.host_name)
                                          : a.descriptor.source->name() < b.descriptor.source->name();
    });
    resolve_collisions(hosts, sink);
    ClusterAssembly assembly(origin, std::move(source));
    Joiner(hosts, assembly, sink).run();
    std::optional<Cluster> cluster = std::move(assembly).finish(sink);
    return watch.saw_error() ? std::nullopt : std::move(cluster);
}

}  // namespace tt_run::topology
