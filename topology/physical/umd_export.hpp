#pragma once

#include <string>
#include <vector>

#include "topology/physical/cluster.hpp"

namespace tt_run::topology {

/// A file to write: its name, relative to the directory of them all, and its content.
struct ExportedFile {
    std::string name;
    std::string content;
};

/// The cluster as cluster descriptors for the vendor's library: one `HOST.yaml` for each host and, first,
/// `NAME_mapping.yaml` that joins them (`rank_to_cluster_mock_cluster_desc`). What the format demands and the
/// cluster does not know is filled in soundly: board ids of the right type, buses of the right trays, usual
/// harvesting, unique ids. Reading the files back gives the same hosts, trays, locations, channels and links.
std::vector<ExportedFile> export_umd_descriptors(const Cluster& cluster, const std::string& name);

/// The numbers that the chips of a host have in its descriptor there, by position in `Cluster::asics_of`: as
/// found; where a chip has none, those with PCIe come first, by tray and location.
std::vector<std::int32_t> descriptor_chip_numbers(const Cluster& cluster, const Host& host);

}  // namespace tt_run::topology
