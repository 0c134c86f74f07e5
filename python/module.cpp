// ttnn._ttnn: the runtime's public headers in Python. The package around it (python/ttnn) adds what is
// better said in Python: torch and numpy, context managers, the end of the process.

#include "python/bindings.hpp"

PYBIND11_MODULE(_ttnn, module) {
    using namespace tt_run::python;
    module.doc() = "The compiled part of ttnn. Use `import ttnn`.";
    py::options options;
    options.disable_enum_members_docstring();
    bind_interrupts(module);
    bind_mesh_coordinates(module);
    bind_cores(module);
    bind_memory(module);
    bind_fabric(module);
    bind_distributed(module);
    bind_mesh_device(module);
    bind_tensor(module);
    bind_host_array(module);
    bind_mesh_mapper(module);
    bind_operations(module);
    bind_sockets(module);
}
