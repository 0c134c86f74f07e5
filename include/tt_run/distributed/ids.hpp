#pragma once

#include <compare>
#include <cstdint>

namespace tt_run::distributed {

/// An int that means one thing only; `*id` reads it.
template <class Meaning>
struct Number {
    std::int32_t value = 0;
    constexpr Number() = default;
    constexpr explicit Number(std::int32_t number) : value(number) {}
    constexpr std::int32_t operator*() const { return value; }
    auto operator<=>(const Number&) const = default;
};

using Rank = Number<struct RankMeaning>;    ///< a process, from 0, within one context
using Size = Number<struct SizeMeaning>;    ///< how many processes a context has
using Tag = Number<struct TagMeaning>;      ///< matches a message to its receive; 0 to 2^19
using Color = Number<struct ColorMeaning>;  ///< of a split: ranks of one colour stay together
using Key = Number<struct KeyMeaning>;      ///< of a split: the order within a colour
using DistributedContextId = Number<struct ContextMeaning>;  ///< unique in a process, ascending

}  // namespace tt_run::distributed
