#include "python/call_site.hpp"

#include <set>
#include <string>

namespace tt_run::python {

namespace {

std::string_view file_of(PyCodeObject* code) {
    Py_ssize_t size = 0;
    const char* const name = PyUnicode_AsUTF8AndSize(code->co_filename, &size);
    if (name == nullptr) {
        PyErr_Clear();
        return {};
    }
    return {name, static_cast<std::size_t>(size)};
}

/// Where this package's own Python lies, with a slash behind it.
const std::string& package() {
    static auto* const directory = [] {
        const auto file = py::module_::import("ttnn._ttnn").attr("__file__").cast<std::string>();
        return new std::string(file.substr(0, file.rfind('/') + 1));
    }();
    return *directory;
}

/// A copy of a file's name that is never freed: work may name it for as long as there are queues. Programs
/// have few files.
const char* kept(std::string_view name) {
    static auto* const names = new std::set<std::string, std::less<>>;
    auto found = names->find(name);
    found = found == names->end() ? names->emplace(name).first : found;
    return found->c_str();
}

}  // namespace

device::CallSite python_call_site() {
    auto frame = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(PyEval_GetFrame()));
    while (frame) {
        auto* const raw = reinterpret_cast<PyFrameObject*>(frame.ptr());
        const auto code =
            py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetCode(raw)));
        const std::string_view file = file_of(reinterpret_cast<PyCodeObject*>(code.ptr()));
        if (!file.starts_with(package())) {
            return {kept(file), static_cast<unsigned>(PyFrame_GetLineNumber(raw))};
        }
        frame = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(PyFrame_GetBack(raw)));
    }
    return {};
}

}  // namespace tt_run::python
