// The question to the driver, with a driver that answers byte by byte as the vendor's documentation lays it
// out.
#include "topology/physical/device_question.hpp"

#include <cstring>
#include <set>

#include <catch2/catch.hpp>
#include <fcntl.h>

#include "test/unit/topology/physical/fake_host.hpp"
#include "topology/physical/device_inventory.hpp"

using namespace tt_run;
using namespace tt_run::topology;

namespace {

/// A driver for the devices of a fake host.
class FakeDriver {
  public:
    explicit FakeDriver(std::vector<test::FakeDevice> devices) : devices_(std::move(devices)) {}

    bool before_1_23 = false;  ///< tells no PCI domain
    bool refuses = false;

    std::vector<int> flags;
    std::set<int> open_files;

    DeviceCalls calls() {
        return {[this](const std::filesystem::path& path) { return find(path) >= 0; },
                [this](const std::filesystem::path& path, int how) {
                    flags.push_back(how);
                    open_files.insert(find(path));
                    return find(path);
                },
                [this](int file, unsigned long request, void* argument) {
                    return control(file, request, static_cast<unsigned char*>(argument));
                },
                [this](int file) { open_files.erase(file); }};
    }

  private:
    int find(const std::filesystem::path& path) const {
        for (std::size_t k = 0; k < devices_.size(); ++k) {
            if (path.parent_path().filename() == "tenstorrent" &&
                path.filename() == std::to_string(devices_[k].number)) {
                return static_cast<int>(k);
            }
        }
        return -1;
    }

    int control(int file, unsigned long request, unsigned char* bytes) const {
        std::uint32_t wanted = 0;
        std::memcpy(&wanted, bytes, 4);
        if (refuses || request != 0xFA00 || wanted < 20 || !open_files.contains(file)) {
            return -1;
        }
        const test::FakeDevice& device = devices_[static_cast<std::size_t>(file)];
        const PciAddress pci = PciAddress::parse(device.pci).value();
        const auto put = [&](std::size_t at, unsigned value) {
            bytes[at] = static_cast<unsigned char>(value & 0xFFU);
            bytes[at + 1] = static_cast<unsigned char>(value >> 8U);
        };
        put(4, 20);  // the size of the answer, its upper half zero
        put(8, 0x1e52);
        put(10, static_cast<unsigned>(std::stoul(device.device_id, nullptr, 16)));
        put(16, static_cast<unsigned>(pci.bus << 8 | pci.device << 3 | pci.function));
        put(20, before_1_23 ? 0 : pci.domain);
        return 0;
    }

    std::vector<test::FakeDevice> devices_;
};

std::size_t answered(const DeviceInventory& inventory) {
    std::size_t count = 0;
    for (const InventoryDevice& device : inventory.devices) {
        count += device.driver_answered ? 1 : 0;
    }
    return count;
}

}  // namespace

TEST_CASE("the driver is asked for what it is, in a way that leaves the chip's power alone") {
    FakeDriver driver(test::FakeHost::t3k());
    const auto told = ask_device_info("/dev/tenstorrent/3", driver.calls());
    REQUIRE(told);
    CHECK(told->vendor_id == 0x1e52);
    CHECK(told->device_id == 0x401e);
    CHECK(told->pci.text() == "0000:b1:00.0");
    REQUIRE(driver.flags.size() == 1);
    CHECK((driver.flags[0] & O_APPEND) != 0);
    CHECK((driver.flags[0] & O_ACCMODE) == O_RDWR);
    CHECK((driver.flags[0] & O_CLOEXEC) != 0);
    CHECK(driver.open_files.empty());
    CHECK(!ask_device_info("/dev/tenstorrent/9", driver.calls()));
    CHECK(driver.flags.size() == 1);
}

TEST_CASE("a driver's answer that agrees with sysfs confirms every device of a machine") {
    for (const auto& devices : {test::FakeHost::t3k(), test::FakeHost::galaxy(BoardType::ubb_wormhole),
                                test::FakeHost::galaxy(BoardType::ubb_blackhole)}) {
        const test::FakeHost host("S7T-MB", devices);
        for (const bool old : {false, true}) {
            FakeDriver driver(devices);
            driver.before_1_23 = old;
            const DeviceInventory inventory = take_inventory(host.environment(), driver.calls());
            CHECK(answered(inventory) == devices.size());
            CHECK(inventory.notes.empty());
            CHECK(driver.open_files.empty());
        }
    }
}

TEST_CASE("a driver that refuses or contradicts leaves what sysfs says") {
    const test::FakeHost host("X12DPG-QT6", test::FakeHost::t3k());
    FakeDriver silent(test::FakeHost::t3k());
    silent.refuses = true;
    const DeviceInventory without = take_inventory(host.environment(), silent.calls());
    CHECK(answered(without) == 0);
    CHECK(without.devices.size() == 4);
    CHECK(silent.open_files.empty());

    auto moved = test::FakeHost::t3k();
    moved[1].pci = "0000:cb:00.0";
    FakeDriver contrary(moved);
    const DeviceInventory inventory = take_inventory(host.environment(), contrary.calls());
    CHECK(answered(inventory) == 3);
    REQUIRE(inventory.notes.size() == 1);
    CHECK(inventory.notes[0] == "device 2: the driver says it is at 0000:cb:00.0, sysfs says 0000:ca:00.0");
}

TEST_CASE("a driver's PCI domain is read from the right place") {
    auto devices = test::FakeHost::t3k();
    devices[0].pci = "0001:b1:02.3";
    FakeDriver driver(devices);
    const auto told = ask_device_info("/dev/tenstorrent/3", driver.calls());
    REQUIRE(told);
    CHECK(told->pci.text() == "0001:b1:02.3");
}

TEST_CASE("a file that is no device is never opened") {
    const test::FakeHost host("X12DPG-QT6", test::FakeHost::t3k());
    for (int number = 0; number < 4; ++number) {
        host.directory().write("dev/tenstorrent/" + std::to_string(number), "not a device\n");
    }
    const DeviceInventory inventory = take_inventory(host.environment());
    CHECK(inventory.devices.size() == 4);
    CHECK(answered(inventory) == 0);
}
