#include "job/release.hpp"

namespace tt_run::job {

std::string_view release() {
    return TT_RUN_VERSION;
}

}  // namespace tt_run::job
