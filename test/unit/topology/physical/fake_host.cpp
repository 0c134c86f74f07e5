#include "test/unit/topology/physical/fake_host.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace tt_run::test {

namespace fs = std::filesystem;

FakeHost::FakeHost(const std::string& motherboard, const std::vector<FakeDevice>& devices) {
    directory_.write("sys/class/dmi/id/board_name", motherboard + "\n");
    directory_.write("sys/module/tenstorrent/version", "2.4.0\n");
    for (const FakeDevice& device : devices) {
        const fs::path pci = fs::path("sys/bus/pci/devices") / device.pci;
        directory_.write(pci / "vendor", "0x1e52\n");
        directory_.write(pci / "device", device.device_id + "\n");
        directory_.write(pci / "subsystem_vendor", "0x1e52\n");
        directory_.write(pci / "subsystem_device", "0x0014\n");
        directory_.write(pci / "revision", "0x01\n");
        directory_.write(pci / "numa_node", fmt::format("{}\n", device.numa_node));
        const fs::path entry =
            fs::path("sys/class/tenstorrent") / fmt::format("tenstorrent!{}", device.number);
        directory_.write(entry / "tt_card_type", device.card_type + "\n");
        directory_.write(entry / "tt_serial", device.serial + "\n");
        if (!device.asic_id.empty()) {
            directory_.write(entry / "tt_asic_id", device.asic_id + "\n");
        }
        directory_.write(entry / "tt_fw_bundle_ver", "18.12.0.0\n");
        fs::create_symlink(fs::path("../../../bus/pci/devices") / device.pci,
                           directory_.path() / entry / "device");
        std::string pids;
        for (const int holder : device.holders) {
            pids += fmt::format("{}\n", holder);
        }
        directory_.write(fmt::format("proc/driver/tenstorrent/{}/pids", device.number), pids);
    }
}

support::HostEnvironment FakeHost::environment() const {
    support::HostEnvironment host;
    host.working_directory = "/";
    host.hostname = "fake";
    host.file_system_root = directory_.path();
    host.variables["PATH"] = (directory_.path() / "bin").string();
    return host;
}

std::vector<FakeDevice> FakeHost::t3k() {
    std::vector<FakeDevice> devices;
    const char* buses[] = {"b1", "ca", "31", "4b"};
    for (int k = 0; k < 4; ++k) {
        devices.push_back({3 - k,
                           fmt::format("0000:{}:00.0", buses[k]),
                           "0x401e",
                           "n300",
                           fmt::format("010001451173{:04x}", k),
                           "",
                           k / 2,
                           {}});
    }
    devices[0].holders = {4711, 4242};
    return devices;
}

std::vector<FakeDevice> FakeHost::galaxy(topology::BoardType tray) {
    std::vector<FakeDevice> devices;
    const bool blackhole = tray == topology::BoardType::ubb_blackhole;
    for (std::uint32_t at = 0; at < 32; ++at) {
        const topology::TrayPosition position{at / 8 + 1, at % 8 + 1};
        devices.push_back({static_cast<int>(31 - at),
                           fmt::format("0000:{:02x}:00.0", *topology::galaxy_bus(tray, position)),
                           blackhole ? "0xb140" : "0x401e",
                           blackhole ? "galaxy-blackhole" : "galaxy-wormhole",
                           blackhole ? "0000047300000000" : "0100035000000000",
                           fmt::format("{:02x}{:014x}", position.location, 0x535 + position.tray),
                           0,
                           {}});
    }
    return devices;
}

}  // namespace tt_run::test
