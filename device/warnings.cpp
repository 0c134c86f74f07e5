#include "tt_run/device/warnings.hpp"

#include <cstdio>
#include <mutex>

namespace tt_run::device {

namespace {

std::mutex mutex;

std::function<void(const std::string&)>& handler() {
    static auto* const current = new std::function<void(const std::string&)>;
    return *current;
}

}  // namespace

void set_warning_handler(std::function<void(const std::string&)> new_handler) {
    const std::lock_guard lock(mutex);
    handler() = std::move(new_handler);
}

void warn(const std::string& text) {
    const std::lock_guard lock(mutex);
    if (handler()) {
        handler()(text);
    } else {
        const std::string line = "tt_run: warning: " + text + "\n";
        std::fputs(line.c_str(), stderr);
    }
}

}  // namespace tt_run::device
