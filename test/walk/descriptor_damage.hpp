#pragma once

#include <string>

namespace tt_run::test {

/// Breaks a text as it might break in the field, and leaves every other byte alone. `damage` is one of
///
///   unplug A B             every link between chips A and B of a cluster descriptor
///   unplug A B leaving N   all but the first N
///   unplug A from others   every link of chip A that leaves the descriptor
///   remove chip A          the chip with all that the descriptor says of it
///   remove board of A      the board with its chips
///   replace `X` by `Y`     in any text, wherever it stands
///
/// Throws std::runtime_error where that changes nothing: a damage that does no damage tests nothing.
std::string damaged(const std::string& text, const std::string& damage);

}  // namespace tt_run::test
