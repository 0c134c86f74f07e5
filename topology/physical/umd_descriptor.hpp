#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/diagnostic.hpp"
#include "support/yaml_document.hpp"
#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// One host's cluster descriptor, as the vendor's UMD library writes it (schema 1.0.0 and older dialects),
/// read but not yet interpreted. Source: that schema and captured files.
struct UmdDescriptor {
    struct Chip {
        std::int32_t chip = 0;
        ChipArchitecture architecture = ChipArchitecture::unknown;
        std::optional<std::uint64_t> unique_id;
        bool has_pcie = false;
        std::int32_t device_number = -1;
        std::int32_t bus = -1;
        std::optional<PciAddress> pci;
        std::optional<EthernetCoordinate> coordinate;
        std::optional<Harvesting> harvesting;
        std::optional<std::uint32_t> location;  ///< `asic_locations`
        std::optional<std::uint32_t> tray;      ///< our own `tt_run_tray_ids`
        std::optional<std::size_t> board;       ///< position in `boards`
        std::optional<BoardType> type;          ///< legacy `chip_to_boardtype`
        support::Span place;
    };
    struct Board {
        std::optional<std::uint64_t> board_id;  ///< nothing for a board that we made up for a stray chip
        BoardType type = BoardType::unknown;
        support::Span place;
    };
    /// Positions in `chips`.
    struct LocalLink {
        std::size_t chip_a;
        std::uint32_t channel_a;
        std::size_t chip_b;
        std::uint32_t channel_b;
        support::Span place;
    };
    struct RemoteLink {
        std::size_t chip;
        std::uint32_t channel;
        std::uint64_t remote_unique_id;
        std::uint32_t remote_channel;
        support::Span place;
    };

    std::vector<Chip> chips;  ///< by chip number
    std::vector<Board> boards;
    std::vector<LocalLink> links;
    std::vector<RemoteLink> remote_links;
    std::string io_device_type;
    std::string cluster_id;  ///< newest files: the host's name
    support::SourceTextPtr source;
    support::Span place;
};

/// True if the document's keys are those of a cluster descriptor.
bool looks_like_umd_descriptor(const support::YamlNode& root);

/// Keys that we do not know are passed over (old and new files have some); a near miss of a known key is
/// warned of. Empty exactly when it reported an error.
std::optional<UmdDescriptor> read_umd_descriptor(const support::SourceTextPtr& source,
                                                 const support::YamlNode& root,
                                                 support::DiagnosticSink& sink);

}  // namespace tt_run::topology
