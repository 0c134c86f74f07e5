#include "sockets/socket_descriptor.hpp"
#include "test/fuzz/target.hpp"

namespace tt_run::fuzz {

namespace {

sockets::SocketDescriptor any_descriptor() {
    sockets::SocketDescriptor descriptor;
    descriptor.receiver_rank = 1;
    descriptor.connections.resize(2);
    descriptor.places.resize(2);
    descriptor.fabric = "FABRIC_2D, STRICT_INIT";
    descriptor.host = "host";
    descriptor.where = "main.cpp:3";
    return descriptor;
}

void read_descriptor(std::string_view bytes) {
    const auto descriptor = sockets::decode_descriptor(bytes);
    if (!descriptor) {
        demand(!descriptor.error().message().empty(), "a refusal has a reason");
        return;
    }
    const auto again = sockets::decode_descriptor(sockets::encode_descriptor(*descriptor));
    demand(again && *again == *descriptor, "a descriptor is read as it was written");
    sockets::find_mismatches(any_descriptor(), 0, *descriptor, 1);
}

}  // namespace

std::vector<Target> socket_targets() {
    return {{.name = "socket-descriptor", .largest = 1024, .run = read_descriptor, .made = [] {
                 return std::vector<std::string>{sockets::encode_descriptor(any_descriptor())};
             }}};
}

}  // namespace tt_run::fuzz
