#include "tt_run/device/core_coord.hpp"

#include "python/bindings.hpp"

namespace tt_run::python {

using device::CoreCoord;
using device::CoreGrid;
using device::CoreRange;
using device::CoreRangeSet;

void bind_cores(py::module_& module) {
    py::class_<CoreCoord>(
        module, "CoreCoord",
        "A worker core of a chip's compute grid, logical: x is its column, y its row. Note the "
        "order, which is not that of a MeshCoordinate.")
        .def(py::init<std::size_t, std::size_t>(), py::arg("x"), py::arg("y"))
        .def(py::init([](const std::pair<std::size_t, std::size_t>& xy) {
                 return CoreCoord{xy.first, xy.second};
             }),
             py::arg("xy"))
        .def_readonly("x", &CoreCoord::x)
        .def_readonly("y", &CoreCoord::y)
        .def(py::self == py::self)
        .def(py::self < py::self)
        .def("__hash__", [](const CoreCoord& core) { return std::hash<CoreCoord>()(core); })
        .def("__iter__", [](const CoreCoord& core) { return py::iter(py::make_tuple(core.x, core.y)); })
        .def("__repr__",
             [](const CoreCoord& core) { return py::str("CoreCoord(x={}, y={})").format(core.x, core.y); });
    py::implicitly_convertible<py::tuple, CoreCoord>();
    py::class_<CoreRange>(module, "CoreRange", "A rectangle of cores, both corners included.")
        .def(py::init<CoreCoord, CoreCoord>(), py::arg("start"), py::arg("end"))
        .def(py::init([](const CoreCoord& core) {
                 return CoreRange{core, core};
             }),
             py::arg("core"))
        .def_readonly("start", &CoreRange::start)
        .def_readonly("end", &CoreRange::end)
        .def("size", &CoreRange::size)
        .def("contains", &CoreRange::contains, py::arg("core"))
        .def(py::self == py::self)
        .def("__repr__", [](const CoreRange& range) {
            return py::str("CoreRange({!r}, {!r})").format(range.start, range.end);
        });
    py::class_<CoreRangeSet>(module, "CoreRangeSet", "Rectangles of cores, in the order given.")
        .def(py::init([](const std::vector<CoreRange>& ranges) { return CoreRangeSet{ranges}; }),
             py::arg("ranges"))
        .def("ranges", [](const CoreRangeSet& set) { return set.ranges; })
        .def("num_cores", &CoreRangeSet::num_cores)
        .def("contains", &CoreRangeSet::contains, py::arg("core"))
        .def(py::self == py::self)
        .def("__repr__", [](const CoreRangeSet& set) {
            return py::str("CoreRangeSet({!r})").format(py::cast(set.ranges));
        });
    py::class_<CoreGrid>(module, "CoreGrid", "The extent of a compute grid, in cores.")
        .def(py::init([](std::size_t y, std::size_t x) {
                 return CoreGrid{y, x};
             }),
             py::kw_only(), py::arg("y"), py::arg("x"))
        .def_readonly("x", &CoreGrid::x)
        .def_readonly("y", &CoreGrid::y)
        .def_property_readonly("num_cores", &CoreGrid::num_cores)
        .def(py::self == py::self)
        .def("__repr__",
             [](const CoreGrid& grid) { return py::str("CoreGrid(x={}, y={})").format(grid.x, grid.y); });
}

}  // namespace tt_run::python
