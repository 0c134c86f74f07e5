#pragma once

#include <string>
#include <vector>

#include "test/support/child.hpp"
#include "test/support/temporary_directory.hpp"

namespace tt_run::test {

/// A launch directory D with an MGD of one 2x4 mesh on two hosts, `two.yaml` that binds two ranks to it, and
/// `show`, a program that prints `RANK NAME=VALUE` for each variable named in its arguments, `RANK NAME
/// unset` if it is not set.
class LaunchFixture {
  public:
    LaunchFixture();

    const std::filesystem::path& directory() const { return directory_.path(); }
    void write(const std::string& name, const std::string& content, bool executable = false) const;
    std::string read(const std::string& name) const;
    bool exists(const std::string& name) const;

    /// `ring.yaml`, which binds each of so many ranks to a mesh of one chip, and its MGD.
    void write_ring(int ranks) const;
    /// `four.yaml`, which binds four ranks to one mesh of 4x4 chips on four hosts, and its MGD.
    void write_four_hosts() const;

    /// `tt-run` with these arguments, in D; `environment` is added to (or, with an empty optional, taken
    /// from) the test's own.
    ChildOutcome run(std::vector<std::string> arguments) const;
    /// The same through bash, for what only a shell can say.
    ChildOutcome shell(const std::string& command) const;

    support::Variables environment;

  private:
    TemporaryDirectory directory_;
};

/// The lines of a text, sorted: ranks print in any order.
std::vector<std::string> sorted_lines(const std::string& text);

/// This host's name.
/// The scenarios run twice: under MPICH, and with TT_RUN_TEST_LAUNCHER=openmpi under Open MPI.
bool under_open_mpi();

std::string host_name();

}  // namespace tt_run::test
