#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tt_run::support {

/// Turns places counted in characters (code points) of a UTF-8 text into bytes. Where the text is no UTF-8
/// the answer is inside the text, but no more than that. Keeps a view of the text.
class CharacterOffsets {
  public:
    explicit CharacterOffsets(std::string_view text);

    /// Byte at which character `index`, from 0, begins; the text's size past its end.
    std::size_t offset(std::size_t index) const;

  private:
    std::string_view text_;
    std::vector<std::size_t> every_;  ///< offset of each kStride-th character; empty if all are one byte
};

}  // namespace tt_run::support
