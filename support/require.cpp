#include "support/require.hpp"

#include <stdexcept>
#include <string_view>

namespace tt_run::support {

namespace {

/// The last two parts of a path: `device/tensor.cpp`, wherever the project was built.
std::string_view project_path(std::string_view file) {
    const std::size_t name = file.rfind('/');
    const std::size_t folder = name == std::string_view::npos || name == 0 ? name : file.rfind('/', name - 1);
    return folder == std::string_view::npos ? file : file.substr(folder + 1);
}

}  // namespace

void throw_fatal(const char* condition, const char* file, int line, const std::string& message) {
    throw std::runtime_error(
        fmt::format("TT_FATAL @ {}:{}: {}\ninfo:\n{}", project_path(file), line, condition, message));
}

}  // namespace tt_run::support
