#include "topology/physical/visible_devices.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "support/text.hpp"
#include "topology/physical/cluster_subset.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;
using support::Span;

namespace {

constexpr std::uint32_t kWholeBoardChips = 2;

bool is_all(std::string_view text, std::string_view letters) {
    return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

bool is_number(std::string_view text) {
    return is_all(text, "0123456789");
}

bool is_address(std::string_view text) {
    return is_all(text, "0123456789abcdefABCDEF:.") && text.find_first_of(":.") != std::string_view::npos;
}

/// The devices of a host in the order in which integers count them.
std::vector<AsicIndex> numbered_devices(const Cluster& cluster, const Host& host, VisibleDevicesRule rule) {
    std::vector<AsicIndex> devices;
    for (std::uint32_t k = host.first_asic; k < host.first_asic + host.asic_count; ++k) {
        if (cluster.asics()[k].has_pcie) {
            devices.push_back(AsicIndex{k});
        }
    }
    std::stable_sort(devices.begin(), devices.end(), [&](AsicIndex a, AsicIndex b) {
        const Asic& left = cluster.asic(a);
        const Asic& right = cluster.asic(b);
        if (rule == VisibleDevicesRule::mock) {
            return left.chip < right.chip;
        }
        // Lower-case addresses of fixed width sort as texts just as they do as numbers.
        return std::tie(left.pci, left.bus, left.chip) < std::tie(right.pci, right.bus, right.chip);
    });
    return devices;
}

std::string address_of(const Asic& asic) {
    return asic.pci        ? asic.pci->text()
           : asic.bus >= 0 ? fmt::format("0000:{:02x}:00.0", asic.bus & 0xFF)
                           : "";
}

class Resolver {
  public:
    Resolver(const Cluster& cluster, HostIndex host, VisibleDevicesRule rule, DiagnosticSink& sink)
        : cluster_(cluster),
          host_(cluster.host(host)),
          rule_(rule),
          sink_(sink),
          devices_(numbered_devices(cluster, host_, rule)) {}

    std::optional<VisibleDevices> resolve(const std::optional<Span>& value) {
        const support::ErrorWatch watch(sink_);
        const std::string_view text = value ? support::trim(value->text()) : std::string_view();
        if (!value || (text.empty() && rule_ == VisibleDevicesRule::mock)) {
            for (std::uint32_t k = 0; k < host_.asic_count; ++k) {
                chosen_.insert(AsicIndex{host_.first_asic + k});
            }
        } else {
            for (const Span& token : support::split_span(*value, ',')) {
                if (!token.text().empty()) {
                    take(token);
                }
            }
        }
        if (watch.saw_error()) {
            return std::nullopt;
        }
        return spread();
    }

  private:
    void take(const Span& token) {
        if (is_address(token.text())) {
            take_address(token);
        } else if (is_number(token.text())) {
            take_number(token);
        } else {
            sink_.report(Diagnostic(kVisibleSyntax, token,
                                    fmt::format("`{}` is neither a number nor a PCI address", token.text()))
                             .help("list devices as in `0,1` or `0000:c1:00.0`"));
        }
    }

    void take_address(const Span& token) {
        std::size_t hits = 0;
        for (const AsicIndex device : devices_) {
            const std::string address = address_of(cluster_.asic(device));
            const bool hit = rule_ == VisibleDevicesRule::live
                                 ? address.find(token.text()) != std::string::npos
                                 : address == token.text();
            if (hit) {
                chosen_.insert(device);
                ++hits;
            }
        }
        if (hits != 0) {
            return;
        }
        Diagnostic unknown(kVisibleUnknown, token,
                           fmt::format("host `{}` has no device at `{}`", host_.name, token.text()));
        const bool upper = token.text().find_first_of("ABCDEF") != std::string_view::npos;
        unknown.note(fmt::format("it has {}", all_addresses()));
        if (upper) {
            unknown.help("PCI addresses are matched in lower case");
        } else if (rule_ == VisibleDevicesRule::mock) {
            unknown.help("on a descriptor the whole address must be given, `dddd:bb:dd.f`");
        }
        sink_.report(std::move(unknown));
    }

    std::string all_addresses() const {
        std::vector<std::string> addresses;
        for (const AsicIndex device : devices_) {
            const std::string address = address_of(cluster_.asic(device));
            if (!address.empty()) {
                addresses.push_back(fmt::format("`{}`", address));
            }
        }
        return addresses.empty() ? "no device whose address is known" : support::join(addresses, ", ");
    }

    void take_number(const Span& token) {
        const auto number = parse_number(token.text());
        if (rule_ == VisibleDevicesRule::live) {
            if (number && *number < devices_.size()) {
                chosen_.insert(devices_[*number]);
                return;
            }
            sink_.report(Diagnostic(
                kVisibleUnknown, token,
                fmt::format("host `{}` has no device {}; it has {}", host_.name, token.text(),
                            devices_.empty()
                                ? std::string("none")
                                : fmt::format("devices 0 to {}, by PCI address", devices_.size() - 1))));
            return;
        }
        for (std::uint32_t k = 0; k < host_.asic_count; ++k) {
            const AsicIndex asic{host_.first_asic + k};
            const Asic& one = cluster_.asic(asic);
            if (!number || one.chip < 0 || static_cast<std::uint64_t>(one.chip) != *number) {
                continue;
            }
            if (!one.has_pcie) {
                sink_.report(
                    Diagnostic(kVisibleUnknown, token,
                               fmt::format("chip {} of host `{}` has no PCIe and cannot be chosen by itself",
                                           token.text(), host_.name))
                        .help("name the chip of its board that has PCIe; the whole board comes with it"));
            }
            chosen_.insert(asic);
            return;
        }
        std::vector<std::string> numbers;
        for (const AsicIndex device : devices_) {
            numbers.push_back(fmt::format("{}", cluster_.asic(device).chip));
        }
        sink_.report(Diagnostic(kVisibleUnknown, token,
                                fmt::format("host `{}` has no chip {}; chips with PCIe are {}", host_.name,
                                            token.text(), support::join(numbers, ", "))));
    }

    VisibleDevices spread() const {
        VisibleDevices visible;
        std::set<AsicIndex> all = chosen_;
        for (const AsicIndex asic : chosen_) {
            const Board& board = cluster_.board_of(asic);
            if (!is_galaxy_tray(board.type) && board.asic_count <= kWholeBoardChips) {
                for (std::uint32_t k = 0; k < board.asic_count; ++k) {
                    all.insert(AsicIndex{board.first_asic + k});
                }
            }
        }
        visible.chips.assign(all.begin(), all.end());
        for (const AsicIndex device : devices_) {
            if (all.contains(device)) {
                visible.devices.push_back(device);
            }
        }
        return visible;
    }

    const Cluster& cluster_;
    const Host& host_;
    VisibleDevicesRule rule_;
    DiagnosticSink& sink_;
    std::vector<AsicIndex> devices_;
    std::set<AsicIndex> chosen_;
};

}  // namespace

VisibleDevicesRule rule_of(const Cluster& cluster) {
    return cluster.origin() == Origin::real ? VisibleDevicesRule::live : VisibleDevicesRule::mock;
}

std::optional<VisibleDevices> resolve_visible_devices(const Cluster& cluster, HostIndex host,
                                                      const std::optional<Span>& value,
                                                      VisibleDevicesRule rule, DiagnosticSink& sink) {
    return Resolver(cluster, host, rule, sink).resolve(value);
}

void check_visible_devices(const Cluster& cluster, const std::vector<RankView>& ranks, DiagnosticSink& sink) {
    std::vector<std::uint32_t> owner(cluster.asics().size(), UINT32_MAX);
    std::set<std::pair<std::uint32_t, std::uint32_t>> told;
    std::set<HostIndex> hosts;
    for (std::uint32_t k = 0; k < ranks.size(); ++k) {
        const RankView& rank = ranks[k];
        hosts.insert(rank.host);
        if (rank.visible.chips.empty()) {
            sink.report(
                Diagnostic(
                    kVisibleNone, rank.place,
                    fmt::format("{} sees no device of host `{}`", rank.rank, cluster.host(rank.host).name))
                    .help("TT_VISIBLE_DEVICES set to nothing hides every device; unset it to see all"));
        }
        for (const AsicIndex chip : rank.visible.chips) {
            std::uint32_t& first = owner[chip.value];
            if (first == UINT32_MAX) {
                first = k;
            } else if (told.emplace(first, k).second) {
                sink.report(
                    Diagnostic(kVisibleOverlap, rank.place,
                               fmt::format("{} and {} both see chip `{}`; each chip belongs to one rank",
                                           ranks[first].rank, rank.rank, cluster.name_of(chip)))
                        .also(ranks[first].place, fmt::format("{} sees it here", ranks[first].rank))
                        .help("give the ranks of one host different devices in TT_VISIBLE_DEVICES"));
            }
        }
    }
    std::size_t lost = 0;
    const Link* example = nullptr;
    std::uint32_t seen_by = 0;
    for (const Link& link : cluster.links()) {
        const std::uint32_t a = owner[link.a.asic.value];
        const std::uint32_t b = owner[link.b.asic.value];
        const AsicIndex hidden = a == UINT32_MAX ? link.a.asic : link.b.asic;
        // Hosts without any rank are not masked, they are just not used.
        if ((a == UINT32_MAX) != (b == UINT32_MAX) && hosts.contains(cluster.board_of(hidden).host)) {
            seen_by = example == nullptr ? std::min(a, b) : seen_by;
            example = example == nullptr ? &link : example;
            ++lost;
        }
    }
    if (example != nullptr) {
        sink.report(
            Diagnostic(kVisibleLosesLinks, ranks[seen_by].place,
                       fmt::format("{} link{} cannot be used, because one end is hidden from every rank",
                                   lost, lost == 1 ? "" : "s"))
                .note(fmt::format("one is `{}` with `{}`", cluster.name_of(example->a),
                                  cluster.name_of(example->b))));
    }
}

std::optional<Cluster> visible_cluster(const Cluster& cluster, const std::vector<AsicIndex>& chips) {
    Removal removal(cluster);
    removal.open_ends = true;
    removal.asics.assign(cluster.asics().size(), true);
    for (const AsicIndex chip : chips) {
        removal.asics[chip.value] = false;
    }
    return without(cluster, removal);
}

std::string render_visible_devices(const Cluster& cluster, HostIndex host,
                                   const std::vector<AsicIndex>& devices, VisibleDevicesRule rule) {
    const std::vector<AsicIndex> numbered = numbered_devices(cluster, cluster.host(host), rule);
    const bool addressed = std::all_of(devices.begin(), devices.end(), [&](AsicIndex device) {
        return cluster.asic(device).pci.has_value();
    });
    std::vector<std::string> words;
    for (std::size_t k = 0; k < numbered.size(); ++k) {
        if (std::find(devices.begin(), devices.end(), numbered[k]) == devices.end()) {
            continue;
        }
        const Asic& asic = cluster.asic(numbered[k]);
        words.push_back(addressed                          ? asic.pci->text()
                        : rule == VisibleDevicesRule::live ? fmt::format("{}", k)
                                                           : fmt::format("{}", asic.chip));
    }
    return support::join(words, ",");
}

}  // namespace tt_run::topology
