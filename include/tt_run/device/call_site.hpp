#pragma once

#include "tt_run/export.hpp"

namespace tt_run::device {

/// A place in a program's text that is not C++: bindings of other languages know it.
struct CallSite {
    const char* file = nullptr;  ///< for ever; null: whoever calls the C++ function
    unsigned line = 0;
};

/// While it lives, what this thread calls counts as called there: failures in queues and reports of waits
/// name that place.
class TT_RUN_API CallSiteScope {
  public:
    explicit CallSiteScope(CallSite site);
    ~CallSiteScope();
    CallSiteScope(const CallSiteScope&) = delete;
    CallSiteScope& operator=(const CallSiteScope&) = delete;

  private:
    CallSite outer_;
};

}  // namespace tt_run::device
