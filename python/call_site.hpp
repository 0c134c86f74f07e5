#pragma once

#include "python/bindings.hpp"
#include "tt_run/device/call_site.hpp"

namespace tt_run::python {

/// The Python line that is running now, for failures that show up later. Needs the GIL.
device::CallSite python_call_site();

struct AtPythonLine {
    device::CallSiteScope scope{python_call_site()};
};

/// For whatever queues work. Other Python threads run meanwhile.
using Queued = py::call_guard<AtPythonLine, py::gil_scoped_release>;

}  // namespace tt_run::python
