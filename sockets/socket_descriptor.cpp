#include "sockets/socket_descriptor.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>

namespace tt_run::sockets {

namespace {

constexpr std::uint32_t kMagic = 0x54545332;  // "TTS2": changes with the form
constexpr std::uint32_t kMostConnections = 1U << 20U;
constexpr std::uint32_t kMostText = 1U << 16U;

class Writer {
  public:
    template <class T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
    void put(T value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
    void put(const std::string& text) {
        put(static_cast<std::uint32_t>(text.size()));
        bytes_ += text;
    }
    void put(const MeshCoreCoord& core) {
        put(static_cast<std::uint32_t>(core.device_coord.dims()));
        for (std::size_t k = 0; k < core.device_coord.dims(); ++k) {
            put(static_cast<std::uint32_t>(core.device_coord[static_cast<std::int32_t>(k)]));
        }
        put(static_cast<std::uint64_t>(core.core_coord.x));
        put(static_cast<std::uint64_t>(core.core_coord.y));
    }
    void put(const std::optional<device::SubDeviceId>& id) { put(id ? std::int64_t{*id} : std::int64_t{-1}); }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    template <class T>
    T get() {
        T value{};
        if (bytes_.size() < sizeof value) {
            good_ = false;
            return value;
        }
        std::copy_n(bytes_.begin(), sizeof value, reinterpret_cast<char*>(&value));
        bytes_.remove_prefix(sizeof value);
        return value;
    }
    std::string text() {
        const auto size = get<std::uint32_t>();
        if (size > kMostText || size > bytes_.size()) {
            good_ = false;
            return "";
        }
        std::string read(bytes_.substr(0, size));
        bytes_.remove_prefix(size);
        return read;
    }
    MeshCoreCoord core() {
        const auto dims = get<std::uint32_t>();
        if (dims == 0 || dims > 8) {
            good_ = false;
            return {};
        }
        std::vector<std::uint32_t> coordinate(dims);
        for (std::uint32_t& one : coordinate) {
            one = get<std::uint32_t>();
        }
        const auto x = get<std::uint64_t>();
        const auto y = get<std::uint64_t>();
        return {device::MeshCoordinate(coordinate), {x, y}};
    }
    std::optional<device::SubDeviceId> sub_device() {
        const auto id = get<std::int64_t>();
        return id < 0 ? std::nullopt : std::optional(static_cast<device::SubDeviceId>(id));
    }
    bool good() const { return good_; }
    bool at_end() const { return bytes_.empty(); }

  private:
    std::string_view bytes_;
    bool good_ = true;
};

std::string name_of_memory(device::BufferType type) {
    return type == device::BufferType::dram ? "DRAM" : "L1";
}

std::string name_of_sub_device(const std::optional<device::SubDeviceId>& id) {
    return id ? fmt::format("{}", *id) : "none";
}

std::string name_of_core(const MeshCoreCoord& core) {
    return fmt::format("{} core ({}, {})", core.device_coord.text(), core.core_coord.x, core.core_coord.y);
}

/// Collects sentences of one form.
class Comparison {
  public:
    Comparison(std::int32_t own, std::int32_t peer) : own_(own), peer_(peer) {}
    void compare(const std::string& what, const std::string& own, const std::string& peer) {
        if (own != peer) {
            found_.push_back(
                fmt::format("{} is {} at rank {} and {} at rank {}", what, own, own_, peer, peer_));
        }
    }
    std::vector<std::string> take() { return std::move(found_); }

