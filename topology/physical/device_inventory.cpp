#include "topology/physical/device_inventory.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <tuple>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "support/text.hpp"
#include "support/utf8.hpp"

namespace tt_run::topology {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kClassPrefix = "tenstorrent!";
constexpr int kMostDevices = 4096;

/// Attributes whose name is `tt_` + part + `_ver`.
constexpr std::string_view kFirmwareParts[] = {"fw_bundle", "m3app_fw", "m3bl_fw",
                                               "arc_fw",    "eth_fw",   "ttflash"};

/// A small file's text, trimmed; empty if it cannot be read. Attributes are read in one go, as sysfs
/// gives them.
std::string attribute(const fs::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return {};
    }
    char block[4096];
    const ssize_t got = ::read(file, block, sizeof block);
    ::close(file);
    return got <= 0 ? std::string()
                    : std::string(support::trim(std::string_view(block, static_cast<std::size_t>(got))));
}

/// The same of a name or a version; empty if it holds what cannot be shown.
std::string word_in(const fs::path& path) {
    std::string text = attribute(path);
    return support::is_plain_text(text) ? text : std::string();
}

std::optional<std::uint64_t> hexadecimal(std::string_view text) {
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
    }
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    const bool whole = !text.empty() && failure == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(value) : std::nullopt;
}

std::uint16_t id_in(const fs::path& path) {
    return static_cast<std::uint16_t>(hexadecimal(attribute(path)).value_or(0));
}

