#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tt_run::support {

/// "1 link", "2 links", "3 meshes": a count and its noun, given in the singular.
std::string counted(std::uint64_t count, std::string_view noun);

/// The noun alone, in the form that such a count asks for.
std::string noun_for(std::uint64_t count, std::string_view noun);

}  // namespace tt_run::support
