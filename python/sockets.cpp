#include "python/bindings.hpp"
#include "python/call_site.hpp"
#include "python/mesh_id.hpp"
#include "tt_run/sockets/mesh_socket.hpp"

namespace tt_run::python {

using namespace sockets;
using distributed::Rank;

namespace {

using DevicePtr = std::shared_ptr<device::MeshDevice>;

std::optional<std::uint32_t> number_of(std::optional<SubDeviceId> id) {
    return id ? std::optional(id->value) : std::nullopt;
}

std::optional<SubDeviceId> id_of(std::optional<std::uint32_t> number) {
    return number ? std::optional(SubDeviceId{*number}) : std::nullopt;
}

void bind_config(py::module_& module) {
    py::class_<MeshCoreCoord>(module, "MeshCoreCoord", "A core of a device of a mesh.")
        .def(py::init([](const device::MeshCoordinate& coord, device::CoreCoord core) {
                 return MeshCoreCoord{coord, core};
             }),
             py::arg("device_coord"), py::arg("core_coord"))
        .def_readwrite("device_coord", &MeshCoreCoord::device_coord)
        .def_readwrite("core_coord", &MeshCoreCoord::core_coord)
        .def(py::self == py::self)
        .def("__hash__",
             [](const MeshCoreCoord& core) {
                 return py::hash(py::make_tuple(core.device_coord, core.core_coord));
             })
        .def("__repr__", [](const MeshCoreCoord& core) {
            return py::str("MeshCoreCoord({!r}, {!r})").format(core.device_coord, core.core_coord);
        });
    py::class_<SocketConnection>(
        module, "SocketConnection",
        "A one-way connection between a core of the sending mesh and a core of the receiving one.")
        .def(py::init([](const MeshCoreCoord& sender, const MeshCoreCoord& receiver) {
                 return SocketConnection{sender, receiver};
             }),
             py::arg("sender_core"), py::arg("receiver_core"))
        .def_readwrite("sender_core", &SocketConnection::sender_core)
        .def_readwrite("receiver_core", &SocketConnection::receiver_core)
        .def(py::self == py::self)
        .def("__repr__", [](const SocketConnection& connection) {
            return py::str("SocketConnection({!r}, {!r})")
                .format(connection.sender_core, connection.receiver_core);
        });
    py::class_<SocketMemoryConfig>(module, "SocketMemoryConfig",
                                   "Where the FIFOs stand, and how many bytes each connection's has.")
        .def(py::init([](device::BufferType type, std::uint32_t fifo, std::optional<SubDeviceId> sender,
                         std::optional<SubDeviceId> receiver, bool) {
                 return SocketMemoryConfig{type, fifo, number_of(sender), number_of(receiver)};
             }),
             py::arg("socket_storage_type"), py::arg("fifo_size"), py::arg("sender_sub_device") = py::none(),
             py::arg("receiver_sub_device") = py::none(), py::arg("per_core_allocation") = false)
        .def_readwrite("socket_storage_type", &SocketMemoryConfig::socket_storage_type)
        .def_readwrite("fifo_size", &SocketMemoryConfig::fifo_size)
        .def_property(
            "sender_sub_device",
            [](const SocketMemoryConfig& config) { return id_of(config.sender_sub_device); },
            [](SocketMemoryConfig& config, std::optional<SubDeviceId> id) {
                config.sender_sub_device = number_of(id);
            })
        .def_property(
            "receiver_sub_device",
            [](const SocketMemoryConfig& config) { return id_of(config.receiver_sub_device); },
            [](SocketMemoryConfig& config, std::optional<SubDeviceId> id) {
                config.receiver_sub_device = number_of(id);
            })
        .def(py::self == py::self)
        .def("__repr__", [](const SocketMemoryConfig& config) {
            return py::str("SocketMemoryConfig({}, {})").format(config.socket_storage_type, config.fifo_size);
        });
    // Ranks come first: two numbers by position are ranks.
    py::class_<SocketConfig>(
        module, "SocketConfig",
        "A socket: its connections, in an order that both sides share, its memory, and its two "
        "ends, ranks or whole meshes.")
        .def(py::init([](std::vector<SocketConnection> connections, const SocketMemoryConfig& memory,
                         std::optional<std::int32_t> sender, std::optional<std::int32_t> receiver) {
                 return SocketConfig{std::move(connections), memory, Rank(sender.value_or(0)),
                                     Rank(receiver.value_or(0))};
             }),
             py::arg("connections"), py::arg("memory_config"), py::arg("sender_rank") = py::none(),
             py::arg("receiver_rank") = py::none())
        .def(py::init([](std::vector<SocketConnection> connections, const SocketMemoryConfig& memory,
                         std::int32_t sender, std::int32_t receiver) {
                 SocketConfig config{std::move(connections), memory};
                 config.sender_mesh_id = sender;
                 config.receiver_mesh_id = receiver;
                 return config;
             }),
             py::arg("connections"), py::arg("memory_config"), py::arg("sender_mesh_id"),
             py::arg("receiver_mesh_id"))
        .def_readwrite("connections", &SocketConfig::socket_connection_config)
        .def_readwrite("memory_config", &SocketConfig::socket_mem_config)
        .def_property(
            "sender_rank", [](const SocketConfig& config) { return *config.sender_rank; },
            [](SocketConfig& config, std::int32_t rank) { config.sender_rank = Rank(rank); })
        .def_property(
            "receiver_rank", [](const SocketConfig& config) { return *config.receiver_rank; },
            [](SocketConfig& config, std::int32_t rank) { config.receiver_rank = Rank(rank); })
        .def_readwrite("sender_mesh_id", &SocketConfig::sender_mesh_id)
        .def_readwrite("receiver_mesh_id", &SocketConfig::receiver_mesh_id);
}

void bind_socket(py::module_& module) {
    py::enum_<SocketEndpoint>(module, "SocketEndpoint")
        .value("SENDER", SocketEndpoint::sender)
        .value("RECEIVER", SocketEndpoint::receiver);
    py::class_<SocketCounters>(module, "SocketCounters",
                               "A connection's counts, bytes, modulo 2**32. Ours, not tt-metal's.")
        .def_readonly("bytes_sent", &SocketCounters::bytes_sent)
        .def_readonly("bytes_acked", &SocketCounters::bytes_acked)
        .def("__repr__", [](SocketCounters counters) {
            return py::str("SocketCounters(bytes_sent={}, bytes_acked={})")
                .format(counters.bytes_sent, counters.bytes_acked);
        });
    py::class_<MeshSocket>(
        module, "MeshSocket",
        "One end of a one-way channel for tensors between two meshes. Make it once and use it for all "
        "transfers, from one thread at a time.")
        .def(py::init([](const DevicePtr& device, const SocketConfig& config) {
                 return MeshSocket(device, config);
             }),
             py::arg("device"), py::arg("config"), Queued(),
             "The end of this rank. Waits for the other one, 10 seconds by default; on a rank that is "
             "neither it is a "
             "null socket.\n\nRuntimeError for a config that breaks a rule, for ends that differ (on both "
             "sides, with "
             "every field that does), and for chips that the fabric does not join.")
        .def("is_null", &MeshSocket::is_null, "Whether neither end is at this rank.")
        .def("get_socket_endpoint_type", &MeshSocket::get_socket_endpoint_type)
        .def("get_config", &MeshSocket::get_config)
        .def("get_connection_config", &MeshSocket::get_connection_config)
        .def("get_mesh_device", &MeshSocket::get_mesh_device)
        .def("get_active_cores", &MeshSocket::get_active_cores, "This end's cores, as listed, each once.")
        .def("get_config_buffer_address", &MeshSocket::get_config_buffer_address)
        .def("get_fabric_node_id", &MeshSocket::get_fabric_node_id, py::arg("endpoint"), py::arg("coord"))
        .def("counters", &MeshSocket::counters, py::arg("connection"),
             "Of a connection, by its number, with a device of this rank. Ours, not tt-metal's.");
    module.def(
        "create_socket_pair",
        [](const DevicePtr& sender, const DevicePtr& receiver, const SocketConfig& config) {
            return MeshSocket::create_socket_pair(sender, receiver, config);
        },
        py::arg("sender_mesh_device"), py::arg("receiver_mesh_device"), py::arg("socket_config"), Queued(),
        "Both ends, sender and receiver, in this process. Ranks of the config mean nothing.");
    module.def(
        "set_socket_deadline",
        [](double seconds) {
            set_socket_deadline(std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::duration<double>(seconds)));
        },
        py::arg("seconds"), "How long a socket waits for its other end to be made. Ours, not tt-metal's.");
}

}  // namespace

