#pragma once

#include <utility>

namespace tt_run::job {

/// Owns a file descriptor; closes it when it goes.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int value) : value_(value) {}
    Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Descriptor() { close(); }

    int get() const { return value_; }
    explicit operator bool() const { return value_ >= 0; }
    int release() { return std::exchange(value_, -1); }
    void close();

  private:
    int value_ = -1;
};

struct DescriptorPair {
    Descriptor first;
    Descriptor second;
};

/// A close-on-exec pipe: `first` reads what `second` writes. Both empty if there are no descriptors left.
DescriptorPair make_pipe();

/// A close-on-exec pair of connected Unix sockets of this type (SOCK_STREAM, SOCK_SEQPACKET). Both empty if
/// there are no descriptors left.
DescriptorPair make_socket_pair(int type);

void set_non_blocking(int descriptor);

}  // namespace tt_run::job
