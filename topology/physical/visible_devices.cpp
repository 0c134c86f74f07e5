#include "topology/physical/visible_devices.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "support/text.hpp"
#include "topology/physical/cluster_subset.hpp"
#include "topology/physical/description_reader.hpp"
#include "topology/physical/device_numbering.hpp"
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
        return std::tuple(address_of(cluster, a), left.chip) < std::tuple(address_of(cluster, b), right.chip);
    });
    return devices;
}

std::string address_text(const Cluster& cluster, AsicIndex device) {
    const auto address = address_of(cluster, device);
    return address ? address->text() : "";
}

/// "`a`, `b`, `c` and 5 more".
std::string some_of(const std::vector<Span>& tokens) {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> words;
    for (const Span& token : tokens) {
        if (words.size() == kShown) {
            break;
        }
        words.push_back(fmt::format("`{}`", token.text()));
    }
    const std::string more =
        tokens.size() > kShown ? fmt::format(" and {} more", tokens.size() - kShown) : "";
    return support::join(words, ", ") + more;
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
        report_unknown();
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
        bool is_there = false;
        for (const AsicIndex device : devices_) {
            const std::string address = address_text(cluster_, device);
            const bool hit = rule_ == VisibleDevicesRule::live
                                 ? address.find(token.text()) != std::string::npos
                                 : address == token.text();
            if (hit) {
                chosen_.insert(device);
                is_there = true;
            }
        }
        if (!is_there) {
            unknown_addresses_.push_back(token);
        }
    }

    void take_number(const Span& token) {
        const auto number = parse_number(token.text());
        if (rule_ == VisibleDevicesRule::live) {
            if (number && *number < devices_.size()) {
                chosen_.insert(devices_[*number]);
            } else {
                unknown_numbers_.push_back(token);
            }
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
        unknown_numbers_.push_back(token);
    }

    /// Lists made for another machine have nothing right in them: one sentence for each way of naming.
    void report_unknown() {
        if (!unknown_addresses_.empty()) {
            Diagnostic unknown(
                kVisibleUnknown, from_first_to_last(unknown_addresses_),
                fmt::format("host `{}` has no device at {}", host_.name, some_of(unknown_addresses_)));
            unknown.note(fmt::format("it has {}", all_addresses()));
            const auto any = [&](auto test) {
                return std::any_of(unknown_addresses_.begin(), unknown_addresses_.end(),
                                   [&](const Span& token) { return test(token.text()); });
            };
            if (any([](std::string_view text) {
                    return text.find_first_of("ABCDEF") != std::string_view::npos;
                })) {
                unknown.help("PCI addresses are matched in lower case");
            } else if (rule_ == VisibleDevicesRule::mock &&
                       any([](std::string_view text) { return !PciAddress::parse(text); })) {
                unknown.help("on a descriptor the whole address must be given, `dddd:bb:dd.f`");
            }
            sink_.report(std::move(unknown));
        }
        if (!unknown_numbers_.empty()) {
            sink_.report(Diagnostic(kVisibleUnknown, from_first_to_last(unknown_numbers_),
                                    fmt::format("host `{}` has no {} {}; {}", host_.name,
                                                rule_ == VisibleDevicesRule::live ? "device" : "chip",
                                                some_of(unknown_numbers_), all_numbers())));
        }
    }

    static Span from_first_to_last(const std::vector<Span>& tokens) {
        return {tokens.front().source, tokens.front().begin, tokens.back().end};
    }

    std::string all_addresses() const {
        std::vector<std::string> addresses;
        for (const AsicIndex device : devices_) {
            const std::string address = address_text(cluster_, device);
            if (!address.empty()) {
                addresses.push_back(fmt::format("`{}`", address));
            }
        }
        return addresses.empty() ? "no device whose address is known" : support::join(addresses, ", ");
    }

    std::string all_numbers() const {
        if (rule_ == VisibleDevicesRule::live) {
            return devices_.empty()
                       ? "it has none"
                       : fmt::format("it has devices 0 to {}, by PCI address", devices_.size() - 1);
        }
        std::vector<std::string> numbers;
        for (const AsicIndex device : devices_) {
            numbers.push_back(fmt::format("{}", cluster_.asic(device).chip));
        }
        return fmt::format("chips with PCIe are {}", support::join(numbers, ", "));
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
    std::vector<Span> unknown_addresses_;
    std::vector<Span> unknown_numbers_;
};

}  // namespace

VisibleDevicesRule rule_of(const Cluster& cluster) {
    const bool counts_chips = cluster.origin() != Origin::real &&
                              std::any_of(cluster.asics().begin(), cluster.asics().end(),
                                          [](const Asic& asic) { return asic.has_pcie && asic.chip >= 0; });
    return counts_chips ? VisibleDevicesRule::mock : VisibleDevicesRule::live;
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
        sink.report(Diagnostic(kVisibleLosesLinks, ranks[seen_by].place,
                               fmt::format("{} cannot be used, because one end is hidden from every rank",
                                           support::counted(lost, "link")))
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
    const auto all = [&](auto test) {
        return std::all_of(devices.begin(), devices.end(),
                           [&](AsicIndex device) { return test(device, cluster.asic(device)); });
    };
    const bool stated = all([](AsicIndex, const Asic& asic) { return asic.pci.has_value(); });
    const bool counted =
        rule == VisibleDevicesRule::mock && all([](AsicIndex, const Asic& asic) { return asic.chip >= 0; });
    const bool addressed = stated || (!counted && all([&](AsicIndex device, const Asic&) {
                               return address_of(cluster, device).has_value();
                           }));
    std::vector<std::string> words;
    for (std::size_t k = 0; k < numbered.size(); ++k) {
        if (std::find(devices.begin(), devices.end(), numbered[k]) != devices.end()) {
            words.push_back(addressed ? address_text(cluster, numbered[k])
                            : counted ? fmt::format("{}", cluster.asic(numbered[k]).chip)
                                      : fmt::format("{}", k));
        }
    }
    return support::join(words, ",");
}

}  // namespace tt_run::topology
