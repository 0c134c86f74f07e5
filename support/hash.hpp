#pragma once

#include <cstdint>
#include <string_view>

namespace tt_run::support {

/// 64-bit FNV-1a: the same in every process, on every machine and in every version, so that it may stand in a
/// file's name or cross a wire. Not for what an adversary chooses.
std::uint64_t fnv1a(std::string_view text);

}  // namespace tt_run::support
