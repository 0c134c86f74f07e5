#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "job/channel.hpp"
#include "job/descriptor.hpp"

namespace tt_run::launcher {

/// What the program finds at 0, 1 and 2; close it when the program runs.
struct ProgramEnds {
    job::Descriptor input;
    job::Descriptor output;
    job::Descriptor error;
};

/// The agent's ends of the program's standard streams, between the program and the supervisor's channel,
/// within the windows of supervision_message.hpp. Passive: its owner polls the descriptors (-1 where there is
/// nothing to wait for). Not thread-safe.
class ProgramStreams {
  public:
    explicit ProgramStreams(job::Channel& supervisor) : supervisor_(supervisor) {}

    /// The program's ends; without input it reads end-of-file. Empty ones if there are no descriptors left.
    ProgramEnds open(bool has_input);

    int output() const { return window_ != 0 ? ends_[0].get() : -1; }
    int error() const { return window_ != 0 ? ends_[1].get() : -1; }
    int input() const { return held_input_.empty() ? -1 : input_.get(); }
    /// Reads once from that stream, and sends it on.
    void take(job::Stream stream);
    void add_window(std::uint32_t bytes) { window_ += bytes; }

    /// Holds what the program does not take at once; no bytes are the end.
    void hold_input(std::string_view bytes);
    void give_input();

    /// No process of the rank is left: what is in the pipes now is all, whoever else may hold their ends.
    /// True when it has all been sent.
    bool drained();

  private:
    static constexpr std::size_t kReadBytes = 64U << 10U;

    job::Channel& supervisor_;
    std::array<job::Descriptor, 2> ends_;  ///< output, error
    std::uint32_t window_ = job::kWindowBytes;
    job::Descriptor input_;
    std::string held_input_;
    bool input_has_ended_ = false;
    std::array<char, kReadBytes> block_;  ///< left as it is: memory that is touched costs time
};

}  // namespace tt_run::launcher
