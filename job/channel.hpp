#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "job/descriptor.hpp"
#include "job/frame_reader.hpp"
#include "job/supervision_message.hpp"

namespace tt_run::job {

/// One end of a supervision connection: messages in, messages out, never blocking. Passive: its owner polls
/// the descriptor. Not thread-safe.
///   open -> lost (the peer went away, or sent what is no message)
class Channel {
  public:
    Channel(Descriptor connection, std::uint32_t largest_payload);

    int descriptor() const { return connection_.get(); }
    bool lost() const { return lost_; }
    void close();

    /// From now on the peer may send payloads of this size.
    void set_largest_payload(std::uint32_t bytes) { reader_.set_largest_payload(bytes); }

    /// Queues the message and writes what the socket takes.
    void send(const Message& message) { send_bytes(encode(message)); }
    /// An Output frame, without a copy of the bytes as long as the socket takes them.
    void send_output(Stream stream, std::string_view bytes);
    void send_bytes(std::string_view frame);
    /// Writes more of the queue; call it when the descriptor is writable.
    void flush();
    bool wants_to_write() const { return !lost_ && written_ < queue_.size(); }
    /// Bytes that wait for the socket.
    std::size_t queued() const { return queue_.size() - written_; }
    /// Blocks until the queue is written or the time is over.
    void flush_within(int milliseconds);

    /// Reads once; call it when the descriptor is readable, then `next` until it is empty.
    void receive();
    /// The next message. What no peer of ours would say makes the channel lost.
    std::optional<Message> next();

  private:
    std::size_t write_now(std::string_view bytes);

    Descriptor connection_;
    FrameReader reader_;
    std::string queue_;
    std::size_t written_ = 0;
    std::size_t read_bytes_;
    bool lost_ = false;
};

}  // namespace tt_run::job
