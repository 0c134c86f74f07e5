#include "support/error.hpp"

#include <system_error>

namespace tt_run::support {

Error Error::from_errno(int code) {
    return Error(std::generic_category().message(code));
}

}  // namespace tt_run::support
