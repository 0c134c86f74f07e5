#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "support/counted.hpp"
#include "support/utf8.hpp"
#include "topology/physical/asic_buckets.hpp"
#include "topology/physical/cluster_draft.hpp"
#include "topology/physical/diagnostic_kinds.hpp"

namespace tt_run::topology {

using support::Diagnostic;
using support::DiagnosticSink;

namespace {

/// Where nothing else limits it: no chip that we know of has more.
constexpr std::uint32_t kMostChannels = 64;

std::uint32_t channel_limit(ChipArchitecture architecture) {
    const std::uint32_t channels = facts_of(architecture).ethernet_channels;
    return channels == 0 ? kMostChannels : channels;
}

/// What is said of a host is shown on terminals and in pictures, and saved.
void check_texts(const ClusterDraft& draft, DiagnosticSink& sink) {
    struct Field {
        std::string Host::*member;
        const char* name;
    };
    constexpr Field kFields[] = {{&Host::name, "name"},
                                 {&Host::motherboard, "motherboard"},
                                 {&Host::io_device_type, "kind of devices"},
                                 {&Host::ethernet_firmware, "ethernet firmware"},
                                 {&Host::firmware_bundle, "firmware bundle"},
                                 {&Host::driver_version, "driver version"},
                                 {&Host::hall, "hall"},
                                 {&Host::aisle, "aisle"},
                                 {&Host::group, "group"}};
    for (std::size_t k = 0; k < draft.hosts.size(); ++k) {
        for (const Field& field : kFields) {
            if (!support::is_plain_text(draft.hosts[k].*field.member)) {
                sink.report(Diagnostic(kClusterBadValue, draft.span_of(draft.host_places[k]),
                                       fmt::format("the {} of host `{}` holds characters that cannot be "
                                                   "shown on a line",
                                                   field.name, draft.hosts[k].name))
                                .help("write it in plain text, in UTF-8"));
            }
        }
    }
}

void check_unique_ids(const ClusterDraft& draft, DiagnosticSink& sink) {
    const std::vector<std::uint32_t>& order = draft.by_unique_id;
    for (std::size_t k = 1; k < order.size(); ++k) {
        if (*draft.asics[order[k]].unique_id == *draft.asics[order[k - 1]].unique_id) {
            sink.report(Diagnostic(kDuplicateUniqueId, draft.span_of(draft.asic_places[order[k]]),
                                   fmt::format("unique id {} is that of two chips, `{}` and `{}`",
                                               *draft.asics[order[k]].unique_id,
                                               draft.asic_name(order[k - 1]), draft.asic_name(order[k])))
                            .also(draft.span_of(draft.asic_places[order[k - 1]]), "the other one")
                            .help("if both files describe one host, give only one of them"));
        }
    }
}

void check_pci_devices(const ClusterDraft& draft, DiagnosticSink& sink) {
    for (const Host& host : draft.hosts) {
        std::vector<std::uint32_t> order;
        for (std::uint32_t k = host.first_asic; k < host.first_asic + host.asic_count; ++k) {
            if (draft.asics[k].pci) {
                order.push_back(k);
            }
        }
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return *draft.asics[a].pci < *draft.asics[b].pci;
        });
        for (std::size_t k = 1; k < order.size(); ++k) {
            if (draft.asics[order[k]].pci == draft.asics[order[k - 1]].pci) {
                sink.report(Diagnostic(kDuplicatePciDevice, draft.span_of(draft.asic_places[order[k]]),
                                       fmt::format("PCI function `{}` of host `{}` is that of two chips",
                                                   draft.asics[order[k]].pci->text(), host.name))
                                .also(draft.span_of(draft.asic_places[order[k - 1]]), "the other one"));
            }
        }
    }
}

void check_boards(const ClusterDraft& draft, DiagnosticSink& sink) {
    for (const Host& host : draft.hosts) {
        const std::uint32_t end = host.first_board + host.board_count;
        for (std::uint32_t k = host.first_board; k < end; ++k) {
            const Board& board = draft.boards[k];
            const Board& first = draft.boards[host.first_board];
            if (board.architecture != first.architecture) {
                sink.report(
                    Diagnostic(kMixedArchitectures, draft.span_of(draft.board_places[k]),
                               fmt::format("host `{}` has {} and {} boards; the chips of one host are "
                                           "of one architecture",
                                           host.name, topology::name_of(first.architecture),
                                           topology::name_of(board.architecture)))
                        .also(draft.span_of(draft.board_places[host.first_board]),
                              fmt::format("this one is {}", topology::name_of(first.architecture))));
                break;
            }
            const std::uint32_t usual = facts_of(board.type).chips;
            const bool may_be_part = is_galaxy_tray(board.type) && board.asic_count < usual;
            if (usual != 0 && board.asic_count != usual && !may_be_part) {
                sink.report(Diagnostic(kBoardSize, draft.span_of(draft.board_places[k]),
                                       fmt::format("the {} on tray {} of host `{}` has {}; this type "
                                                   "has {}",
                                                   topology::name_of(board.type), board.tray, host.name,
                                                   support::counted(board.asic_count, "chip"), usual)));
            }
        }
    }
}

