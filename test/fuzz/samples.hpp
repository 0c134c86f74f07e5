#pragma once

#include <string>
#include <vector>

#include "test/fuzz/target.hpp"

namespace tt_run::fuzz {

/// An input, and where it is from: a path below the project's root, or `made/3`.
struct Sample {
    std::string name;
    std::string bytes;
};

/// What a fuzzer starts from, and what every build replays: seeds/NAME and regressions/NAME beside this file
/// (the latter crashed, or worse, once), what the target makes itself, and by its endings the files of
/// configs/, the inputs of all golden cases, and the field's files where they lie beside the project.
std::vector<Sample> samples_of(const Target& target);

}  // namespace tt_run::fuzz
