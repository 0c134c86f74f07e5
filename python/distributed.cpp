#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "python/bindings.hpp"
#include "python/call_site.hpp"
#include "tt_run/distributed/distributed_context.hpp"

namespace tt_run::python {

using distributed::DistributedContext;
using distributed::Rank;
using distributed::Size;
using distributed::Tag;

namespace {

/// A number that compares with its like only, as upstream. A comparison with an int would always come out
/// false there, without a word; here with one.
template <class Id>
void bind_number(py::module_& module, const char* name, const char* doc) {
    py::class_<Id>(module, name, doc)
        .def(py::init<std::int32_t>(), py::arg("value"))
        .def("__int__", [](Id id) { return *id; })
        .def("__hash__", [](Id id) { return *id; })
        .def("__eq__",
             [name](Id id, const py::object& other) -> py::object {
                 if (py::isinstance<Id>(other)) {
                     return py::bool_(id == other.cast<Id>());
                 }
                 if (py::isinstance<py::int_>(other)) {
                     const std::string text =
                         std::string("a ") + name + " is never equal to an int: compare int(...)";
                     if (PyErr_WarnEx(PyExc_RuntimeWarning, text.c_str(), 1) != 0) {
                         throw py::error_already_set();
                     }
                 }
                 return py::reinterpret_borrow<py::object>(Py_NotImplemented);
             })
        .def(py::self < py::self)
        .def(py::self <= py::self)
        .def(py::self > py::self)
        .def(py::self >= py::self)
        .def("__str__", [](Id id) { return std::to_string(*id); })
        .def("__repr__", [name](Id id) { return py::str("{}({})").format(name, *id); });
}

void send_bytes(const py::bytes& data, std::int32_t peer_rank, std::int32_t tag) {
    const std::string_view view = data;
    const py::gil_scoped_release unlocked;
    DistributedContext::initialized_world()->send(std::as_bytes(std::span(view)), Rank(peer_rank), Tag(tag));
}

py::bytes recv_bytes(std::size_t size, std::int32_t peer_rank, std::int32_t tag) {
    std::string data(size, '\0');
    {
        const py::gil_scoped_release unlocked;
        const distributed::Status status = DistributedContext::initialized_world()->recv(
            std::as_writable_bytes(std::span(data)), Rank(peer_rank), Tag(tag));
        data.resize(status.bytes);
    }
    return py::bytes(data);
}

bool started_with_others() {
    if (DistributedContext::is_initialized()) {
        return *DistributedContext::get_world_context()->size() > 1;
    }
    const char* const size = std::getenv("TT_RUN_SIZE");
    return size != nullptr && std::atoi(size) > 1;
}

}  // namespace

void bind_distributed(py::module_& module) {
    bind_number<Rank>(module, "Rank", "A process of the job, from 0. `int(rank)` is its number.");
    bind_number<Size>(module, "Size", "How many processes the job has. `int(size)` is the number.");
    module.def(
        "init_distributed_context", [] { DistributedContext::create(); }, Unlocked(),
        "Makes this process part of its job. Opening a device does it too; the second time does nothing.");
    module.def("distributed_context_is_initialized", &DistributedContext::is_initialized,
               "Whether this process is part of its job yet: a device was opened, or "
               "`init_distributed_context` called.");
    module.def(
        "distributed_context_get_rank", [] { return DistributedContext::initialized_world()->rank(); },
        Unlocked(), "RuntimeError before a device is open or `init_distributed_context` was called.");
    module.def(
        "distributed_context_get_size", [] { return DistributedContext::initialized_world()->size(); },
        Unlocked(), "RuntimeError before a device is open or `init_distributed_context` was called.");
    module.def(
        "distributed_context_barrier", [] { DistributedContext::initialized_world()->barrier(); }, Queued(),
        "Waits until every rank has called it. RuntimeError before the context is initialized.");
    module.def(
        "distributed_context_send_bytes", &send_bytes, py::arg("data"), py::arg("peer_rank"), py::arg("tag"),
        "Sends bytes from this process to another one, by MPI; tags are 0 to 2^19. RuntimeError before "
        "the context is initialized and for a rank that is not there.");
    module.def("distributed_context_recv_bytes", &recv_bytes, py::arg("size"), py::arg("peer_rank"),
               py::arg("tag"),
               "Waits for bytes that another rank sends with this tag. RuntimeError for more than `size`; "
               "fewer come as they are.");
    module.def("using_distributed_env", &started_with_others,
               "Whether the job has more processes than this one.");
}

}  // namespace tt_run::python