  private:
    std::int32_t own_;
    std::int32_t peer_;
    std::vector<std::string> found_;
};

}  // namespace

std::string encode_descriptor(const SocketDescriptor& descriptor) {
    Writer to;
    to.put(kMagic);
    to.put(descriptor.endpoint);
    to.put(descriptor.failure.substr(0, kMostText));
    to.put(descriptor.sender_rank);
    to.put(descriptor.receiver_rank);
    to.put(static_cast<std::uint32_t>(descriptor.connections.size()));
    for (const SocketConnection& connection : descriptor.connections) {
        to.put(connection.sender_core);
        to.put(connection.receiver_core);
    }
    to.put(descriptor.memory.socket_storage_type);
    to.put(descriptor.memory.fifo_size);
    to.put(descriptor.memory.sender_sub_device);
    to.put(descriptor.memory.receiver_sub_device);
    to.put(descriptor.fabric);
    to.put(descriptor.payload);
    to.put(static_cast<std::uint32_t>(descriptor.places.size()));
    for (const EndPlace& place : descriptor.places) {
        to.put(static_cast<std::uint8_t>(place.is_local));
        to.put(place.node.mesh_id);
        to.put(place.node.chip_id);
        to.put(place.word);
        to.put(place.fifo);
    }
    to.put(descriptor.process);
    to.put(descriptor.host);
    to.put(descriptor.door);
    to.put(static_cast<std::uint8_t>(descriptor.knows_neighbour));
    to.put(descriptor.where);
    return to.take();
}

support::Result<SocketDescriptor> decode_descriptor(std::string_view bytes) {
    Reader from(bytes);
    SocketDescriptor read;
    const bool is_ours = from.get<std::uint32_t>() == kMagic;
    read.endpoint = static_cast<SocketEndpoint>(from.get<std::uint8_t>());
    read.failure = from.text();
    read.sender_rank = from.get<std::int32_t>();
    read.receiver_rank = from.get<std::int32_t>();
    const auto connections = from.get<std::uint32_t>();
    for (std::uint32_t k = 0; k < connections && connections <= kMostConnections && from.good(); ++k) {
        const MeshCoreCoord sender = from.core();
        read.connections.push_back({sender, from.core()});
    }
    read.memory.socket_storage_type = static_cast<device::BufferType>(from.get<std::uint8_t>());
    read.memory.fifo_size = from.get<std::uint32_t>();
    read.memory.sender_sub_device = from.sub_device();
    read.memory.receiver_sub_device = from.sub_device();
    read.fabric = from.text();
    read.payload = from.get<std::uint32_t>();
    const auto places = from.get<std::uint32_t>();
    for (std::uint32_t k = 0; k < places && places <= kMostConnections && from.good(); ++k) {
        EndPlace place;
        place.is_local = from.get<std::uint8_t>() != 0;
        place.node.mesh_id = from.get<std::int32_t>();
        place.node.chip_id = from.get<std::int32_t>();
        place.word = from.get<std::uint64_t>();
        place.fifo = from.get<std::uint64_t>();
        read.places.push_back(place);
    }
    read.process = from.get<std::int32_t>();
    read.host = from.text();
    read.door = from.text();
    read.knows_neighbour = from.get<std::uint8_t>() != 0;
    read.where = from.text();
    if (!is_ours || !from.good() || !from.at_end() || read.connections.size() != connections ||
        read.places.size() != places) {
        return std::unexpected(support::Error("the other end sends no socket descriptor of this version"));
    }
    if (read.failure.empty() && read.places.size() != read.connections.size()) {
        return std::unexpected(
            support::Error("the other end's descriptor has not one device for each connection"));
    }
    return read;
}

std::vector<std::string> find_mismatches(const SocketDescriptor& own, std::int32_t own_rank,
                                         const SocketDescriptor& peer, std::int32_t peer_rank) {
    if (own.sender_rank != peer.sender_rank || own.receiver_rank != peer.receiver_rank ||
        own.endpoint == peer.endpoint) {
        return {
            fmt::format("rank {} makes a socket from rank {} to rank {} (at {}), rank {} one from rank {} to "
                        "rank {} (at {}); sockets of two ranks must be made in the same order by both",
                        own_rank, own.sender_rank, own.receiver_rank, own.where, peer_rank, peer.sender_rank,
                        peer.receiver_rank, peer.where)};
    }
    Comparison found(own_rank, peer_rank);
    found.compare("the number of connections", fmt::format("{}", own.connections.size()),
                  fmt::format("{}", peer.connections.size()));
    for (std::size_t k = 0; k < std::min(own.connections.size(), peer.connections.size()); ++k) {
        found.compare(fmt::format("the sender core of connection {}", k),
                      name_of_core(own.connections[k].sender_core),
                      name_of_core(peer.connections[k].sender_core));
        found.compare(fmt::format("the receiver core of connection {}", k),
                      name_of_core(own.connections[k].receiver_core),
                      name_of_core(peer.connections[k].receiver_core));
    }
    found.compare("the FIFO size", fmt::format("{}", own.memory.fifo_size),
                  fmt::format("{}", peer.memory.fifo_size));
    found.compare("the storage type", name_of_memory(own.memory.socket_storage_type),
                  name_of_memory(peer.memory.socket_storage_type));
    found.compare("the sender sub-device", name_of_sub_device(own.memory.sender_sub_device),
                  name_of_sub_device(peer.memory.sender_sub_device));
    found.compare("the receiver sub-device", name_of_sub_device(own.memory.receiver_sub_device),
                  name_of_sub_device(peer.memory.receiver_sub_device));
    found.compare("the fabric config", own.fabric, peer.fabric);
    found.compare("the most bytes of a packet", fmt::format("{}", own.payload),
                  fmt::format("{}", peer.payload));
    return found.take();
}

}  // namespace tt_run::sockets
