#include "sockets/lane.hpp"

#include <fmt/format.h>

namespace tt_run::sockets {

std::string describe_difference(const TransferHead& sender, const TransferHead& receiver) {
    const auto differs = [](const char* what, std::uint64_t there, std::uint64_t here) {
        return fmt::format("the sender's tensor has {} {}, the receiver's {}", what, there, here);
    };
    if (sender.data_type != receiver.data_type) {
        return differs("data type", sender.data_type, receiver.data_type);
    }
    if (sender.layout != receiver.layout) {
        return differs("layout", sender.layout, receiver.layout);
    }
    if (sender.direct != receiver.direct) {
        return sender.direct != 0 ? "the sender uses send_direct_async, the receiver recv_async"
                                  : "the sender uses send_async, the receiver recv_direct_async";
    }
    if (sender.page != receiver.page) {
        return differs("pages of bytes", sender.page, receiver.page);
    }
    if (sender.pages != receiver.pages) {
        return fmt::format("the sender's tensor has {} pages for this connection, the receiver's {}",
                           sender.pages, receiver.pages);
    }
    return differs("blocks of bytes", sender.block, receiver.block);
}

}  // namespace tt_run::sockets
