#include "topology/physical/device_question.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tt_run::topology {

namespace {

/// Question and answer, as the driver's header lays them out.
struct DeviceInfoQuery {
    std::uint32_t wanted_bytes;  ///< of what follows
    std::uint32_t given_bytes;
    std::uint16_t vendor;
    std::uint16_t device;
    std::uint16_t subsystem_vendor;
    std::uint16_t subsystem;
    std::uint16_t bus_device_function;  ///< 8, 5 and 3 bits
    std::uint16_t max_dma_buffer_log2;
    std::uint16_t pci_domain;
    std::uint16_t reserved;
};
static_assert(sizeof(DeviceInfoQuery) == 24);

constexpr unsigned long kGetDeviceInfo = _IO(0xFA, 0);

}  // namespace

const DeviceCalls& DeviceCalls::of_kernel() {
    static const DeviceCalls calls{
        [](const std::filesystem::path& path) {
            struct stat status {};
            return ::stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode);
        },
        [](const std::filesystem::path& path, int flags) { return ::open(path.c_str(), flags); },
        [](int file, unsigned long request, void* argument) { return ::ioctl(file, request, argument); },
        [](int file) { ::close(file); },
    };
    return calls;
}

std::optional<DeviceInfo> ask_device_info(const std::filesystem::path& node, const DeviceCalls& calls) {
    if (!calls.is_device(node)) {
        return std::nullopt;
    }
    // O_APPEND keeps the driver from raising the chip's power, which a mere look must not do.
    const int file = calls.open(node, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return std::nullopt;
    }
    DeviceInfoQuery query{};
    query.wanted_bytes = sizeof query - sizeof query.wanted_bytes;
    const int answer = calls.control(file, kGetDeviceInfo, &query);
    calls.close(file);
    if (answer < 0) {
        return std::nullopt;
    }
    return DeviceInfo{query.vendor, query.device,
                      PciAddress{query.pci_domain, static_cast<std::uint8_t>(query.bus_device_function >> 8U),
                                 static_cast<std::uint8_t>((query.bus_device_function >> 3U) & 0x1FU),
                                 static_cast<std::uint8_t>(query.bus_device_function & 7U)}};
}

}  // namespace tt_run::topology