void check_firmware(const ClusterDraft& draft, DiagnosticSink& sink) {
    struct Field {
        std::string Host::*member;
        const char* name;
    };
    for (const Field& field : {Field{&Host::ethernet_firmware, "ethernet firmware"},
                               Field{&Host::firmware_bundle, "firmware bundle"}}) {
        const Host* first = nullptr;
        for (std::size_t k = 0; k < draft.hosts.size(); ++k) {
            const std::string& version = draft.hosts[k].*field.member;
            if (version.empty()) {
                continue;
            }
            if (first == nullptr) {
                first = &draft.hosts[k];
            } else if (version != first->*field.member) {
                sink.report(Diagnostic(kFirmwareMismatch, draft.span_of(draft.host_places[k]),
                                       fmt::format("host `{}` has {} {}, host `{}` has {}; all hosts of a "
                                                   "system need the same",
                                                   draft.hosts[k].name, field.name, version, first->name,
                                                   first->*field.member))
                                .help("flash all hosts with one version"));
                break;
            }
        }
    }
}

}  // namespace

void check_hardware(const ClusterDraft& draft, DiagnosticSink& sink) {
    check_texts(draft, sink);
    check_unique_ids(draft, sink);
    check_pci_devices(draft, sink);
    check_boards(draft, sink);
    check_firmware(draft, sink);
}

void check_channels(const ClusterDraft& draft, DiagnosticSink& sink) {
    // A file with far too many links would otherwise be answered with as many diagnostics.
    std::uint64_t most = 0;
    for (const Board& board : draft.boards) {
        most += std::uint64_t{board.asic_count} * channel_limit(board.architecture);
    }
    const std::uint64_t ends = draft.links.size() * 2 + draft.open_ends.size();
    if (ends > most * 2 + 64) {
        const ClusterDraft::Place& place =
            draft.links.empty() ? draft.open_ends.back().place : draft.links.back().place;
        sink.report(
            Diagnostic(kTooManyLinks, draft.span_of(place),
                       fmt::format("{} links are listed, but {} chips have {} ethernet channels in all",
                                   draft.links.size() + draft.open_ends.size(), draft.asics.size(), most))
                .note("each channel has one link"));
        return;
    }

    struct Use {
        LinkEnd end;
        std::uint32_t link;
    };
    std::vector<Use> uses;
    uses.reserve(draft.links.size() * 2 + draft.open_ends.size());
    for (std::uint32_t k = 0; k < draft.links.size(); ++k) {
        uses.push_back({draft.links[k].link.a, k});
        uses.push_back({draft.links[k].link.b, k});
    }
    const auto first_open = static_cast<std::uint32_t>(draft.links.size());
    for (std::uint32_t k = 0; k < draft.open_ends.size(); ++k) {
        uses.push_back({draft.open_ends[k].end.near, first_open + k});
    }
    sort_by_asic(
        uses, draft.asics.size(), [](const Use& use) { return use.end.asic; },
        [](const Use& a, const Use& b) { return std::tie(a.end, a.link) < std::tie(b.end, b.link); });
    const auto place_of = [&](std::uint32_t link) {
        return link < first_open ? draft.links[link].place : draft.open_ends[link - first_open].place;
    };
    for (std::size_t k = 0; k < uses.size(); ++k) {
        const std::uint32_t asic = uses[k].end.asic.value;
        const ChipArchitecture architecture = draft.boards[draft.asics[asic].board.value].architecture;
        if (uses[k].end.channel >= channel_limit(architecture)) {
            sink.report(
                Diagnostic(kChannelOutOfRange, draft.span_of(place_of(uses[k].link)),
                           fmt::format("chip `{}` has no ethernet channel {}; a {} chip has channels 0 "
                                       "to {}",
                                       draft.asic_name(asic), uses[k].end.channel,
                                       topology::name_of(architecture), channel_limit(architecture) - 1)));
        }
        if (k > 0 && uses[k].end == uses[k - 1].end && uses[k].link != uses[k - 1].link) {
            sink.report(
                Diagnostic(kChannelConflict, draft.span_of(place_of(uses[k].link)),
                           fmt::format("channel {} of chip `{}` has two links; a channel sees one other",
                                       uses[k].end.channel, draft.asic_name(asic)))
                    .also(draft.span_of(place_of(uses[k - 1].link)), "the other link"));
        }
    }
}

}  // namespace tt_run::topology
