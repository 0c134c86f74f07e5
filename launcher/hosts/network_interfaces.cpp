#include "launcher/hosts/network_interfaces.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace tt_run::launcher {

std::vector<std::string> network_interfaces(const support::HostEnvironment& host) {
    std::vector<std::string> names;
    std::error_code failure;
    for (const auto& entry :
         std::filesystem::directory_iterator(host.file_system_root / "sys/class/net", failure)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool has_network_interface(const support::HostEnvironment& host, const std::string& name) {
    const std::vector<std::string> known = network_interfaces(host);
    return std::binary_search(known.begin(), known.end(), name);
}

}  // namespace tt_run::launcher
