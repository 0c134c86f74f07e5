#include "launcher/run/job_secrets.hpp"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

namespace tt_run::launcher {

namespace {

std::string random_word() {
    std::array<unsigned char, 16> bytes{};
    while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    }
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace

JobSecrets make_job_secrets() {
    return {random_word(), {random_word(), random_word()}};
}

}  // namespace tt_run::launcher
