#pragma once

#include <string>
#include <vector>

#include "support/host_environment.hpp"
#include "test/support/temporary_directory.hpp"
#include "topology/physical/board_facts.hpp"

namespace tt_run::test {

/// A device of a fake host.
struct FakeDevice {
    int number = 0;
    std::string pci;  ///< "0000:b1:00.0"
    std::string device_id = "0x401e";
    std::string card_type;
    std::string serial;
    std::string asic_id;
    int numa_node = 0;
    std::vector<int> holders;
};

/// A directory that looks like /sys and /proc of a host with these devices; no device nodes.
class FakeHost {
  public:
    FakeHost(const std::string& motherboard, const std::vector<FakeDevice>& devices);

    /// With the fake root, and PATH holding nothing but `path()/bin`.
    support::HostEnvironment environment() const;
    const TemporaryDirectory& directory() const { return directory_; }

    /// The driver's view of known machines, devices numbered in the order that is most awkward: backwards.
    static std::vector<FakeDevice> t3k();
    static std::vector<FakeDevice> galaxy(topology::BoardType tray);

  private:
    TemporaryDirectory directory_;
};

}  // namespace tt_run::test
