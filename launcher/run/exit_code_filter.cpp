#include "launcher/run/exit_code_filter.hpp"

#include <algorithm>

#include <sys/wait.h>

#include "support/text.hpp"

namespace tt_run::launcher {

std::string ExitCodeFilter::feed(std::string_view chunk) {
    held_ += chunk;
    std::string passed;
    while (true) {
        if (in_list_) {
            const std::size_t end = held_.find('\n');
            if (end == std::string::npos) {
                return passed;
            }
            in_list_ = take_line(std::string_view(held_).substr(0, end));
            if (in_list_) {
                held_.erase(0, end + 1);
            }
            continue;
        }
        const std::size_t marker = held_.find(marker_);
        if (marker != std::string::npos) {
            passed += held_.substr(0, marker);
            held_.erase(0, marker + marker_.size());
            statuses_.clear();
            in_list_ = true;
            continue;
        }
        // Hold back only what may be the beginning of the marker.
        std::size_t kept = std::min(held_.size(), marker_.size() - 1);
        while (kept > 0 && !marker_.starts_with(std::string_view(held_).substr(held_.size() - kept))) {
            --kept;
        }
        passed += held_.substr(0, held_.size() - kept);
        held_.erase(0, held_.size() - kept);
        return passed;
    }
}

std::string ExitCodeFilter::finish() {
    if (in_list_ && take_line(held_)) {
        held_.clear();
    }
    in_list_ = false;
    return std::move(held_);
}

/// `[host] 0,1280,9`
bool ExitCodeFilter::take_line(std::string_view line) {
    const std::size_t close = line.find("] ");
    if (!line.starts_with('[') || close == std::string_view::npos) {
        return false;
    }
    std::vector<int> found;
    for (const std::string_view piece : support::split(line.substr(close + 2), ',')) {
        const auto status = support::parse_integer(piece);
        if (!status || *status < 0 || *status > 0xFFFF) {
            return false;
        }
        found.push_back(static_cast<int>(*status));
    }
    statuses_.insert(statuses_.end(), found.begin(), found.end());
    return true;
}

int exit_code_of(const std::vector<int>& statuses) {
    for (const int status : statuses) {
        if (status != 0) {
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
    }
    return 0;
}

}  // namespace tt_run::launcher
