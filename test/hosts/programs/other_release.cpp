// A tt-run that says it is of another release, and is otherwise the same.

#include "job/release.hpp"

namespace tt_run::job {

std::string_view release() {
    return "99.0.0-other";
}

}  // namespace tt_run::job
