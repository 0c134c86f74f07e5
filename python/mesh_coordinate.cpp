#include "tt_run/device/mesh_coordinate.hpp"

#include "python/bindings.hpp"

namespace tt_run::python {

using device::MeshCoordinate;
using device::MeshCoordinateRange;
using device::MeshCoordinateRangeSet;
using device::MeshShape;

namespace {

using Extents = std::vector<std::uint32_t>;

/// What shapes and coordinates have in common: a short row of numbers.
template <class T>
void define_row(py::class_<T>& type) {
    type.def("dims", &T::dims, "How many dimensions it has.")
        .def(
            "__getitem__",
            [](const T& row, std::int32_t index) {
                const auto dims = static_cast<std::int32_t>(row.dims());
                if (index < -dims || index >= dims) {
                    throw py::index_error();
                }
                return row[index];
            },
            py::arg("dim"), "A negative index counts from the end.")
        .def("__len__", &T::dims)
        .def("__iter__", [](const T& row) { return py::iter(py::cast(Extents(row.begin(), row.end()))); })
        .def(py::self == py::self)
        .def(py::self != py::self)
        .def("__repr__", &T::text);
}

void bind_shape(py::module_& module) {
    py::class_<MeshShape> type(
        module, "MeshShape",
        "The extents of a grid of devices, rows first, each at least 1. Functions that "
        "take one take a tuple or a list as well.");
    type.def(py::init<std::uint32_t, std::uint32_t>(), py::arg("s0"), py::arg("s1"))
        .def(py::init<std::uint32_t, std::uint32_t, std::uint32_t>(), py::arg("s0"), py::arg("s1"),
             py::arg("s2"))
        .def(py::init<Extents>(), py::arg("shape"), "RuntimeError for no extents and for one of 0.")
        .def("mesh_size", &MeshShape::mesh_size, "How many devices it has.")
        .def("__hash__", [](const MeshShape& shape) {
            return py::hash(py::tuple(py::cast(Extents(shape.begin(), shape.end()))));
        });
    define_row(type);
    py::implicitly_convertible<py::tuple, MeshShape>();
    py::implicitly_convertible<py::list, MeshShape>();
}

void bind_coordinate(py::module_& module) {
    py::class_<MeshCoordinate> type(module, "MeshCoordinate",
                                    "A device's place in a mesh: row, then column.");
    type.def(py::init<std::uint32_t, std::uint32_t>(), py::arg("c0"), py::arg("c1"))
        .def(py::init<std::uint32_t, std::uint32_t, std::uint32_t>(), py::arg("c0"), py::arg("c1"),
             py::arg("c2"))
        .def(py::init<Extents>(), py::arg("coords"))
        .def("__hash__", [](const MeshCoordinate& self) { return std::hash<MeshCoordinate>()(self); })
        .def(py::self < py::self);
    define_row(type);
    py::implicitly_convertible<py::tuple, MeshCoordinate>();
    py::implicitly_convertible<py::list, MeshCoordinate>();
}

void bind_ranges(py::module_& module) {
    py::class_<MeshCoordinateRange>(module, "MeshCoordinateRange",
                                    "All coordinates between two corners, both included, visited row by row.")
        .def(py::init<MeshCoordinate, MeshCoordinate>(), py::arg("start"), py::arg("end"),
             "RuntimeError unless start <= end in every dimension.")
        .def(py::init<MeshShape>(), py::arg("shape"), "Every coordinate of a mesh.")
        .def_property_readonly("start", &MeshCoordinateRange::start_coord)
        .def_property_readonly("end", &MeshCoordinateRange::end_coord)
        .def("dims", &MeshCoordinateRange::dims)
        .def("shape", &MeshCoordinateRange::shape, "Its extents.")
        .def("contains", py::overload_cast<const MeshCoordinate&>(&MeshCoordinateRange::contains, py::const_),
             py::arg("coord"))
        .def("contains",
             py::overload_cast<const MeshCoordinateRange&>(&MeshCoordinateRange::contains, py::const_),
             py::arg("range"))
        .def("__contains__",
             py::overload_cast<const MeshCoordinate&>(&MeshCoordinateRange::contains, py::const_),
             py::arg("coord"))
        .def("intersection", &MeshCoordinateRange::intersection, py::arg("range"),
             "None if they do not meet.")
        .def("__len__", [](const MeshCoordinateRange& range) { return range.shape().mesh_size(); })
        .def("__iter__",
             [](const MeshCoordinateRange& range) {
                 return py::iter(py::cast(std::vector<MeshCoordinate>(range.begin(), range.end())));
             })
        .def(py::self == py::self)
        .def("__repr__", &MeshCoordinateRange::text);
    py::class_<MeshCoordinateRangeSet>(
        module, "MeshCoordinateRangeSet",
        "Ranges that do not overlap; those that touch along a whole side are joined.")
        .def(py::init<>())
        .def(py::init<const MeshCoordinateRange&>(), py::arg("range"))
        .def("merge", &MeshCoordinateRangeSet::merge, py::arg("range"))
        .def("ranges", &MeshCoordinateRangeSet::ranges)
        .def("empty", &MeshCoordinateRangeSet::empty)
        .def("contains", &MeshCoordinateRangeSet::contains, py::arg("coord"))
        .def("__len__", [](const MeshCoordinateRangeSet& set) { return set.ranges().size(); })
        .def("__iter__", [](const MeshCoordinateRangeSet& set) { return py::iter(py::cast(set.ranges())); })
        .def("__repr__", [](const MeshCoordinateRangeSet& set) {
            return py::str("MeshCoordinateRangeSet({})").format(py::cast(set.ranges()));
        });
}

}  // namespace

void bind_mesh_coordinates(py::module_& module) {
    bind_shape(module);
    bind_coordinate(module);
    bind_ranges(module);
}

}  // namespace tt_run::python
