#pragma once

// One function for each noun: adds it to the module. In this order, so that a type is known before the first
// signature or default that names it.

#include <pybind11/operators.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

namespace tt_run::python {

namespace py = pybind11;

/// For whatever may wait, or compute for long: other Python threads run meanwhile.
using Unlocked = py::call_guard<py::gil_scoped_release>;

void bind_interrupts(py::module_& module);
void bind_mesh_coordinates(py::module_& module);
void bind_cores(py::module_& module);
void bind_memory(py::module_& module);
void bind_fabric(py::module_& module);
void bind_distributed(py::module_& module);
void bind_mesh_device(py::module_& module);
void bind_tensor(py::module_& module);
void bind_host_array(py::module_& module);
void bind_mesh_mapper(py::module_& module);
void bind_operations(py::module_& module);
void bind_sockets(py::module_& module);

}  // namespace tt_run::python