std::vector<fs::path> entries_of(const fs::path& directory) {
    std::vector<fs::path> entries;
    std::error_code failure;
    for (fs::directory_iterator at(directory, failure), end; !failure && at != end; at.increment(failure)) {
        entries.push_back(at->path());
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

BoardType board_of(const InventoryDevice& device) {
    if (device.board_id) {
        if (const auto coded = board_type_of_board_id(*device.board_id)) {
            return *coded;
        }
    }
    if (const auto named = parse_board_type(device.card_type)) {
        return named == BoardType::ubb_wormhole && device.architecture == ChipArchitecture::blackhole
                   ? BoardType::ubb_blackhole
                   : *named;
    }
    const bool galaxy =
        device.card_type.find("galaxy") != std::string::npos || device.card_type.find("ubb") == 0;
    if (galaxy) {
        return device.architecture == ChipArchitecture::blackhole ? BoardType::ubb_blackhole
                                                                  : BoardType::ubb_wormhole;
    }
    return BoardType::unknown;
}

void read_pci(const fs::path& directory, InventoryDevice& device) {
    device.device_id = id_in(directory / "device");
    device.subsystem_vendor_id = id_in(directory / "subsystem_vendor");
    device.subsystem_id = id_in(directory / "subsystem_device");
    device.revision = id_in(directory / "revision");
    const std::string node = attribute(directory / "numa_node");
    device.numa_node = static_cast<std::int32_t>(support::parse_integer(node).value_or(-1));
    device.architecture = architecture_of_pci_device(device.device_id).value_or(ChipArchitecture::unknown);
}

void read_telemetry(const fs::path& directory, InventoryDevice& device) {
    device.card_type = word_in(directory / "tt_card_type");
    device.board_id = hexadecimal(attribute(directory / "tt_serial"));
    device.asic_id = hexadecimal(attribute(directory / "tt_asic_id"));
    for (const std::string_view part : kFirmwareParts) {
        const std::string suffix = part == "ttflash" ? "ttflash_ver" : fmt::format("{}_ver", part);
        if (const std::string version = word_in(directory / ("tt_" + suffix)); !version.empty()) {
            device.firmware[std::string(part)] = version;
        }
    }
}

std::vector<std::int32_t> read_holders(const fs::path& path) {
    std::vector<std::int32_t> holders;
    const std::string text = attribute(path);
    for (const std::string_view line : support::split(text, '\n')) {
        const std::string_view word = support::trim(line);
        if (const auto pid = support::parse_integer(word.substr(0, word.find_first_of(" \t")))) {
            holders.push_back(static_cast<std::int32_t>(*pid));
        }
    }
    std::sort(holders.begin(), holders.end());
    holders.erase(std::unique(holders.begin(), holders.end()), holders.end());
    return holders;
}

void check_with_driver(const fs::path& node, const DeviceCalls& calls, InventoryDevice& device,
                       std::vector<std::string>& notes) {
    const auto told = ask_device_info(node, calls);
    if (!told) {
        return;
    }
    const PciAddress& address = told->pci;
    // Drivers before 1.23 leave the domain zero.
    const bool agrees =
        !device.pci || (device.pci->bus == address.bus && device.pci->device == address.device &&
                        device.pci->function == address.function);
    if (!agrees) {
        notes.push_back(fmt::format("device {}: the driver says it is at {}, sysfs says {}", device.number,
                                    address.text(), device.pci->text()));
        return;
    }
    device.driver_answered = true;
    device.pci = device.pci ? device.pci : address;
    device.device_id = told->device_id;
    device.architecture = architecture_of_pci_device(told->device_id).value_or(device.architecture);
}

/// Where the class entry's `device` link leads, by its last part: the PCI address.
std::optional<PciAddress> address_of(const fs::path& class_entry) {
    std::error_code failure;
    const fs::path target = fs::read_symlink(class_entry / "device", failure);
    if (!failure) {
        if (const auto address = PciAddress::parse(target.filename().string())) {
            return address;
        }
    }
    const std::string text = attribute(class_entry / "device" / "uevent");
    for (const std::string_view line : support::split(text, '\n')) {
        constexpr std::string_view kKey = "PCI_SLOT_NAME=";
        if (line.starts_with(kKey)) {
            return PciAddress::parse(line.substr(kKey.size()));
        }
    }
    return std::nullopt;
}

void add_class_devices(const fs::path& root, const DeviceCalls& calls, DeviceInventory& inventory) {
    for (const fs::path& entry : entries_of(root / "sys/class/tenstorrent")) {
        const std::string name = entry.filename().string();
        const auto number = name.starts_with(kClassPrefix)
                                ? support::parse_integer(std::string_view(name).substr(kClassPrefix.size()))
                                : std::nullopt;
        if (!number || *number < 0 || *number >= kMostDevices) {
            continue;
        }
        InventoryDevice device;
        device.number = static_cast<std::int32_t>(*number);
        device.pci = address_of(entry);
        read_pci(device.pci ? root / "sys/bus/pci/devices" / device.pci->text() : entry / "device", device);
        if (device.device_id == 0) {
            read_pci(entry / "device", device);
        }
        read_telemetry(entry, device);
        device.holders = read_holders(root / "proc/driver/tenstorrent" / std::to_string(*number) / "pids");
        check_with_driver(root / "dev/tenstorrent" / std::to_string(*number), calls, device, inventory.notes);
        device.board = board_of(device);
        inventory.devices.push_back(std::move(device));
    }
}

/// Boards that are plugged in, but that no driver serves.
void add_bare_devices(const fs::path& root, DeviceInventory& inventory) {
    std::size_t found = 0;
    for (const fs::path& entry : entries_of(root / "sys/bus/pci/devices")) {
        const auto address = PciAddress::parse(entry.filename().string());
        if (!address || id_in(entry / "vendor") != kPciVendorId) {
            continue;
        }
        InventoryDevice device;
        device.pci = address;
        read_pci(entry, device);
        inventory.devices.push_back(std::move(device));
        ++found;
    }
    if (found != 0) {
        inventory.notes.push_back(
            fmt::format("{} Tenstorrent device{} on the PCI bus, but no driver serves {}; load "
                        "the `tenstorrent` kernel module",
                        found, found == 1 ? " is" : "s are", found == 1 ? "it" : "them"));
    }
}

}  // namespace

DeviceInventory take_inventory(const support::HostEnvironment& host, const DeviceCalls& calls) {
    const fs::path& root = host.file_system_root;
    DeviceInventory inventory;
    inventory.driver_version = word_in(root / "sys/module/tenstorrent/version");
    inventory.motherboard = word_in(root / "sys/class/dmi/id/board_name");
    add_class_devices(root, calls, inventory);
    if (inventory.devices.empty()) {
        add_bare_devices(root, inventory);
    }
    std::stable_sort(inventory.devices.begin(), inventory.devices.end(),
                     [](const InventoryDevice& a, const InventoryDevice& b) {
                         return std::tie(a.pci, a.number) < std::tie(b.pci, b.number);
                     });
    return inventory;
}

}  // namespace tt_run::topology
