// Ctrl-C: the runtime's waits ask, every few milliseconds, whether they should go on.

#include "python/bindings.hpp"
#include "tt_run/distributed/waits.hpp"

namespace tt_run::python {

void bind_interrupts(py::module_& module) {
    // Python runs its signal handlers on its main thread only; others, those of queues too, need not ask.
    const auto main =
        py::module_::import("threading").attr("main_thread")().attr("ident").cast<unsigned long>();
    distributed::set_interrupt_check([main] {
        const bool is_over = Py_IsInitialized() == 0;  // MPI may still wait for other ranks to finish
        if (is_over || PyThread_get_thread_ident() != main) {
            return;
        }
        const py::gil_scoped_acquire locked;
        if (PyErr_CheckSignals() != 0) {
            throw py::error_already_set();
        }
    });
    module.def(
        "current_waits",
        [] {
            std::vector<std::pair<std::string, double>> waits;
            for (const distributed::Wait& wait : distributed::current_waits()) {
                waits.emplace_back(wait.what, std::chrono::duration<double>(wait.waited).count());
            }
            return waits;
        },
        "What threads of this process wait for right now, oldest first: (what, seconds). Ours, not "
        "tt-metal's.");
    module.def(
        "set_wait_deadline",
        [](double seconds) {
            distributed::set_wait_deadline(std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::duration<double>(seconds)));
        },
        py::arg("seconds"),
        "After so many seconds a wait raises RuntimeError saying what it was for; 0, the default, is for "
        "ever. "
        "Ours, not tt-metal's.");
}

}  // namespace tt_run::python
