#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "support/source_text.hpp"

namespace tt_run::topology {

/// Byte offset of a place as protobuf's tokenizer counts it: both from 0, a tab reaching to the next multiple
/// of 8.
std::size_t offset_of_token(const support::SourceText& source, int line, int column);

/// The token (name, number, string, or single character) at `offset`; empty at the end of the text.
support::Span token_at(const support::SourceTextPtr& source, std::size_t offset);

/// The values of the field whose name stands at `offset`: one, or as many as its list has. A message's place
/// is the field's name, or its own brace in a list. protobuf itself records one place for a whole list.
std::vector<support::Span> values_of_field_at(const support::SourceTextPtr& source, std::size_t offset);

}  // namespace tt_run::topology
