#pragma once

#include <string>

namespace tt_run::cli {

/// What `tt-run --version` prints: "tt-run VERSION (COMMIT)", and below it how and of what it was built. The
/// first line keeps its form.
std::string render_build_facts();

}  // namespace tt_run::cli
