#include "test/support/places.hpp"

namespace tt_run::test {

std::string source_directory() {
    return TT_RUN_SOURCE_DIR;
}

std::string binary_directory() {
    return TT_RUN_BINARY_DIR;
}

}  // namespace tt_run::test
