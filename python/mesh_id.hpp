#pragma once

#include <compare>
#include <cstdint>

namespace tt_run::python {

/// Python has types for what the runtime passes as numbers.
struct MeshId {
    std::int32_t value = 0;
    auto operator<=>(const MeshId&) const = default;
};

struct SubDeviceId {
    std::uint32_t value = 0;
    auto operator<=>(const SubDeviceId&) const = default;
};

}  // namespace tt_run::python
