#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <set>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "job/variable_names.hpp"
#include "launcher/doctor/doctor.hpp"
#include "launcher/plan/mpi_launcher.hpp"
#include "launcher/plan/plan.hpp"
#include "support/counted.hpp"
#include "support/text.hpp"
#include "topology/physical/device_inventory.hpp"

namespace tt_run::launcher {

namespace fs = std::filesystem;
using support::HostEnvironment;

namespace {

constexpr std::uint64_t kLeastSharedMemory = 1U << 30U;
constexpr rlim_t kLeastOpenFiles = 1024;

/// File systems that live on another host, by the number that statfs gives (linux/magic.h and the systems'
/// own sources).
constexpr std::array<std::pair<long, const char*>, 6> kNetworkFileSystems{{{0x6969, "NFS"},
                                                                           {0xff534d42, "CIFS"},
                                                                           {0xfe534d42, "SMB2"},
                                                                           {0x0bd00bd0, "Lustre"},
                                                                           {0x00c36400, "Ceph"},
                                                                           {0x47504653, "GPFS"}}};

/// What is kept in /dev/shm, by the beginning of its name: the vendor's user-mode driver's locks between
/// processes, and the segments by which ranks on one host talk (MPICH, Open MPI's vader and sm, UCX).
constexpr std::string_view kLockPrefix = "TT_UMD_LOCK";
constexpr std::array<std::string_view, 4> kSegmentPrefixes{"mpich_s", "vader_segment.", "sm_segment.",
                                                           "ucx_shm_posix_"};

std::string first_line(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line;
}

class HostExaminer {
  public:
    explicit HostExaminer(const HostEnvironment& host) : host_(host) {}

    HostHealth examine(const std::string& version) {
        health_.host = host_.hostname;
        health_.version = version;
        health_.clock_seconds = std::time(nullptr);
        look_at_devices();
        look_at_shared_memory();
        look_at_launchers();
        look_at_agent();
        look_at_cache();
        look_at_limits();
        look_at_interfaces();
        return std::move(health_);
    }

  private:
    void find(FindingGrade grade, const char* subject, std::string text, std::string fix = "") {
        health_.findings.push_back({grade, subject, std::move(text), std::move(fix)});
    }

    fs::path below_root(const char* path) const { return host_.file_system_root / path; }

    std::string command_of(std::int32_t process) const {
        std::string text = first_line(below_root("proc") / std::to_string(process) / "cmdline");
        std::replace(text.begin(), text.end(), '\0', ' ');
        return std::string(support::trim(text));
    }

    void look_at_devices() {
        const topology::DeviceInventory inventory = topology::take_inventory(host_);
        health_.driver_version = inventory.driver_version;
        std::size_t served = 0;
        for (const topology::InventoryDevice& device : inventory.devices) {
            if (device.number < 0) {
                find(FindingGrade::problem, "device",
                     "a Tenstorrent device is on the PCI bus, but no driver serves it",
                     "sudo modprobe tenstorrent");
                continue;
            }
            ++served;
            look_at_node(device.number);
            for (const std::int32_t holder : device.holders) {
                find(FindingGrade::warning, "device",
                     fmt::format("device {} is held by process {} ({})", device.number, holder,
                                 command_of(holder)),
                     fmt::format("kill {}", holder));
            }
        }
        if (inventory.devices.empty()) {
            find(FindingGrade::fine, "device", "no Tenstorrent device here");
        } else if (served != 0) {
            find(FindingGrade::fine, "device",
                 fmt::format("{}, driver {}", support::counted(served, "device"), inventory.driver_version));
            look_at_hugepages(served);
        }
    }

    void look_at_node(std::int32_t number) {
        const fs::path node = below_root("dev/tenstorrent") / std::to_string(number);
        if (::access(node.c_str(), F_OK) != 0) {
            find(FindingGrade::problem, "device",
                 fmt::format("device {} has no node {}", number, node.string()), "sudo udevadm trigger");
        } else if (::access(node.c_str(), R_OK | W_OK) != 0) {
            find(FindingGrade::problem, "device", fmt::format("you may not open {}", node.string()),
                 fmt::format("sudo chmod a+rw {}", node.string()));
        }
    }

    /// Without an IOMMU a device reaches the host's memory through one page of 1 GiB each.
    void look_at_hugepages(std::size_t devices) {
        std::error_code failure;
        if (!fs::is_empty(below_root("sys/class/iommu"), failure) && !failure) {
            return;
        }
        const fs::path pages = below_root("sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages");
        const auto count = support::parse_integer(first_line(pages)).value_or(0);
        const bool enough = count >= static_cast<std::int64_t>(devices);
        find(enough ? FindingGrade::fine : FindingGrade::problem, "hugepages",
             fmt::format("{} hugepages of 1 GiB for {} devices without an IOMMU", count, devices),
             enough ? "" : fmt::format("echo {} | sudo tee {}", devices, pages.string()));
    }

    /// Names below /dev/shm that some process has mapped.
    std::set<std::string> mapped_names() const {
        std::set<std::string> names;
        std::error_code failure;
        for (const auto& process : fs::directory_iterator(below_root("proc"), failure)) {
            std::ifstream maps(process.path() / "maps");
            for (std::string line; std::getline(maps, line);) {
                if (const std::size_t at = line.find("/dev/shm/"); at != std::string::npos) {
                    names.insert(line.substr(at + std::string_view("/dev/shm/").size()));
                }
            }
        }
        return names;
    }

