#include "support/call_place.hpp"

#include <string_view>
#include <utility>

namespace tt_run::support {

namespace {

thread_local CallPlace here;

}  // namespace

CallPlace set_call_place(CallPlace place) {
    return std::exchange(here, place);
}

CallPlace call_place() {
    return here;
}

std::string place_of(const CallPlace& place) {
    std::string_view file = place.file;
    if (const std::size_t name = file.rfind('/'); name != std::string_view::npos && name != 0) {
        if (const std::size_t folder = file.rfind('/', name - 1); folder != std::string_view::npos) {
            file.remove_prefix(folder + 1);
        }
    }
    return std::string(file) + ":" + std::to_string(place.line);
}

std::string place_of(const std::source_location& where) {
    return place_of(here.file != nullptr ? here : CallPlace{where.file_name(), where.line()});
}

}  // namespace tt_run::support