void bind_sockets(py::module_& module) {
    bind_config(module);
    bind_socket(module);
    module.def(
        "send_async",
        [](const device::Tensor& tensor, const MeshSocket& socket) {
            send_async(tensor, socket);
            return std::vector<device::Tensor>();
        },
        py::arg("input_tensor"), py::arg("mesh_socket"), Queued(),
        "Queues the sending of the tensor's shards on the devices that connections name, and returns []. "
        "What fits "
        "the FIFO is sent without a receiver.\n\nRuntimeError at the receiving end, for a host tensor, and "
        "for a "
        "page larger than the FIFO.");
    module.def(
        "recv_async",
        [](const device::Tensor& tensor, const MeshSocket& socket) {
            recv_async(tensor, socket);
            return std::vector{tensor};
        },
        py::arg("output_tensor"), py::arg("mesh_socket"), Queued(),
        "Queues receiving into a tensor that exists, of the sent one's dtype, layout and pages; returns "
        "[it]. "
        "Operations on it wait for the data.\n\nRuntimeError at the sending end, for a host tensor, and for "
        "a page "
        "larger than the FIFO.");
    module.def(
        "send_direct_async",
        [](const device::Tensor& tensor, const MeshSocket& socket) {
            send_direct_async(tensor, socket);
            return std::vector<device::Tensor>();
        },
        py::arg("input_tensor"), py::arg("mesh_socket"), Queued(),
        "As `send_async`, but the bytes go past the FIFO, straight into the tensor that waits for them; a "
        "FIFO of 128 "
        "bytes in L1 is enough. The other end must call `recv_direct_async`.");
    module.def(
        "recv_direct_async",
        [](const device::Tensor& tensor, const MeshSocket& socket) {
            recv_direct_async(tensor, socket);
            return std::vector{tensor};
        },
        py::arg("output_tensor"), py::arg("mesh_socket"), Queued(),
        "As `recv_async`, for what `send_direct_async` sends.");
}

}  // namespace tt_run::python
