#pragma once

#include <cstdint>

namespace tt_run::test {

/// Where one end of a socket stands, written once more from the protocol's text: byte by byte, without any
/// arithmetic that it could share with the code under test.
class FifoModel {
  public:
    explicit FifoModel(std::uint32_t fifo) : fifo_(fifo) {}

    /// Transfers come in pages of this size from here on.
    void begin(std::uint32_t page) {
        if (page == page_) {
            return;
        }
        page_ = page;
        while (at_ % page_ != 0 || at_ + page_ > fifo_) {
            pass_byte();
        }
    }
    void pass_page() {
        for (std::uint32_t k = 0; k < page_; ++k) {
            pass_byte();
        }
        while (at_ != 0 && at_ + page_ > fifo_) {
            pass_byte();
        }
    }
    std::uint32_t at() const { return at_; }
    std::uint32_t count() const { return count_; }

  private:
    void pass_byte() {
        ++count_;
        at_ = at_ + 1 == fifo_ ? 0 : at_ + 1;
    }

    std::uint32_t fifo_;
    std::uint32_t page_ = 0;
    std::uint32_t at_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace tt_run::test
