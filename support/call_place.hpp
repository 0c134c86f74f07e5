#pragma once

#include <source_location>
#include <string>

namespace tt_run::support {

/// A place in a program's text, in whatever language; `file` is good for ever, or null for no place.
struct CallPlace {
    const char* file = nullptr;
    unsigned line = 0;
};

/// What this thread calls counts as called there, until told otherwise: bindings of other languages know
/// better than `std::source_location`. Returns what was said before.
CallPlace set_call_place(CallPlace place);
CallPlace call_place();

/// `models/stage.py:17`: the file's last two parts, as in other messages.
std::string place_of(const CallPlace& place);
/// Of the call that is made now: this thread's call place if it has one, else `where`.
std::string place_of(const std::source_location& where);

}  // namespace tt_run::support
