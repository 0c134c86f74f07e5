#include "launcher/agent/pmi_relay.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tt_run::launcher {

namespace {

constexpr std::size_t kReadBytes = 16384;
/// Longer than any line of PMI-1; PMI-2 has no lines, and there only the beginning of a message counts.
constexpr std::size_t kLongestLine = 65536;

/// PMI is a dialogue of short messages: the other end is waiting for what we write.
bool write_fully(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (wrote >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(wrote));
        } else if (errno == EAGAIN) {
            pollfd wait{descriptor, POLLOUT, 0};
            ::poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace

std::optional<std::uint32_t> abort_code(std::string_view line) {
    // PMI-2 puts six characters of length in front, and semicolons between the fields.
    const bool is_abort =
        line.starts_with("cmd=abort") || (line.size() > 6 && line.substr(6).starts_with("cmd=abort"));
    if (!is_abort) {
        return std::nullopt;
    }
    const std::size_t code = line.find("exitcode=");
    return code == std::string_view::npos
               ? 1
               : static_cast<std::uint32_t>(std::atol(std::string(line.substr(code + 9)).c_str()));
}

std::optional<job::PhaseKind> phase_after(std::string_view line) {
    if (line.starts_with("cmd=init ") || line.starts_with("cmd=barrier_in")) {
        return job::PhaseKind::mpi;
    }
    if (line.starts_with("cmd=barrier_out")) {
        return job::PhaseKind::run;
    }
    return line.starts_with("cmd=finalize") ? std::optional(job::PhaseKind::close) : std::nullopt;
}

PmiRelay::PmiRelay(int launcher, job::Descriptor agent_end)
    : launcher_(launcher), program_(std::move(agent_end)) {}

void PmiRelay::take_from_launcher() {
    std::array<char, kReadBytes> block;
    const ssize_t got = ::read(launcher_.get(), block.data(), block.size());
    if (got > 0 && program_) {
        launcher_line_.append(block.data(), static_cast<std::size_t>(got));
        look_for_phases(launcher_line_);
        keep_unfinished(launcher_line_);
        write_fully(program_.get(), {block.data(), static_cast<std::size_t>(got)});
    } else if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        launcher_open_ = false;
        program_.close();
    }
}

std::optional<std::uint32_t> PmiRelay::take_from_program() {
    std::array<char, kReadBytes> block;
    const ssize_t got = ::read(program_.get(), block.data(), block.size());
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            program_.close();
        }
        return std::nullopt;
    }
    std::string_view bytes(block.data(), static_cast<std::size_t>(got));
    line_.append(bytes);
    if (const auto code = abort_code(line_)) {
        return code;
    }
    look_for_phases(line_);
    keep_unfinished(line_);
    write_fully(launcher_.get(), bytes);
    return std::nullopt;
}

void PmiRelay::look_for_phases(std::string_view lines) {
    for (std::size_t end = 0; (end = lines.find('\n')) != std::string_view::npos;
         lines.remove_prefix(end + 1)) {
        if (const auto phase = phase_after(lines.substr(0, end))) {
            phase_ = phase;
        }
    }
}

void PmiRelay::keep_unfinished(std::string& lines) {
    const std::size_t last_end = lines.rfind('\n');
    if (last_end != std::string::npos) {
        lines.erase(0, last_end + 1);
    } else if (lines.size() > kLongestLine) {
        lines.clear();
    }
}

}  // namespace tt_run::launcher
