#include "fabric/time_model.hpp"

#include <algorithm>

namespace tt_run::fabric {

namespace {

constexpr std::string_view kLabel = "predicted by a model of published numbers, not measured";

constexpr ModelConstant kWormholeLineLatency{
    "hop latency", 0.79, "us", "tt-metal golden latencies, T3K, linear, 16 bytes: 1.58 us for two hops"};
constexpr ModelConstant kWormholeMeshLatency{
    "hop latency", 0.90, "us", "tt-metal golden latencies, T3K, mesh, 16 bytes: 1.79 us for two hops"};
constexpr ModelConstant kBlackholeLineLatency{
    "hop latency", 0.66, "us",
    "tt-metal golden latencies, four P150, linear, 16 bytes: 1.31 us for two hops"};
constexpr ModelConstant kBlackholeMeshLatency{"hop latency", 0.77, "us",
                                              "tt-metal golden latencies, Blackhole Galaxy, mesh, 16 bytes"};
constexpr ModelConstant kBlackholeTorusLatency{
    "hop latency", 0.80, "us", "tt-metal golden latencies, Blackhole Galaxy, torus, 16 bytes"};
constexpr ModelConstant kWormholeLineRate{"link rate", 11.7, "GB/s",
                                          "tt-metal golden bandwidths, one link, linear, 4096-byte packets"};
constexpr ModelConstant kWormholeMeshRate{
    "link rate", 9.6, "GB/s",
    "tt-metal golden bandwidths, Galaxy, one link, mesh unicast, 4096-byte packets"};
constexpr ModelConstant kWormholeRingRate{
    "link rate", 6.1, "GB/s", "tt-metal golden bandwidths, one link, ring, the best of 5.2 to 6.1"};
constexpr ModelConstant kBlackholeRate{
    "link rate", 29.5, "GB/s", "tt-metal golden bandwidths, four P150, one link, linear, 4096-byte packets"};

}  // namespace

TimeModel time_model(topology::Architecture architecture, FabricConfig config) {
    const bool torus = config > FabricConfig::mesh && is_2d(config);
    if (architecture == topology::Architecture::blackhole) {
        const ModelConstant& latency = is_1d(config) ? kBlackholeLineLatency
                                       : torus       ? kBlackholeTorusLatency
                                                     : kBlackholeMeshLatency;
        return {latency, kBlackholeRate, kLabel};
    }
    const ModelConstant& rate = config == FabricConfig::ring ? kWormholeRingRate
                                : is_1d(config)              ? kWormholeLineRate
                                                             : kWormholeMeshRate;
    return {is_1d(config) ? kWormholeLineLatency : kWormholeMeshLatency, rate, kLabel};
}

namespace {

TimeModel model_at(const ControlPlane& plane, NodeAt node) {
    return time_model(plane.system().mesh(node.mesh).architecture, plane.options().settings.config);
}

}  // namespace

Microseconds sending_time(const ControlPlane& plane, const LinkTraffic& traffic) {
    const LinkState state = plane.states().of(traffic.link);
    const double rate = model_at(plane, traffic.from).link_rate.value * state.speed * (1 - state.dropped);
    // A byte takes 1 / (GB/s) nanoseconds.
    return Microseconds(static_cast<double>(traffic.payload_bytes) / rate / 1000.0);
}

support::Result<PredictedTime> predict_time(const ControlPlane& plane,
                                            const std::vector<Transfer>& transfers) {
    const FabricConfig config = plane.options().settings.config;
    const auto traffic = count_traffic(plane, transfers, packet_format(config));
    if (!traffic) {
        return std::unexpected(traffic.error());
    }
    PredictedTime predicted;
    for (const LinkTraffic& one : *traffic) {
        const Microseconds busy = sending_time(plane, one);
        if (busy > predicted.busiest) {
            predicted.busiest = busy;
            predicted.busiest_link = one;
        }
    }
    for (const Transfer& transfer : transfers) {
        const auto route = plane.route(transfer.from, transfer.to);
        Microseconds latency{};
        for (const Hop& hop : *route) {
            latency += Microseconds(model_at(plane, hop.from).hop_latency.value);
        }
        predicted.latency = std::max(predicted.latency, latency);
    }
    predicted.total = predicted.latency + predicted.busiest;
    return predicted;
}

}  // namespace tt_run::fabric
