#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "fabric/traffic.hpp"

namespace tt_run::fabric {

/// A number of the model and where it was published.
struct ModelConstant {
    std::string_view name;
    double value = 0;
    std::string_view unit;
    std::string_view source;
};

/// What the model takes for one architecture and config.
struct TimeModel {
    ModelConstant hop_latency;  ///< one way over one link, a small packet
    ModelConstant link_rate;    ///< payload over one link, one way, large packets
    std::string_view label;     ///< to be printed with every number that comes out
};

/// The constants for chips of an architecture under a config.
TimeModel time_model(topology::Architecture architecture, FabricConfig config);

using Microseconds = std::chrono::duration<double, std::micro>;

/// How long a link takes to send what it carries: slow links have less of their rate, and one that drops
/// packets sends them again.
Microseconds sending_time(const ControlPlane& plane, const LinkTraffic& traffic);

/// A prediction, never a measurement.
struct PredictedTime {
    Microseconds latency{};    ///< of the longest way, with empty links
    Microseconds busiest{};    ///< of the link that takes longest to send what it carries
    Microseconds total{};      ///< both: until the last byte is there
    LinkTraffic busiest_link;  ///< of no node if nothing was sent
};

/// How long the transfers take if all start at once: links share their rate among flows, slow links have
/// less of it, links that drop send again, buffers never run full. An error names the first transfer without
/// a route.
support::Result<PredictedTime> predict_time(const ControlPlane& plane,
                                            const std::vector<Transfer>& transfers);

}  // namespace tt_run::fabric
