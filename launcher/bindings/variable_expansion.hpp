#pragma once

#include <string>
#include <string_view>

#include "support/host_environment.hpp"

namespace tt_run::launcher {

/// `$NAME` and `${NAME}` replaced by the launcher's own variables; an undefined one stays as it is written,
/// as in the existing tt-run. Ours besides: `${NAME:-default}`, the default (not expanded itself) when NAME
/// is unset or empty. No escapes, `~` and `$$` untouched, and what was put in is not expanded again.
std::string expand_variables(std::string_view text, const support::Variables& variables);

}  // namespace tt_run::launcher
