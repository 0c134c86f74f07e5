#pragma once

#include "sockets/socket_state.hpp"

namespace tt_run::sockets {

/// Adds what went through a socket's connections at this end to this rank's report, if TT_RUN_REPORT names a
/// directory for it: at the end of the process it is written as `rank<N>.json` there (docs/formats/
/// rank-report.md). The links that the bytes took are counted at the sending end. To be called once, when the
/// socket goes.
void report_socket(const SocketState& state);

}  // namespace tt_run::sockets
