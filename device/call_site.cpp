#include "tt_run/device/call_site.hpp"

#include "support/call_place.hpp"

namespace tt_run::device {

CallSiteScope::CallSiteScope(CallSite site) {
    const support::CallPlace outer = support::set_call_place({site.file, site.line});
    outer_ = {outer.file, outer.line};
}

CallSiteScope::~CallSiteScope() {
    support::set_call_place({outer_.file, outer_.line});
}

}  // namespace tt_run::device
