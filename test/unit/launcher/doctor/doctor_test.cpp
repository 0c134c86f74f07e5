// What is wrong with a host, on hosts made of files.

#include "launcher/doctor/doctor.hpp"

#include <catch2/catch.hpp>

#include "test/support/temporary_directory.hpp"

using namespace tt_run;
using launcher::Finding;
using launcher::FindingGrade;
using launcher::HostHealth;

namespace {

/// The text of the first finding on the subject with this grade; empty if there is none.
std::string found(const std::vector<Finding>& findings, const std::string& subject, FindingGrade grade) {
    for (const Finding& finding : findings) {
        if (finding.subject == subject && finding.grade == grade) {
            return finding.text + " | " + finding.fix;
        }
    }
    return "";
}

support::HostEnvironment host_below(const test::TemporaryDirectory& root) {
    support::HostEnvironment host;
    host.hostname = "h";
    host.file_system_root = root.path();
    host.working_directory = root.path();
    host.variables["PATH"] = (root.path() / "bin").string();
    host.variables["HOME"] = root.path().string();
    host.executable = root.path() / "bin/tt-run";
    return host;
}

HostHealth healthy(const std::string& name) {
    return {name, "1", "2.0", 1000, {"eth0", "eth1"}, {}};
}

}  // namespace

TEST_CASE("a bare host: no launcher, no agent, a lock that nobody uses and one in use") {
    const test::TemporaryDirectory root;
    root.write("dev/shm/TT_UMD_LOCK.stale", "");
    root.write("dev/shm/TT_UMD_LOCK.used", "");
    root.write("dev/shm/mpich_shar_tmpAbCdEf", std::string(3U << 20U, 'x'));
    root.write("dev/shm/other", "");
    root.write("proc/7/maps", "7f00-7f01 rw-s 00000000 00:17 5 /dev/shm/TT_UMD_LOCK.used\n");
    root.write("sys/class/net/eth0/operstate", "up\n");
    root.write("sys/class/net/eth1/operstate", "down\n");
    root.write("sys/class/net/lo/operstate", "up\n");
    const HostHealth health = launcher::examine_host(host_below(root), "9");
    CHECK(health.version == "9");
    CHECK(health.interfaces == std::vector<std::string>{"eth0"});
    CHECK(found(health.findings, "mpi", FindingGrade::problem) ==
          "no MPI launcher on PATH | sudo apt-get install mpich");
    CHECK(!found(health.findings, "agent", FindingGrade::warning).empty());
    const std::string stale = (root.path() / "dev/shm/TT_UMD_LOCK.stale").string();
    CHECK(found(health.findings, "lock", FindingGrade::warning) ==
          "nobody uses the lock " + stale + " | rm " + stale);
    CHECK(std::count_if(health.findings.begin(), health.findings.end(),
                        [](const Finding& finding) { return finding.subject == "lock"; }) == 1);
    const std::string segment = (root.path() / "dev/shm/mpich_shar_tmpAbCdEf").string();
    CHECK(found(health.findings, "shared-memory", FindingGrade::warning) ==
          "nobody uses the shared memory " + segment + ", 3 MiB | rm " + segment);
    CHECK(found(health.findings, "device", FindingGrade::fine) == "no Tenstorrent device here | ");
}

TEST_CASE("what many jobs have left behind is one finding") {
    const test::TemporaryDirectory root;
    root.write("dev/shm/mpich_shar_tmpA", std::string(2U << 20U, 'x'));
    root.write("dev/shm/mpich_shar_tmpB", std::string(1U << 20U, 'x'));
    const HostHealth health = launcher::examine_host(host_below(root), "9");
    const std::string first = (root.path() / "dev/shm/mpich_shar_tmpA").string();
    const std::string second = (root.path() / "dev/shm/mpich_shar_tmpB").string();
    CHECK(found(health.findings, "shared-memory", FindingGrade::warning) ==
          "nobody uses the shared memory " + first + " and 1 like it, 3 MiB | rm " + first + " " + second);
}

TEST_CASE("hosts are compared") {
    HostHealth other = healthy("b");
    CHECK(found(launcher::compare_hosts({healthy("a"), other}), "network", FindingGrade::fine) ==
          "interfaces on all hosts, for --tcp-interface: eth0, eth1 | ");
    other.version = "2";
    other.driver_version = "";
    other.clock_seconds = 1010;
    other.interfaces = {"ib0"};
    const auto findings = launcher::compare_hosts({healthy("a"), other, healthy("c")});
    CHECK(found(findings, "version", FindingGrade::problem)
              .starts_with("versions of tt-run differ: 1 on a, c; 2 on b"));
    CHECK(found(findings, "driver", FindingGrade::problem)
              .starts_with("versions of the driver differ: none on b"));
    CHECK(found(findings, "clock", FindingGrade::warning).starts_with("the hosts' clocks are 10 s apart"));
    CHECK(!found(findings, "network", FindingGrade::warning).empty());
    // A host that was not reached says nothing about versions.
    HostHealth silent;
    silent.host = "d";
    CHECK(found(launcher::compare_hosts({healthy("a"), silent}), "version", FindingGrade::problem).empty());
}

TEST_CASE("a health report is read as it was written, and a newer one is refused") {
    HostHealth host = healthy("a");
    host.findings.push_back({FindingGrade::warning, "lock", "text", "rm x"});
    const std::string text = launcher::render_health_json({host}, {});
    const auto again = launcher::parse_health_json(text);
    REQUIRE(again);
    CHECK(launcher::render_health_json(*again, {}) == text);
    std::string newer = text;
    newer.replace(newer.find("\"version\": 1,"), 13, "\"version\": 2,");
    CHECK(!launcher::parse_health_json(newer));
    CHECK(!launcher::parse_health_json(""));
}
