#include "support/character_offsets.hpp"

#include <algorithm>

namespace tt_run::support {

namespace {

constexpr std::size_t kStride = 64;

/// Bytes 10xxxxxx go on with a character that began before.
bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

bool is_ascii(char byte) {
    return static_cast<unsigned char>(byte) < 0x80U;
}

}  // namespace

CharacterOffsets::CharacterOffsets(std::string_view text) : text_(text) {
    if (std::all_of(text.begin(), text.end(), is_ascii)) {
        return;
    }
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (begins_character(text[at]) && characters++ % kStride == 0) {
            every_.push_back(at);
        }
    }
}

std::size_t CharacterOffsets::offset(std::size_t index) const {
    if (every_.empty()) {
        return std::min(index, text_.size());
    }
    if (index / kStride >= every_.size()) {
        return text_.size();
    }
    std::size_t at = every_[index / kStride];
    for (std::size_t left = index % kStride; left > 0 && at < text_.size(); --left) {
        do {
            ++at;
        } while (at < text_.size() && !begins_character(text_[at]));
    }
    return at;
}

}  // namespace tt_run::support
