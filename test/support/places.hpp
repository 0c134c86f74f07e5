#pragma once

#include <string>

namespace tt_run::test {

/// The root of the project's sources, absolute, without a slash at its end.
std::string source_directory();
/// Where the programs lie that the build made, absolute, without a slash at its end.
std::string binary_directory();

}  // namespace tt_run::test
