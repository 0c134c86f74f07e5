#include "support/call_place.hpp"

#include <string_view>

namespace tt_run::support {

std::string place_of(const std::source_location& where) {
    std::string_view file = where.file_name();
    if (const std::size_t name = file.rfind('/'); name != std::string_view::npos && name != 0) {
        if (const std::size_t folder = file.rfind('/', name - 1); folder != std::string_view::npos) {
            file.remove_prefix(folder + 1);
        }
    }
    return std::string(file) + ":" + std::to_string(where.line());
}

}  // namespace tt_run::support
