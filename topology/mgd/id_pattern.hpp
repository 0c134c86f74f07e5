#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tt_run::topology {

inline constexpr std::size_t kLongestIdPattern = 200;

/// The ids of `domain` (ascending, none twice) that a pinning's pattern selects, none twice.
///
/// A pattern of digits, commas, dashes and blanks alone is a list of ids and inclusive ranges, `0,2,4-6`; its
/// ids come in the order written, those outside the domain silently left out. Anything else is an ECMAScript
/// regular expression for the whole decimal id, without back references; its ids ascend.
///
/// Otherwise what is wrong with the pattern, to follow "the pattern `...` ". Takes time linear in the domain:
/// patterns that would need more than some tens of millions of steps are refused.
std::expected<std::vector<std::uint32_t>, std::string> expand_pattern(std::string_view pattern,
                                                                      std::span<const std::uint32_t> domain);

}  // namespace tt_run::topology