    /// One finding, however many a test suite has left behind.
    void find_unused(const char* subject, std::string_view what, const std::set<fs::path>& files,
                     std::string_view size) {
        if (files.empty()) {
            return;
        }
        std::string removal = "rm";
        for (const fs::path& file : files) {
            removal += " " + support::shell_quoted(file.string());
        }
        const std::string others = files.size() == 1 ? "" : fmt::format(" and {} like it", files.size() - 1);
        find(FindingGrade::warning, subject,
             fmt::format("nobody uses the {} {}{}{}", what, files.begin()->string(), others, size), removal);
    }

    void look_at_shared_memory() {
        const std::set<std::string> in_use = mapped_names();
        std::set<fs::path> stale_locks;
        std::set<fs::path> stale_segments;
        std::error_code failure;
        for (const auto& entry : fs::directory_iterator(below_root("dev/shm"), failure)) {
            const std::string name = entry.path().filename();
            if (in_use.contains(name)) {
                continue;
            }
            if (name.starts_with(kLockPrefix)) {
                stale_locks.insert(entry.path());
            } else if (std::any_of(kSegmentPrefixes.begin(), kSegmentPrefixes.end(),
                                   [&](std::string_view prefix) { return name.starts_with(prefix); })) {
                stale_segments.insert(entry.path());
            }
        }
        find_unused("lock", "lock", stale_locks, "");
        std::uintmax_t bytes = 0;
        for (const fs::path& path : stale_segments) {
            const std::uintmax_t size = fs::file_size(path, failure);
            bytes += failure ? 0 : size;
        }
        find_unused("shared-memory", "shared memory", stale_segments, fmt::format(", {} MiB", bytes >> 20U));
        if (stale_locks.empty() && stale_segments.empty()) {
            find(FindingGrade::fine, "lock", "no stale locks or shared memory");
        }
    }

    void look_at_launchers() {
        bool any = false;
        for (const char* name : {"hydra", "openmpi", "srun"}) {
            if (const auto found = find_mpi_launcher(host_, name, std::nullopt)) {
                any = true;
                find(FindingGrade::fine, "mpi", fmt::format("{} ({})", found->version, found->path.string()));
            }
        }
        if (!any) {
            find(FindingGrade::problem, "mpi", "no MPI launcher on PATH", "sudo apt-get install mpich");
        }
    }

    void look_at_agent() {
        const fs::path agent = find_agent(host_);
        if (::access(agent.c_str(), X_OK) != 0) {
            find(FindingGrade::warning, "agent",
                 fmt::format("there is no {}: jobs can run here, but not be started from here",
                             agent.string()),
                 "install tt-run-agent beside tt-run");
        }
    }

    void look_at_cache() {
        const auto given = host_.non_empty_variable(job::kCacheVariable);
        fs::path directory = given ? fs::path(*given) : host_.with_home("~/.cache");
        std::error_code failure;
        while (!fs::exists(directory, failure) && directory.has_relative_path()) {
            directory = directory.parent_path();
        }
        struct statfs status {};
        if (::statfs(directory.c_str(), &status) != 0) {
            return;
        }
        for (const auto& [number, name] : kNetworkFileSystems) {
            if (static_cast<unsigned long>(status.f_type) == static_cast<unsigned long>(number)) {
                return find(FindingGrade::warning, "cache",
                            fmt::format("the kernel cache would lie on {} ({}): slow, and hosts race for it",
                                        name, directory.string()),
                            "export TT_METAL_CACHE=/tmp/$USER/tt-metal-cache");
            }
        }
        find(FindingGrade::fine, "cache",
             fmt::format("the kernel cache lies on this host, below {}", directory.string()));
    }

    void look_at_limits() {
        struct statvfs shared {};
        const fs::path directory = below_root("dev/shm");
        if (::statvfs(directory.c_str(), &shared) == 0 &&
            shared.f_bavail * shared.f_frsize < kLeastSharedMemory) {
            find(FindingGrade::warning, "memory",
                 fmt::format("only {} MiB are free in /dev/shm", shared.f_bavail * shared.f_frsize >> 20U),
                 "ls -lS /dev/shm");
        }
        rlimit files{};
        if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < kLeastOpenFiles) {
            find(FindingGrade::warning, "limits",
                 fmt::format("only {} open files are allowed", files.rlim_cur),
                 fmt::format("ulimit -n {}", kLeastOpenFiles));
        }
    }

    void look_at_interfaces() {
        std::error_code failure;
        for (const auto& entry : fs::directory_iterator(below_root("sys/class/net"), failure)) {
            const std::string name = entry.path().filename();
            if (name != "lo" && first_line(entry.path() / "operstate") == "up") {
                health_.interfaces.push_back(name);
            }
        }
        std::sort(health_.interfaces.begin(), health_.interfaces.end());
    }

    const HostEnvironment& host_;
    HostHealth health_;
};

}  // namespace

HostHealth examine_host(const HostEnvironment& host, const std::string& version) {
    return HostExaminer(host).examine(version);
}

}  // namespace tt_run::launcher
