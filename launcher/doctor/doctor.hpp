#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/error.hpp"
#include "support/host_environment.hpp"

namespace tt_run::launcher {

enum class FindingGrade { fine, warning, problem };

/// One thing that was looked at.
struct Finding {
    FindingGrade grade = FindingGrade::fine;
    std::string subject;  ///< "device", "lock", "hugepages", "mpi", ...; stable, for tools
    std::string text;
    std::string fix;  ///< the command that puts it right; empty if there is none
};

/// What a host can say of itself.
struct HostHealth {
    std::string host;
    std::string version;         ///< tt-run's
    std::string driver_version;  ///< empty without the driver
    std::int64_t clock_seconds = 0;
    std::vector<std::string> interfaces;  ///< that are up, but for loopback
    std::vector<Finding> findings;
};

/// Looks at this host, and changes nothing: devices and who holds them, locks nobody uses, hugepages, MPI
/// launchers, tt-run's agent, the cache directory's file system, shared memory, file limits. /dev, /proc and
/// /sys are those below `host.file_system_root`.
HostHealth examine_host(const support::HostEnvironment& host, const std::string& version);

/// The same of other hosts, by ssh, all at once: tt-run is expected at the same path there. One that cannot
/// be reached, or whose tt-run cannot be run, has that for its only finding.
std::vector<HostHealth> examine_hosts(const std::vector<std::string>& hosts,
                                      const support::HostEnvironment& host);

/// What only a comparison shows: versions and drivers that differ, clocks apart, no network interface in
/// common.
std::vector<Finding> compare_hosts(const std::vector<HostHealth>& hosts);

std::string render_health(const std::vector<HostHealth>& hosts, const std::vector<Finding>& together);

/// Schema `tt-run-doctor` version 1 (docs/formats/doctor.md).
std::string render_health_json(const std::vector<HostHealth>& hosts, const std::vector<Finding>& together);
support::Result<std::vector<HostHealth>> parse_health_json(const std::string& text);

}  // namespace tt_run::launcher
